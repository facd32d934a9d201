import Contract
import Kernel

/// How good a plan is: what the slots made of the solver's choice is held against its bound, and against deadline and budget.
struct PlanProof {
    private let graph: GraphPlan
    private let settled: [GraphPlan.Settled]
    private let outcome: GraphPlan.Outcome

    init(_ graph: GraphPlan, _ settled: [GraphPlan.Settled], _ outcome: GraphPlan.Outcome) {
        self.graph = graph
        self.settled = settled
        self.outcome = outcome
    }

    func prove(_ plan: inout Plan) {
        guard let solution = self.outcome.solution else {
            plan.optimal = self.graph.graph.asked.isEmpty && plan.tasks.allSatisfy(\.isPlaced)
            plan.gap = plan.optimal ? 0 : nil
            return
        }
        let isChosen = self.graph.graph.asked.allSatisfy { self.settledAsChosen($0) }
        plan.optimal = isChosen && solution.isOptimal
        plan.gap = plan.optimal ? 0 : self.gap(plan, solution, isChosen)
        guard plan.refusal == nil else { return }
        if let deadline = plan.deadline, plan.duration > deadline {
            plan.refusal =
                "With the slots there are the plan takes \(plan.duration.rounded), \((plan.duration - deadline).rounded) "
                + "over the deadline of \(deadline). Join workers, or give it more time."
        } else if let budget = plan.budget, plan.cost.total > budget {
            plan.refusal =
                "With the slots there are the plan costs \(plan.cost.total), \(plan.cost.total - budget) over the budget of "
                + "\(budget). Join workers, or raise it."
        }
    }

    private func settledAsChosen(_ index: Int) -> Bool {
        guard let choice = self.outcome.choice[index], let candidate = self.settled[index].candidate else {
            return false
        }
        return self.graph.considered[index].source(choice) == candidate.source
    }

    /// Nil when the objective's figure cannot be compared with the bound.
    private func gap(_ plan: Plan, _ solution: PlacementSolution, _ isChosen: Bool) -> Double? {
        func share(_ value: Int64) -> Double? {
            solution.bound > 0 ? max(0, Double(value - solution.bound) / Double(solution.bound)) : value == 0 ? 0 : nil
        }
        switch plan.objective {
        case .cost: return share(plan.cost.total.money.nanodollars)
        case .time: return share(plan.duration.milliseconds)
        case .carbon, .balanced: return isChosen ? share(solution.weight) : nil
        }
    }
}
