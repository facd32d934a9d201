import Contract
import Database
import Journal
import Kernel
import Runs

/// One change of one pipeline run, within a transaction: loads its state, tells the machine what became of its runs, carries
/// out one event more, and writes back what changed.
///
/// What the machine says is due comes in two kinds. To cancel a run and to finish are done here and at once. To start a node
/// or perform a built-in one may fail for reasons of its own, so the caller does each in a transaction that holds nothing else.
struct PipelineStep {
    let runs: Runs
    let journal: Journal
    let now: Timestamp
    let transaction: Transaction
    private let before: PipelineState
    private(set) var state: PipelineState
    private var lines: [JournalDraft] = []

    /// Nil when there is no such pipeline run.
    init?(_ id: ID<PipelineRun>, runs: Runs, journal: Journal, now: Timestamp, in transaction: Transaction) throws {
        guard let state = try PipelineStore.find(id, in: transaction) else { return nil }
        self.runs = runs
        self.journal = journal
        self.now = now
        self.transaction = transaction
        self.before = state
        self.state = state
    }

    /// Hands the ends of its runs, and then `event`, to the machine; cancels what is to be cancelled.
    ///
    /// - Returns: the nodes that are to be started or performed.
    mutating func handle(_ event: PipelineMachine.Event, by principal: Principal) throws -> [PipelineMachine.Effect] {
        var machine = self.state.machine
        var due: [PipelineMachine.Effect] = []
        for event in try Self.ended(self.state, runs: self.runs, in: self.transaction) + [event] {
            due = machine.handle(event)
            if case .finish(_, let reason)? = due.first { self.state.row.reason = reason }
        }
        self.state.take(machine, at: self.now)
        for case .cancelRun(let name) in due { try self.cancelRun(of: name, by: principal) }
        return due.filter { $0.startedNode != nil }
    }

    /// Told once: a run that is stopping says so on its node until it has ended.
    private mutating func cancelRun(of name: String, by principal: Principal) throws {
        guard let node = self.state.node(name), node.reason == nil, let run = node.run else { return }
        try self.runs.cancel(run, by: principal, in: self.transaction)
        self.state.update(name) { $0.reason = "Its run was told to stop." }
    }

    mutating func update(_ name: String, _ change: (inout NodeRow) -> Void) { self.state.update(name, change) }

    mutating func giveUp(by principal: Principal) {
        if self.state.row.cancelledBy == nil { self.state.row.cancelledBy = principal.name }
    }

    mutating func note(_ line: JournalDraft) { self.lines.append(line) }

    /// Writes what changed, the line of its end last.
    mutating func save() throws {
        if self.state.row.status.isTerminal, !self.before.row.status.isTerminal { self.lines.append(self.endLine()) }
        try PipelineStore.update(self.state, from: self.before, in: self.transaction)
        try self.journal.append(self.lines, at: self.now, in: self.transaction)
    }

    private func endLine() -> JournalDraft {
        let row = self.state.row
        var body: [String: JSONValue] = ["pipeline": .string(row.pipeline)]
        if let reason = row.reason { body["reason"] = .string(reason) }
        return JournalDraft(
            kind: "pipeline.\(row.status.rawValue)", subject: row.id.description, project: row.project,
            actor: row.status == .cancelled ? row.cancelledBy ?? row.user.name : Principal.controlPlane.name,
            body: .object(body))
    }

    /// What the runs of running nodes came to.
    static func ended(
        _ state: PipelineState, runs: Runs, in reader: any Reading
    ) throws -> [PipelineMachine.Event] {
        let running = state.nodes.filter { $0.status == .running }
        if running.isEmpty { return [] }
        let summaries = try runs.summaries(of: state.row.id, in: reader)
        let byID = Dictionary(uniqueKeysWithValues: summaries.map { ($0.id, $0) })
        return running.compactMap { node in
            guard let run = node.run.flatMap({ byID[$0] }) else {
                return .failed(node.name, reason: "Its run is gone.")
            }
            switch run.status {
            case .succeeded: return .succeeded(node.name)
            case .failed: return .failed(node.name, reason: run.reason ?? "Its run failed.")
            case .cancelled: return .cancelled(node.name, reason: run.reason ?? "Its run was cancelled.")
            case .queued, .placed, .starting, .running: return nil
            }
        }
    }
}

extension PipelineMachine.Effect {
    /// The node that is for the caller to start or perform, in a transaction of its own.
    var startedNode: String? {
        switch self {
        case .start(let name), .perform(let name): name
        case .cancelRun, .finish: nil
        }
    }
}
