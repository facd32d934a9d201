import Contract
import Kernel

/// A pipeline run as its row holds it.
struct PipelineRow: Sendable, Hashable {
    let id: ID<PipelineRun>
    let project: String
    let pipeline: String
    let user: Principal
    let onFailure: FailurePolicy
    /// The tree of the source that every run of it gets.
    let source: ContentDigest?
    let idempotencyKey: String?
    let startedAt: Timestamp
    var status: PipelineStatus
    var reason: String?
    /// Who gave it up.
    var cancelledBy: String?
    var endedAt: Timestamp?
}

/// A node as its row holds it.
struct NodeRow: Sendable, Hashable {
    let name: String
    let node: String
    let variant: String?
    let isAction: Bool
    let needs: [String]
    /// The environment that the plan chose for it.
    var planned: String?
    var status = NodeStatus.waiting
    var reason: String?
    /// Its run, or the one that stands in for it.
    var run: ID<Run>?
    /// What a built-in node did.
    var result: String?
    var startedAt: Timestamp?
    var endedAt: Timestamp?
}

/// A pipeline run with its nodes, needs before those that need them.
struct PipelineState: Sendable, Hashable {
    var row: PipelineRow
    var nodes: [NodeRow]

    var machine: PipelineMachine {
        PipelineMachine(
            nodes: self.nodes.map {
                PipelineMachine.Node(
                    name: $0.name, needs: $0.needs, isAction: $0.isAction, status: $0.status, reason: $0.reason)
            }, onFailure: self.row.onFailure, status: self.row.status, cancelRequested: self.row.cancelledBy != nil)
    }

    func node(_ name: String) -> NodeRow? { self.nodes.first { $0.name == name } }

    /// The nodes a reference stands for: one, or each variant of a fanned-out node.
    func members(of node: String, variant: String?) -> [NodeRow] {
        self.nodes.filter { $0.node == node && (variant == nil || $0.variant == variant) }
    }

    /// Writes back what the machine decided.
    mutating func take(_ machine: PipelineMachine, at now: Timestamp) {
        for (index, node) in machine.nodes.enumerated() where self.nodes[index].status != node.status {
            self.nodes[index].status = node.status
            self.nodes[index].reason = node.reason
            if node.status == .running { self.nodes[index].startedAt = now }
            if node.status.isTerminal { self.nodes[index].endedAt = now }
        }
        if self.row.status != machine.status {
            self.row.status = machine.status
            self.row.endedAt = now
        }
    }

    mutating func update(_ name: String, _ change: (inout NodeRow) -> Void) {
        guard let index = self.nodes.firstIndex(where: { $0.name == name }) else { return }
        change(&self.nodes[index])
    }
}
