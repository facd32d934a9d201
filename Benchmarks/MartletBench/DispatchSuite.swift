import Client
import Contract
import Foundation
import Kernel

/// How many runs that do nothing go through the control plane in a second, every one of them durable.
///
/// Workers are clients of the real API with tokens of their own: claims of up to a worker's slots, a report for each claim,
/// heartbeats at the interval. The environment has a price, so each run also posts to the ledger. Measured are two things: the
/// whole way of a run, submission over HTTP included, and the way from a full queue to the commit.
struct DispatchSuite {
    static let workers = 16
    /// Runs that one worker holds at once: a large machine.
    static let slots = 64
    /// Enough connections that submissions share commits, as those of many users do.
    static let connections = 64
    /// Each trial of either kind; the median of them is reported.
    static let trials = 5

    let platform: Platform
    let peers: Peers
    let runs: Int

    struct Trial {
        var rate: Double
        /// Microseconds of CPU for a run.
        var server: Double
        var clients: Double
    }

    /// Dispatches all runs, whether or not it is reported: listings need them.
    func measure(reported: Bool) async throws -> [MeasuredRow] {
        let client = self.platform.client
        try await self.declareEnvironment(client)
        var joined: [SimulatedWorker] = []
        for number in 1...Self.workers {
            joined.append(try await SimulatedWorker(joining: "bench", number: number, slots: Self.slots, admin: client))
        }
        let workers = joined
        let trials = try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { try await worker.beat() } }
            defer { group.cancelAll() }
            return try await self.trials(workers)
        }
        guard reported else { return [] }
        let ray = RayPeer(peers: self.peers).figure()
        return [
            self.row("no-op runs, submission over HTTP to commit", trials.whole, peers: [ray]),
            self.row("no-op runs, full queue to commit", trials.queued, peers: [ray]),
        ]
    }

    private func declareEnvironment(_ client: Client) async throws {
        let environment = Environment(
            name: "bench", provider: "aws", region: "us-east-1", zones: [], machine: "m5.4xlarge", slots: Self.slots,
            servingSlots: 0, store: "default")
        _ = try await client.call(Routes.putEnvironment, path: ["name": environment.name], body: environment)
    }

    private func trials(_ workers: [SimulatedWorker]) async throws -> (whole: [Trial], queued: [Trial]) {
        let size = self.runs / (2 * Self.trials)
        let load = try self.load()
        var (whole, queued): ([Trial], [Trial]) = ([], [])
        for number in 1...Self.trials {
            progress(
                "dispatch \(number) of \(Self.trials): \(size) runs submitted while workers run, \(size) from a queue")
            whole.append(try await self.trial(workers, size) { try await load.runOnThread(count: size) })
            try await load.runOnThread(count: size)
            queued.append(try await self.trial(workers, size) {})
        }
        return (whole, queued)
    }

    private func load() throws -> RequestLoad {
        let submission = RunSubmission(project: "bench", name: "noop", step: StepSpec(command: .arguments(["true"])))
        let request = HTTPConnection.request(
            "POST", Routes.submitRun.row.path, token: self.platform.adminToken, body: try Wire.encode(submission))
        return RequestLoad(port: self.platform.port, connections: Self.connections, request: request)
    }

    /// Lets the workers loose, does `work`, and waits until `count` commits have been accepted.
    private func trial(
        _ workers: [SimulatedWorker], _ count: Int, _ work: @escaping @Sendable () async throws -> Void
    ) async throws -> Trial {
        let commits = Commits()
        let before = self.cpu()
        let start = ContinuousClock.now
        let end = try await withThrowingTaskGroup(of: ContinuousClock.Instant?.self) { group in
            for worker in workers {
                group.addTask {
                    try await worker.work(commits)
                    return nil
                }
            }
            group.addTask {
                try await work()
                return nil
            }
            group.addTask { try await commits.reach(count) }
            defer { group.cancelAll() }
            while let end = try await group.next() { if let end { return end } }
            return .now
        }
        let after = self.cpu()
        let scale = 1000 / Double(count)
        return Trial(
            rate: Double(count) / ((end - start) / .seconds(1)), server: (after.server - before.server) * scale,
            clients: (after.clients - before.clients) * scale)
    }

    /// Milliseconds of CPU so far: of `martletd`, and of this process, which holds workers and submitters.
    private func cpu() -> (server: Double, clients: Double) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return (
            ProcessTable.cpu(of: self.platform.process.id), usage.ru_utime.milliseconds + usage.ru_stime.milliseconds
        )
    }

    private func row(_ name: String, _ trials: [Trial], peers: [PeerFigure]) -> MeasuredRow {
        var (rates, server, clients) = (Samples(), Samples(), Samples())
        for trial in trials {
            rates.add(trial.rate)
            server.add(trial.server)
            clients.add(trial.clients)
        }
        return MeasuredRow(
            ours: Measurement(
                name: name, value: rates.median, unit: "runs/s", goal: (.atLeast, 5000),
                note: """
                    median of \(rates.count) trials of \(self.runs / (2 * Self.trials)) runs (\(rates.range)); CPU for a run: \
                    server \(server.median.short) µs, clients \(clients.median.short) µs
                    """),
            peers: peers,
            published: "Ray 2.60 2,028/s, Prefect 24–32/s; River on PostgreSQL and 8 faster cores publishes 46,000/s")
    }
}
