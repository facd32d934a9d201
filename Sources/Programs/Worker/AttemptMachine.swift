package import Contract
package import Kernel

/// Decides what a worker does next with one attempt: prepare → run → collect → report, and how each stage is cut short.
///
/// Knows no clock, process, file or network: timers, signals and transfers are effects, their ends are events. Whatever comes
/// first decides how the attempt ends; later orders change nothing, except that losing the lease ends everything without a
/// report. Events that come late or twice are ignored.
package struct AttemptMachine: Sendable {
    package enum Event: Sendable, Equatable {
        /// Source and inputs lie in the attempt's folder.
        case prepared
        case preparationFailed(Ending)
        /// The command's process exists.
        case started
        case exited(code: Int, diskFull: Bool)
        /// The command could not even be spawned, or its process was lost sight of.
        case processFailed(Ending)
        /// The outputs are uploaded.
        case collected(Tree)
        case collectionFailed(Ending)
        /// The control plane asks to stop.
        case stop
        case timeout
        case graceOver
        /// The worker is going away.
        case drain
        /// The lease is gone.
        case abandon
        /// The control plane has decided on the report, either way.
        case delivered
    }

    package enum Effect: Sendable, Equatable {
        case prepare
        case startCommand
        /// Ends with the event `timeout`.
        case startTimeout(TimeSpan)
        /// SIGTERM to the process group; ends with the event `graceOver`.
        case terminate(grace: TimeSpan)
        /// SIGKILL to everything that the command has started.
        case kill
        case collect
        /// Give up preparing or collecting; what they answer is ignored.
        case abortTransfers
        /// After the rest of the log, until the control plane has decided.
        case report(AttemptReport)
        /// Nothing more happens: free the slot and remove the folder.
        case finish
    }

    /// How an attempt ended that did not succeed.
    package struct Ending: Sendable, Equatable {
        package var outcome: AttemptReport.Outcome
        package var reason: String

        package init(_ outcome: AttemptReport.Outcome, _ reason: String) {
            self.outcome = outcome
            self.reason = reason
        }
    }

    private enum Phase: Sendable, Equatable {
        case idle, preparing
        /// `spawned` is false until the process exists.
        case running(spawned: Bool)
        /// Waits for the command to end after SIGTERM.
        case stopping(Ending)
        case collecting(code: Int)
        case reporting
        /// Waits for the killed command to be gone; nothing is reported.
        case abandoning
        case over
    }

    /// SIGTERM to SIGKILL, when the step does not say.
    package static let defaultGrace = TimeSpan.seconds(10)

    private let attempt: ID<Attempt>
    private let fence: Int
    private let kind: RunKind
    private let timeout: TimeSpan?
    private let grace: TimeSpan
    private var phase = Phase.idle

    package init(_ assignment: Assignment) {
        self.attempt = assignment.attempt
        self.fence = assignment.fence
        self.kind = assignment.kind
        self.timeout = assignment.kind == .batch ? assignment.step.timeout : nil
        self.grace = assignment.step.gracePeriod ?? Self.defaultGrace
    }

    package var isOver: Bool { self.phase == .over }

    /// The first effects; once.
    package mutating func start() -> [Effect] {
        guard self.phase == .idle else { return [] }
        self.phase = .preparing
        return [.prepare]
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .abandon: self.abandon()
        case .stop: self.cut(short: Ending(.cancelled, "The run was cancelled."))
        case .drain: self.cut(short: Ending(.unavailable, "The worker was shut down before the run had ended."))
        case .timeout: self.timedOut()
        case .graceOver: self.graceIsOver()
        case .delivered: self.phase == .reporting ? self.finish() : []
        case .prepared, .preparationFailed: self.preparing(event)
        case .started, .exited, .processFailed: self.running(event)
        case .collected, .collectionFailed: self.collecting(event)
        }
    }

    private mutating func preparing(_ event: Event) -> [Effect] {
        guard self.phase == .preparing else { return [] }
        if case .preparationFailed(let ending) = event { return self.report(ending) }
        self.phase = .running(spawned: false)
        return [.startCommand]
    }

    private mutating func running(_ event: Event) -> [Effect] {
        switch (self.phase, event) {
        case (.running(spawned: false), .started):
            self.phase = .running(spawned: true)
            return self.timeout.map { [.startTimeout($0)] } ?? []
        case (.running, .exited(let code, let diskFull)): return self.ended(code: code, diskFull: diskFull)
        case (.running, .processFailed(let ending)): return self.report(ending)
        case (.stopping(let ending), .exited(let code, _)): return self.report(ending, exitCode: code)
        case (.stopping(let ending), .processFailed): return self.report(ending)
        case (.abandoning, .exited), (.abandoning, .processFailed): return self.finish()
        default: return []
        }
    }

    private mutating func ended(code: Int, diskFull: Bool) -> [Effect] {
        if self.kind == .replica {
            let sentence =
                "The replica's command ended with exit code \(code); a replica must serve until it is stopped."
            return self.report(Ending(.failed, sentence), exitCode: code)
        }
        if code == 0 {
            self.phase = .collecting(code: code)
            return [.collect]
        }
        if diskFull {
            let sentence =
                "The command ended with exit code \(code) and the worker's disk is full. Free space on the worker."
            return self.report(Ending(.unavailable, sentence), exitCode: code)
        }
        return self.report(Ending(.failed, ExitCode.sentence(for: code)), exitCode: code)
    }

    private mutating func collecting(_ event: Event) -> [Effect] {
        guard case .collecting(let code) = self.phase else { return [] }
        switch event {
        case .collected(let tree):
            let report = AttemptReport(
                attempt: self.attempt, fence: self.fence, outcome: .succeeded, exitCode: code, outputs: tree)
            self.phase = .reporting
            return [.report(report)]
        case .collectionFailed(let ending): return self.report(ending, exitCode: code)
        default: return []
        }
    }

    private mutating func timedOut() -> [Effect] {
        guard case .running = self.phase, let timeout = self.timeout else { return [] }
        return self.cut(
            short: Ending(.timedOut, "The command ran longer than its timeout of \(timeout) and was stopped."))
    }

    private mutating func graceIsOver() -> [Effect] {
        if case .stopping = self.phase { [.kill] } else { [] }
    }

    /// Stops whatever is going on, for `ending`. An attempt that is being stopped or reported already goes on so.
    private mutating func cut(short ending: Ending) -> [Effect] {
        switch self.phase {
        case .idle: return self.report(ending)
        case .preparing, .collecting: return [.abortTransfers] + self.report(ending)
        case .running:
            self.phase = .stopping(ending)
            return [.terminate(grace: self.grace)]
        case .stopping, .reporting, .abandoning, .over: return []
        }
    }

    private mutating func abandon() -> [Effect] {
        switch self.phase {
        case .running, .stopping:
            self.phase = .abandoning
            return [.kill]
        case .idle, .preparing, .collecting, .reporting: return [.abortTransfers] + self.finish()
        case .abandoning, .over: return []
        }
    }

    private mutating func report(_ ending: Ending, exitCode: Int? = nil) -> [Effect] {
        self.phase = .reporting
        return [
            .report(
                AttemptReport(
                    attempt: self.attempt, fence: self.fence, outcome: ending.outcome, exitCode: exitCode,
                    reason: ending.reason))
        ]
    }

    private mutating func finish() -> [Effect] {
        self.phase = .over
        return [.finish]
    }
}
