import ArgumentParser
import Client
import Contract
import Kernel
import Synchronization

/// A run as a person watches it: what becomes of it on standard error, what it prints on standard output, and at its end its
/// metrics, its price and where it ran.
struct RunFollower: Sendable {
    /// Pages of a thousand metric points that are looked through for the last values.
    static let metricPoints = 20_000

    let client: Client
    let global: GlobalOptions
    let id: ID<Run>

    /// - Parameter head: the journal's head before the run was submitted.
    /// - Throws: `cancelled` on Ctrl-C; exit code 1 when the run failed.
    func follow(after head: Int64) async throws {
        let id = self.id
        let run = try await Interrupt.detaching(
            {
                "Left \(id), which goes on. See it with 'martlet runs logs -f \(id)', end it with 'martlet runs cancel \(id)'."
            },
            { try await self.watch(after: head) })
        try await self.conclude(run)
    }

    /// The run, once it has ended and all its log is shown.
    private func watch(after head: Int64) async throws -> Run {
        try await withThrowingTaskGroup(of: Run?.self) { group in
            group.addTask {
                let shown = Mutex("")
                // Named, or an optional run would do for a value and the first look would end it.
                let ended: Run = try await Follow.until(self.client, after: head, every: .seconds(5)) {
                    let run = try await self.client.call(Routes.getRun, path: ["id": self.id.description])
                    self.announce(run, shown)
                    return run.status.isTerminal ? run : nil
                }
                return ended
            }
            group.addTask {
                try await self.printLog()
                return nil
            }
            defer { group.cancelAll() }
            var ended: Run?
            while let next = try await group.next() { ended = next ?? ended }
            guard let ended else { throw CancellationError() }
            return ended
        }
    }

    private func announce(_ run: Run, _ shown: borrowing Mutex<String>) {
        let line = Self.line(run)
        let isNew = shown.withLock { shown in
            defer { shown = line }
            return shown != line
        }
        if isNew, !run.status.isTerminal {
            self.global.note(Style(hasColor: self.global.terminal.errHasColor).faint(line))
        }
    }

    /// `placed on onprem-helsinki`, `queued: no free slot`.
    static func line(_ run: Run) -> String {
        var line = run.status.rawValue
        if run.status != .queued, let environment = run.environment { line += " on \(environment)" }
        if run.attempt > 1 { line += ", attempt \(run.attempt)" }
        if run.status == .queued || run.status.isTerminal, let reason = run.reason { line += ": \(reason.printable)" }
        return line
    }

    /// - Parameter attempt: the latest when nil.
    func printLog(attempt: Int? = nil) async throws {
        let terminal = self.global.terminal
        // With JSON or YAML wanted, standard output is for the result alone.
        let print = self.global.output == .table ? terminal.out : terminal.err
        for try await event in self.client.followLog(of: self.id, attempt: attempt, patience: Follow.patience) {
            switch event {
            case .text(let text): print(text)
            case .retry(let attempt): self.global.note("attempt \(attempt):")
            case .end: return
            }
        }
    }

    private func conclude(_ run: Run) async throws {
        let style = Style(hasColor: self.global.terminal.errHasColor)
        if self.global.output != .table { try self.global.show(run) { _ in "" } }
        if self.global.output == .table, let metrics = try await self.metrics() {
            self.global.terminal.err(metrics.text(style))
        }
        self.global.note(Self.summary(run, style))
        if run.status == .failed { throw Martlet.failedWork }
        if run.status == .cancelled { throw ExitCode(FaultKind.cancelled.exitCode) }
    }

    /// The last value of each metric.
    private func metrics() async throws -> Table? {
        let points = try await self.client.all(
            Routes.runMetrics, path: ["id": self.id.description], limit: Self.metricPoints)
        if points.isEmpty { return nil }
        var table = Table(.init("metric"), .init("last", .decimal), .init("points", .right))
        for (name, points) in Dictionary(grouping: points, by: \.name).sorted(by: { $0.key < $1.key }) {
            table.add([name, points.last.map { "\($0.value)" }, String(points.count)])
        }
        return table
    }

    static func summary(_ run: Run, _ style: Style) -> String {
        let mark = run.status == .succeeded ? style.good("✓") : style.bad("✗")
        var text = "\(mark) \(run.name.printable) \(run.status.rawValue)"
        if let start = run.startedAt, let end = run.endedAt { text += " in \(Words.span(end - start))" }
        if let environment = run.environment { text += " on \(environment)" }
        text += ", cost \(run.cost)"
        if run.status != .succeeded, let reason = run.reason { text += ": \(reason.printable)" }
        return text + style.faint("  \(run.id)")
    }
}
