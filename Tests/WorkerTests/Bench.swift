import Contract
import Kernel
import Logging

@testable import Worker

/// A worker against a `MemoryControlPlane`: everything but joining.
struct Bench: Sendable {
    let plane = MemoryControlPlane()
    let folder: TemporaryFolder
    let workbench: Workbench

    /// - Parameter state: where the worker keeps its files, when that matters.
    init(
        slots: Int = 2, servingSlots: Int = 1, cache: ByteCount = .mebibytes(64), engine: String? = nil,
        state: String? = nil
    ) throws {
        self.folder = try TemporaryFolder()
        let state = state ?? self.folder.path
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try Disk.makeFolder(state + "/attempts")
        self.workbench = Workbench(
            link: self.plane, cache: try BlobCache(folder: state + "/cache", capacity: cache),
            roster: Roster(slots: slots, servingSlots: servingSlots),
            reporter: Reporter(link: self.plane, logger: logger),
            facts: MachineFacts(name: "bench", cpus: 2, memory: .gibibytes(1), containerEngine: engine),
            shim: Program.shim,
            attempts: state + "/attempts", variables: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root"],
            server: "http://plane:7070", time: SystemTime(), logger: logger)
    }

    /// Runs the worker's loops while `body` looks on, and then ends them.
    func working(_ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await AttemptPool(bench: self.workbench).run() }
            group.addTask { await self.workbench.reporter.run() }
            group.addTask { await HeartbeatLoop(interval: .milliseconds(50), bench: self.workbench).run() }
            try await body()
            group.cancelAll()
        }
    }

    /// Waits for the report of an attempt.
    func report(of number: UInt64, within span: TimeSpan = .seconds(30)) async -> AttemptReport? {
        _ = await eventually(within: span) { self.plane.report(of: number) != nil }
        return self.plane.report(of: number)
    }

    /// Runs one assignment to its report.
    func run(_ assignment: Assignment) async throws -> AttemptReport? {
        self.plane.submit(assignment)
        try await self.working { _ = await self.report(of: 1) }
        return self.plane.report(of: 1)
    }

    var leftovers: [String] { (try? Disk.names(in: self.workbench.attempts)) ?? [] }
}
