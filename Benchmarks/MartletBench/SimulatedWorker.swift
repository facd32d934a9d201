import Client
import Contract
import Kernel
import Synchronization
import Transport

/// A worker whose commands take no time: it joins, claims as many attempts as it has slots, reports them done, and beats.
///
/// It speaks the real protocol with a token of its own, through the same client as `martlet worker`.
struct SimulatedWorker {
    /// How long a claim is held back when there is nothing to do.
    private static let wait = TimeSpan.seconds(2)

    let credentials: WorkerCredentials
    let client: Client
    private let open = Opened()

    /// Joins `environment` with a join token that `admin` asks for.
    init(joining environment: String, number: Int, slots: Int, admin: Client) async throws {
        let file = try await admin.call(
            Routes.issueJoinToken, path: ["name": environment], body: JoinTokenRequest())
        let registration = WorkerRegistration(
            key: "bench-\(number)", name: "bench-\(number)", slots: slots, servingSlots: 0, cpus: slots,
            memory: .gibibytes(64), address: "127.0.0.1", version: "bench")
        let joining = Client(server: admin.server, token: { file.token })
        let credentials = try await joining.call(Routes.registerWorker, body: registration)
        self.credentials = credentials
        self.client = Client(server: admin.server, token: { credentials.token }, transport: HTTPTransport(rule: .never))
    }

    private var path: [String: String] { ["id": self.credentials.worker.description] }

    /// Claims and commits until the task is cancelled; `commits` counts what was accepted.
    func work(_ commits: Commits) async throws {
        let request = ClaimRequest(slots: self.credentials.slots, servingSlots: 0, wait: Self.wait)
        while !Task.isCancelled {
            let claimed = try await self.client.call(
                Routes.claim, path: self.path, body: request, within: Self.wait + .seconds(60)
            ).assignments
            guard !claimed.isEmpty else { continue }
            self.open.set(claimed)
            let reports = claimed.map {
                AttemptReport(attempt: $0.attempt, fence: $0.fence, outcome: .succeeded, exitCode: 0)
            }
            let verdicts = try await self.client.call(
                Routes.report, path: self.path, body: ReportBatch(reports: reports), within: .seconds(60)
            ).verdicts
            self.open.set([])
            commits.add(verdicts.count { $0.accepted })
        }
    }

    /// Renews the leases at the interval that the environment asks for, until the task is cancelled.
    func beat() async throws {
        while !Task.isCancelled {
            try await ContinuousClock().sleep(for: self.credentials.heartbeat.duration)
            _ = try await self.client.call(
                Routes.heartbeat, path: self.path, body: HeartbeatRequest(attempts: self.open.heartbeats))
        }
    }
}

/// The attempts that a simulated worker holds.
private final class Opened: Sendable {
    private let attempts = Mutex<[Assignment]>([])

    func set(_ attempts: [Assignment]) { self.attempts.withLock { $0 = attempts } }

    var heartbeats: [AttemptHeartbeat] {
        self.attempts.withLock { $0 }.map { AttemptHeartbeat(attempt: $0.attempt, fence: $0.fence, running: true) }
    }
}

/// How many runs were committed, and when the last of them was.
final class Commits: Sendable {
    /// Between two looks. The moment itself is noted when it happens.
    private static let look = Duration.milliseconds(5)

    private let state = Mutex((count: 0, last: ContinuousClock.now))

    func add(_ number: Int) { self.state.withLock { $0 = ($0.count + number, .now) } }

    /// Waits until `count` runs have been committed, and returns the moment of the last commit.
    ///
    /// - Throws: when the task is cancelled.
    func reach(_ count: Int) async throws -> ContinuousClock.Instant {
        while true {
            let state = self.state.withLock { $0 }
            if state.count >= count { return state.last }
            try await ContinuousClock().sleep(for: Self.look)
        }
    }
}
