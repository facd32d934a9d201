package import Contract
import Database

extension Environments {
    /// How many workers are in each status and how many leases are open, for the scraper.
    package func counts() async throws -> FleetCounts {
        try await self.database.read { reader in
            let used = try LeaseStore.used(in: reader)
            return FleetCounts(
                workers: try WorkerStore.counts(in: reader),
                leases: try EnvironmentStore.names(in: reader).flatMap { name in
                    [
                        FleetCounts.Leases(environment: name, kind: .batch, count: used[name]?.slots ?? 0),
                        FleetCounts.Leases(environment: name, kind: .replica, count: used[name]?.servingSlots ?? 0),
                    ]
                })
        }
    }
}

/// The fleet in numbers.
package struct FleetCounts: Sendable, Hashable {
    package struct Workers: Sendable, Hashable {
        package var environment: String
        package var status: WorkerStatus
        package var count: Int
    }

    /// Open ones.
    package struct Leases: Sendable, Hashable {
        package var environment: String
        package var kind: RunKind
        package var count: Int
    }

    package var workers: [Workers]
    package var leases: [Leases]
}
