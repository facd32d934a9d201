import Contract
import Pipelines

/// The machine under test, or one that is broken on purpose.
struct PipelineSubject {
    enum Mutation: String, CaseIterable {
        case startsEarly, startsAgain, startsSkipped, finishesTwice, finishesEarly, neverSkips, neverCancels
        case alwaysSucceeds, revives, skipsUnrelated, saysNothing
    }

    private(set) var machine: PipelineMachine
    private let mutation: Mutation?

    init(_ machine: PipelineMachine, mutation: Mutation?) {
        self.machine = machine
        self.mutation = mutation
    }

    /// What a process reads back from the rows after a crash: nothing that is not in them.
    mutating func reload() {
        self.rebuild(self.machine.nodes.map { ($0.status, $0.reason) })
    }

    private mutating func rebuild(_ states: [(status: NodeStatus, reason: String?)], status: PipelineStatus? = nil) {
        let nodes = zip(self.machine.nodes, states).map { node, state in
            PipelineMachine.Node(
                name: node.name, needs: node.needs, isAction: node.isAction, status: state.status, reason: state.reason)
        }
        self.machine = PipelineMachine(
            nodes: nodes, onFailure: self.machine.onFailure, status: status ?? self.machine.status,
            cancelRequested: self.machine.cancelRequested)
    }

    mutating func handle(_ event: PipelineMachine.Event) -> [PipelineMachine.Effect] {
        let before = self.machine
        let effects = self.machine.handle(event)
        guard let mutation = self.mutation else { return effects }
        return self.mutate(effects, mutation, event, before)
    }

    private mutating func mutate(
        _ effects: [PipelineMachine.Effect], _ mutation: Mutation, _ event: PipelineMachine.Event,
        _ before: PipelineMachine
    ) -> [PipelineMachine.Effect] {
        let nodes = self.machine.nodes
        switch mutation {
        case .startsEarly: return effects + self.starts { $0.status == .waiting && !$0.needs.isEmpty }
        case .startsAgain: return effects + self.starts { $0.status == .running }
        case .startsSkipped: return effects + self.starts { $0.status == .skipped }
        case .finishesTwice:
            return before.status.isTerminal ? [.finish(before.status, reason: "again")] : effects
        case .finishesEarly:
            let isEarly = nodes.contains { $0.status.isGood } && !self.machine.status.isTerminal
            return isEarly ? effects + [.finish(.failed, reason: "early")] : effects
        case .neverSkips:
            return self.unskip(effects, before)
        case .neverCancels: return effects.filter { if case .cancelRun = $0 { false } else { true } }
        case .alwaysSucceeds:
            return effects.map { if case .finish = $0 { .finish(.succeeded, reason: nil) } else { $0 } }
        case .revives:
            guard case .tick = event, !self.machine.status.isTerminal else { return effects }
            self.rebuild(nodes.map { $0.status == .failed ? (.waiting, nil) : ($0.status, $0.reason) })
            return effects
        case .skipsUnrelated:
            guard nodes.contains(where: { $0.status == .failed }) else { return effects }
            self.rebuild(nodes.map { $0.status == .waiting ? (.skipped, "unlucky") : ($0.status, $0.reason) })
            return self.machine.handle(.tick)
        case .saysNothing:
            self.rebuild(nodes.map { ($0.status, nil) })
            return effects
        }
    }

    /// What was waiting and has been given up waits on.
    private mutating func unskip(
        _ effects: [PipelineMachine.Effect], _ before: PipelineMachine
    ) -> [PipelineMachine.Effect] {
        let givenUp = zip(before.nodes, self.machine.nodes).map {
            $0.status == .waiting && $1.status.isTerminal && !$1.status.isGood
        }
        guard givenUp.contains(true) else { return effects }
        self.rebuild(
            zip(self.machine.nodes, givenUp).map { $1 ? (.waiting, nil) : ($0.status, $0.reason) }, status: .running)
        return effects.filter { if case .finish = $0 { false } else { true } }
    }

    private func starts(_ condition: (PipelineMachine.Node) -> Bool) -> [PipelineMachine.Effect] {
        self.machine.nodes.filter { !$0.isAction && condition($0) }.map { .start($0.name) }
    }
}
