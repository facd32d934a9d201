package import Contract
import Kernel

/// Decides where each task should run, and says why not elsewhere.
///
/// A task may run in an environment when every constraint holds (`Constraints`, in a fixed order; the first that does not
/// is the reason given). Among those the objective decides: as a rule dollars, which are compute (duration × price of a
/// slot), egress (bytes × rate from the cheapest place they lie in; nothing when they lie where it runs) and a month of
/// keeping what it writes. Where no rate is known what bytes cost is unknown, not nothing: such an environment comes behind
/// every one whose price is known, and the plan says so. Environments to avoid are taken only when nothing else is left;
/// ties go to the first name, so the same question has one answer.
///
/// `place` answers for one task that is to start now, over the environments; `plan` for a whole graph, over the market too
/// when there is one, as a whole and exactly (`Planner+Graph`). It knows no catalog, no database and no clock: offers,
/// prices and rates are arguments. It cannot fail: a task that may run nowhere is planned without a place, with reasons.
package struct Planner: Sendable {
    let map: PlaceMap
    let market: Market?
    let lowered: LoweredAvailability

    /// - Parameters:
    ///   - map: every store that an offer or an input names, and then the locations of the market in its order.
    ///   - market: what can be rented beyond the environments; nil to plan over these alone.
    ///   - lowered: what of the market was refused lately.
    package init(_ map: PlaceMap, market: Market? = nil, lowered: LoweredAvailability = .full) {
        self.map = map
        self.market = market
        self.lowered = lowered
    }

    /// The best place for one task.
    ///
    /// - Parameter requireFree: only environments with a free slot of the task's kind now; else also those that would make
    ///   it wait.
    /// - Complexity: O(offers × inputs).
    package func place(_ task: PlacementTask, among offers: [PlacementOffer], requireFree: Bool) -> PlannedTask {
        var candidates: [Candidate] = []
        var excluded: [PlacementReason] = []
        for (index, offer) in offers.enumerated() {
            switch self.consider(offer, at: index, for: task, requireFree: requireFree) {
            case .success(let candidate): candidates.append(candidate)
            case .failure(let rejected): excluded.append(rejected.reason)
            }
        }
        let weighing = Weighing(task, among: candidates.map(\.figures))
        candidates.sort(by: weighing.precedes)
        return self.planned(task, candidates, excluded, weighing, among: offers)
    }

    /// The first constraint that keeps `task` out of an environment; nil when it may run there.
    package func exclusion(of offer: PlacementOffer, for task: PlacementTask, requireFree: Bool) -> Exclusion? {
        Constraints.exclusion(of: offer, for: task, requireFree: requireFree)
            ?? self.overrun(self.candidate(offer, at: 0, for: task), task)
    }

    /// Why the task can never run with the environments as they are declared; nil when one of them may take it, if only
    /// after a worker joins or a slot falls free.
    package func refusal(of task: PlacementTask, among offers: [PlacementOffer]) -> String? {
        let exclusions = offers.map { ($0.environment, self.exclusion(of: $0, for: task, requireFree: false)) }
        if exclusions.contains(where: { $0.1?.isPassing ?? true }) { return nil }
        let sorted = exclusions.sorted { $0.0 < $1.0 }.compactMap(\.1)
        return PlannedTask.refusal(
            task: task.name, reasons: sorted.map(\.sentence), relaxation: Self.relaxation(sorted))
    }

    /// What to relax first: that of the environment where the task came farthest.
    static func relaxation(_ exclusions: [Exclusion]) -> String? {
        exclusions.filter { $0.relaxation != nil }.max { $0.depth < $1.depth }?.relaxation
    }

    /// An offer that was looked at and not taken, with what to relax.
    struct Rejected: Error {
        let exclusion: Exclusion
        let reason: PlacementReason
    }

    /// What an environment would cost, or the first constraint that excludes it.
    func consider(
        _ offer: PlacementOffer, at index: Int, for task: PlacementTask, requireFree: Bool
    ) -> Result<Candidate, Rejected> {
        let constraint = Constraints.exclusion(of: offer, for: task, requireFree: requireFree)
        if let constraint, !constraint.hasCost { return .failure(Self.rejected(offer, constraint, cost: nil)) }
        let candidate = self.candidate(offer, at: index, for: task)
        guard let exclusion = constraint ?? self.overrun(candidate, task) else { return .success(candidate) }
        return .failure(Self.rejected(offer, exclusion, cost: candidate.knownCost))
    }

    private static func rejected(_ offer: PlacementOffer, _ exclusion: Exclusion, cost: Money?) -> Rejected {
        Rejected(
            exclusion: exclusion,
            reason: PlacementReason(
                offers: offer.environment, reason: exclusion.sentence, cost: cost.map(Dollars.init)))
    }

    /// The limits of the task itself that a candidate breaks whatever the other tasks do.
    func overrun(_ candidate: Candidate, _ task: PlacementTask) -> Exclusion? {
        let needed = candidate.time(task.slowDuration)
        if let deadline = task.policy.deadline, needed > deadline {
            return .deadline(deadline, needed: needed, environment: candidate.name)
        }
        if let budget = task.policy.budget, candidate.cost > budget {
            return .budget(budget, needed: candidate.cost, environment: candidate.name)
        }
        return nil
    }

    private func planned(
        _ task: PlacementTask, _ candidates: [Candidate], _ excluded: [PlacementReason], _ weighing: Weighing,
        among offers: [PlacementOffer]
    ) -> PlannedTask {
        guard let best = candidates.first else { return PlannedTask(unplaced: task, excluded) }
        let others = candidates.dropFirst()
        let dearer = others.map {
            PlacementReason(
                offers: $0.name, reason: $0.verdict(against: best, weighing).sentence,
                cost: $0.knownCost.map(Dollars.init))
        }
        var planned = PlannedTask(task, at: best, among: offers, market: self.market)
        planned.reasons = (dearer + excluded).sorted { $0.offers < $1.offers }
        planned.runnerUp = others.first?.name
        planned.difference = others.first?.difference(from: best).map(Dollars.init)
        return planned
    }
}
