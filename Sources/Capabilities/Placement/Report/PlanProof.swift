import Contract
import Kernel

/// How good a plan is: what the slots made of the solver's choice is held against its bound, and against deadline and budget.
struct PlanProof {
    private let graph: GraphPlan
    private let schedule: GraphPlan.Schedule
    private let outcome: GraphPlan.Outcome

    init(_ graph: GraphPlan, _ schedule: GraphPlan.Schedule, _ outcome: GraphPlan.Outcome) {
        self.graph = graph
        self.schedule = schedule
        self.outcome = outcome
    }

    func prove(_ plan: inout Plan) {
        guard let solution = self.outcome.solution else {
            plan.optimal = self.graph.graph.asked.isEmpty && plan.tasks.allSatisfy(\.isPlaced)
            plan.gap = plan.optimal ? 0 : nil
            return
        }
        let isChosen = self.graph.isAsChosen(self.schedule, self.outcome.choice)
        let isWithinSlots = self.outcome.slots?.isOptimal ?? solution.isOptimal
        plan.optimal = isChosen && isWithinSlots
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

    /// Nil when the objective's figure cannot be compared with the bound.
    private func gap(_ plan: Plan, _ solution: PlacementSolution, _ isChosen: Bool) -> Double? {
        let bound = max(solution.bound, self.outcome.slots?.bound ?? 0)
        func share(_ value: Int64) -> Double? {
            bound > 0 ? max(0, Double(value - bound) / Double(bound)) : value == 0 ? 0 : nil
        }
        switch plan.objective {
        case .cost: return share(plan.cost.total.money.nanodollars)
        case .time: return share(plan.duration.milliseconds)
        case .carbon, .balanced: return isChosen ? share(self.outcome.slots?.weight ?? solution.weight) : nil
        }
    }
}
