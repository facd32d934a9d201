import ArgumentParser
import Client
import Contract
import Kernel
import Synchronization

/// A pipeline run as a person watches it: a tree that is drawn over on a terminal, a line for each change elsewhere.
struct PipelineFollower: Sendable {
    let client: Client
    let global: GlobalOptions
    let id: ID<PipelineRun>

    /// - Throws: `cancelled` on Ctrl-C; exit code 1 when it failed.
    func follow(after head: Int64) async throws {
        let id = self.id
        let run = try await Interrupt.detaching(
            {
                "Left \(id), which goes on. See it with 'martlet pipeline show -f \(id)', end it with 'martlet pipeline cancel \(id)'."
            },
            { try await self.watch(after: head) })
        if self.global.output == .table {
            self.global.terminal.line(self.tree.summary(run, now: SystemTime().now))
        } else {
            try self.global.show(run) { _ in "" }
        }
        for node in run.nodes where node.status == .failed {
            if let id = node.run { self.global.note("The log of '\(node.name.printable)': martlet runs logs \(id)") }
        }
        if run.status == .failed { throw Martlet.failedWork }
        if run.status == .cancelled { throw ExitCode(FaultKind.cancelled.exitCode) }
    }

    private var tree: PipelineTree { PipelineTree(style: Style(hasColor: self.global.terminal.outHasColor)) }
    private var isDrawn: Bool { self.global.output == .table && self.global.terminal.outIsInteractive }

    private func watch(after head: Int64) async throws -> PipelineRun {
        let picture = Mutex(Picture())
        // On a terminal the durations tick.
        return try await Follow.until(self.client, after: head, every: self.isDrawn ? .milliseconds(500) : .seconds(5))
        {
            let run = try await self.client.call(Routes.getPipelineRun, path: ["id": self.id.description])
            let text = picture.withLock {
                $0.update(run, self.tree, isDrawn: self.isDrawn, columns: self.global.terminal.columns)
            }
            if self.global.output == .table { self.global.terminal.out(text) } else { self.global.terminal.err(text) }
            return run.status.isTerminal ? run : nil
        }
    }
}

/// What is on the screen of a pipeline run.
private struct Picture: Sendable {
    private var lines = 0
    private var statuses: [String: NodeStatus] = [:]

    /// What to write so that the screen shows `run`.
    mutating func update(_ run: PipelineRun, _ tree: PipelineTree, isDrawn: Bool, columns: Int) -> String {
        if isDrawn {
            let fresh = tree.lines(run, now: SystemTime().now)
            let up = self.lines == 0 ? "" : "\u{1B}[\(self.lines)A"
            self.lines = fresh.count
            // A line that wraps would be two on the screen, so the terminal is told not to.
            return up + "\u{1B}[?7l" + fresh.map { "\u{1B}[2K\($0)\n" }.joined() + "\u{1B}[?7h"
        }
        let changed = run.nodes.filter { self.statuses[$0.name] != $0.status && $0.status != .waiting }
        for node in run.nodes { self.statuses[node.name] = node.status }
        return changed.sorted {
            ($0.endedAt ?? $0.startedAt ?? run.startedAt) < ($1.endedAt ?? $1.startedAt ?? run.startedAt)
        }
        .map { tree.change($0) + "\n" }.joined()
    }
}
