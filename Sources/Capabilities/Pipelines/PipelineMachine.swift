package import Contract

/// Decides what becomes of a pipeline run. Knows no clock, no runs, no database.
///
/// Its effects are what is *due*, said again at every event until an event tells that it was done: a node whose needs are all
/// good is to be started, a running node of a pipeline that stops is to be cancelled. So an effect that got lost with a crash is
/// due again, and one that was carried out is not, because the row that says so was written in the same transaction. Only
/// `finish` comes exactly once. A node that cannot become good any more is skipped, with the reason; what has ended never
/// changes again, whatever comes late or twice.
package struct PipelineMachine: Sendable, Hashable {
    package struct Node: Sendable, Hashable {
        package let name: String
        package let needs: [String]
        /// Done by the control plane itself, not by a run.
        package let isAction: Bool
        package fileprivate(set) var status: NodeStatus
        /// Why it is not good.
        package fileprivate(set) var reason: String?

        package init(
            name: String, needs: [String], isAction: Bool, status: NodeStatus = .waiting, reason: String? = nil
        ) {
            self.name = name
            self.needs = needs
            self.isAction = isAction
            self.status = status
            self.reason = reason
        }
    }

    package enum Event: Sendable, Hashable {
        /// Nothing happened; say what is due.
        case tick
        /// Its run has been submitted.
        case started(String)
        /// A committed run stands in for it.
        case cached(String)
        /// Its run committed.
        case succeeded(String)
        /// The built-in node did what it is there for.
        case performed(String)
        /// Its run failed, or could not be submitted, or the built-in node refused.
        case failed(String, reason: String)
        /// Its run was cancelled.
        case cancelled(String, reason: String)
        /// A user gives the whole pipeline run up.
        case cancel
    }

    package enum Effect: Sendable, Hashable {
        /// Take a committed run in its place (`cached`), or submit a run (`started`).
        case start(String)
        /// Do what the built-in node is there for (`performed`).
        case perform(String)
        /// Cancel its run.
        case cancelRun(String)
        /// The pipeline run has ended. Comes once.
        case finish(PipelineStatus, reason: String?)
    }

    package let onFailure: FailurePolicy
    package private(set) var nodes: [Node]
    package private(set) var status: PipelineStatus
    package private(set) var cancelRequested: Bool
    private let positions: [String: Int]

    /// - Parameter nodes: needs before those that need them.
    package init(
        nodes: [Node], onFailure: FailurePolicy?, status: PipelineStatus = .running, cancelRequested: Bool = false
    ) {
        self.nodes = nodes
        self.onFailure = onFailure ?? .stop
        self.status = status
        self.cancelRequested = cancelRequested
        self.positions = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, $0) })
    }

    /// - Returns: what is due now; nothing once the pipeline run has ended.
    package mutating func handle(_ event: Event) -> [Effect] {
        guard !self.status.isTerminal else { return [] }
        self.take(event)
        self.settle()
        return self.due()
    }

    private mutating func take(_ event: Event) {
        switch event {
        case .tick: break
        case .started(let name): self.move(name, from: .waiting, to: .running)
        case .cached(let name): self.move(name, from: .waiting, to: .cached)
        case .performed(let name): self.move(name, from: .waiting, to: .succeeded)
        case .succeeded(let name): self.move(name, from: .running, to: .succeeded)
        case .cancelled(let name, let reason): self.move(name, from: .running, to: .cancelled, reason)
        case .failed(let name, let reason):
            self.move(name, from: .waiting, to: .failed, reason)
            self.move(name, from: .running, to: .failed, reason)
        case .cancel: self.cancelRequested = true
        }
    }

    private mutating func move(_ name: String, from: NodeStatus, to status: NodeStatus, _ reason: String? = nil) {
        guard let position = self.positions[name], self.nodes[position].status == from else { return }
        self.nodes[position].status = status
        self.nodes[position].reason = reason
    }

    /// The first node that keeps the rest from being started, under `stop`.
    private var stopper: Node? {
        guard self.onFailure == .stop else { return nil }
        return self.nodes.first { $0.status == .failed || $0.status == .cancelled }
    }

    /// Ends what cannot be started any more, needs first, so that one pass is enough.
    private mutating func settle() {
        let stopper = self.stopper
        for position in self.nodes.indices where self.nodes[position].status == .waiting {
            if self.cancelRequested {
                self.nodes[position].status = .cancelled
                self.nodes[position].reason = "The pipeline run was cancelled."
            } else if let stopper {
                self.nodes[position].status = .skipped
                self.nodes[position].reason = "Not started because '\(stopper.name)' \(Self.ending(stopper.status))."
            } else if let need = self.spoiled(self.nodes[position]) {
                self.nodes[position].status = .skipped
                self.nodes[position].reason = "It needs '\(need.name)', which \(Self.ending(need.status))."
            }
        }
    }

    /// A need of `node` that ended without being good.
    private func spoiled(_ node: Node) -> Node? {
        node.needs.lazy.compactMap { self.positions[$0].map { self.nodes[$0] } }
            .first { $0.status.isTerminal && !$0.status.isGood }
    }

    private mutating func due() -> [Effect] {
        if self.nodes.allSatisfy(\.status.isTerminal) { return [self.finish()] }
        let stops = self.cancelRequested || self.stopper != nil
        return self.nodes.compactMap { node in
            switch node.status {
            case .running where stops: .cancelRun(node.name)
            case .waiting where self.isReady(node): node.isAction ? .perform(node.name) : .start(node.name)
            default: nil
            }
        }
    }

    private func isReady(_ node: Node) -> Bool {
        node.needs.allSatisfy { name in self.positions[name].map { self.nodes[$0].status.isGood } ?? false }
    }

    /// A pipeline run that was cancelled too late, when every node was good already, has succeeded.
    private mutating func finish() -> Effect {
        if self.nodes.allSatisfy(\.status.isGood) {
            self.status = .succeeded
            return .finish(.succeeded, reason: nil)
        }
        if self.cancelRequested {
            self.status = .cancelled
            return .finish(.cancelled, reason: "It was cancelled.")
        }
        self.status = .failed
        let culprit = self.nodes.first { $0.status == .failed } ?? self.nodes.first { $0.status == .cancelled }
        let reason = culprit.map { "'\($0.name)' \(Self.ending($0.status)): \($0.reason ?? "no reason was given")" }
        return .finish(.failed, reason: reason)
    }

    private static func ending(_ status: NodeStatus) -> String {
        switch status {
        case .failed: "failed"
        case .cancelled: "was cancelled"
        case .skipped: "was skipped"
        case .waiting, .running, .succeeded, .cached: "is \(status.rawValue)"
        }
    }
}
