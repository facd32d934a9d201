import Contract
import ControlPlane
import Fleet
import Runs

// What `/metrics` says beside the server's own numbers.

/// Of runs.
struct RunMetrics: MetricSource {
    let runs: Runs

    func families() async throws -> [MetricFamily] {
        let counts = try await self.runs.counts()
        var family = MetricFamily("martlet_runs", .gauge, "Runs by status.")
        for status in RunStatus.allCases { family.add(Double(counts[status] ?? 0), ["status": status.rawValue]) }
        return [family]
    }
}

/// Of environments: their workers and open leases.
struct FleetMetrics: MetricSource {
    let environments: Environments

    func families() async throws -> [MetricFamily] {
        let counts = try await self.environments.counts()
        var workers = MetricFamily("martlet_workers", .gauge, "Workers by environment and status.")
        for count in counts.workers {
            workers.add(Double(count.count), ["environment": count.environment, "status": count.status.rawValue])
        }
        var leases = MetricFamily("martlet_open_leases", .gauge, "Slots that are leased now, by environment and kind.")
        for count in counts.leases {
            leases.add(Double(count.count), ["environment": count.environment, "kind": count.kind.rawValue])
        }
        return [workers, leases]
    }
}
