package import Contract
package import Kernel

/// Decides where each task should run, and says why not elsewhere.
///
/// A task may run in an environment when every constraint holds (`Constraints`, in a fixed order; the first that does not
/// is the reason given). Among those the cheapest wins: compute (duration × price of a slot) plus egress (bytes × rate from
/// the cheapest store they lie in; nothing when they lie in the environment's own). Where no rate is known what bytes cost
/// is unknown, not nothing: such an environment comes behind every one whose price is known, and the plan says so.
/// Environments to avoid are taken only when nothing else is left; ties go to the first name, so the same question has one
/// answer.
///
/// It knows no catalog, no database and no clock: offers, prices and rates are arguments. It cannot fail: a task that may
/// run nowhere is planned without an environment, with one reason each. It is greedy, one task after the other in the order
/// in which they become ready, as the scheduler itself is; it does not look for the cheapest plan as a whole.
/// Costs O(tasks × offers).
package struct Planner: Sendable {
    private let egress: @Sendable (_ fromStore: String, _ toEnvironment: String) -> Money?

    /// - Parameter egress: dollars for one GiB from a store to an environment's store; nil when nobody knows.
    package init(egress: @escaping @Sendable (_ fromStore: String, _ toEnvironment: String) -> Money?) {
        self.egress = egress
    }

    /// The best place for one task.
    ///
    /// - Parameter requireFree: only environments with a free slot of the task's kind now; else also those that would make
    ///   it wait.
    package func place(_ task: PlacementTask, among offers: [PlacementOffer], requireFree: Bool) -> PlannedTask {
        var candidates: [Candidate] = []
        var excluded: [Rejection] = []
        for offer in offers {
            if let exclusion = Constraints.exclusion(of: offer, for: task, requireFree: requireFree) {
                excluded.append(self.rejection(of: offer, for: task, exclusion))
            } else {
                candidates.append(self.candidate(offer, for: task))
            }
        }
        candidates.sort(by: Candidate.precedes)
        return self.planned(task, candidates, excluded)
    }

    /// The first constraint that keeps `task` out of an environment; nil when it may run there.
    package func exclusion(of offer: PlacementOffer, for task: PlacementTask, requireFree: Bool) -> Exclusion? {
        Constraints.exclusion(of: offer, for: task, requireFree: requireFree)
    }

    /// Why the task can never run with the environments as they are declared; nil when one of them may take it, if only
    /// after a worker joins or a slot falls free.
    package func refusal(of task: PlacementTask, among offers: [PlacementOffer]) -> String? {
        let exclusions = offers.map { ($0.environment, Constraints.exclusion(of: $0, for: task, requireFree: false)) }
        if exclusions.contains(where: { $0.1?.isPassing ?? true }) { return nil }
        let reasons = exclusions.sorted { $0.0 < $1.0 }.compactMap { $0.1?.sentence }
        return PlannedTask.refusal(task: task.name, reasons: reasons)
    }

    private func candidate(_ offer: PlacementOffer, for task: PlacementTask) -> Candidate {
        var egress = Money.zero
        var transferred = ByteCount.zero
        var unknown: Set<String> = []
        for input in task.inputs where !input.stores.contains(offer.store) {
            transferred += input.bytes
            // What has no bytes or no store yet costs nothing to move as far as anyone knows.
            guard input.bytes > .zero, !input.stores.isEmpty else { continue }
            if let rate = input.stores.compactMap({ self.egress($0, offer.environment) }).min() {
                egress += rate.perGibibyte(for: input.bytes)
            } else {
                unknown.formUnion(input.stores)
            }
        }
        return Candidate(
            offer: offer, compute: offer.pricePerSlotHour.perHour(forMilliseconds: task.duration.milliseconds),
            egress: egress, transferred: transferred, unpriced: unknown.sorted(),
            isAvoided: task.avoid.contains(offer.environment))
    }

    private func rejection(of offer: PlacementOffer, for task: PlacementTask, _ exclusion: Exclusion) -> Rejection {
        var cost: Money?
        if case .noFreeSlot = exclusion { cost = self.candidate(offer, for: task).knownCost }
        return Rejection(environment: offer.environment, reason: exclusion.sentence, cost: cost)
    }

    private func planned(_ task: PlacementTask, _ candidates: [Candidate], _ excluded: [Rejection]) -> PlannedTask {
        let best = candidates.first
        let others = candidates.dropFirst()
        let dearer = others.map {
            Rejection(environment: $0.offer.environment, reason: $0.reason(against: best), cost: $0.knownCost)
        }
        return PlannedTask(
            task: task.name, environment: best?.offer.environment, pricePerHour: best?.offer.pricePerSlotHour,
            duration: task.duration, basis: task.basis, compute: best?.compute ?? .zero, egress: best?.egress ?? .zero,
            transferred: best?.transferred ?? .zero,
            unpricedStores: best.flatMap { $0.unpriced.isEmpty ? nil : $0.unpriced },
            rejected: (dearer + excluded).sorted { $0.environment < $1.environment },
            runnerUp: others.first?.offer.environment,
            difference: others.first.flatMap { next in best.flatMap { next.difference(from: $0) } })
    }
}

/// An environment that may take the task, with what it would cost there.
private struct Candidate {
    let offer: PlacementOffer
    let compute: Money
    let egress: Money
    let transferred: ByteCount
    /// Stores with bytes that would travel from there at a price that nobody knows.
    let unpriced: [String]
    let isAvoided: Bool

    /// All that is known of it.
    private var cost: Money { self.compute + self.egress }
    /// Nil when a part of it is unknown.
    var knownCost: Money? { self.unpriced.isEmpty ? self.cost : nil }

    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
        if a.isAvoided != b.isAvoided { return b.isAvoided }
        if a.unpriced.isEmpty != b.unpriced.isEmpty { return a.unpriced.isEmpty }
        return (a.cost, a.offer.environment) < (b.cost, b.offer.environment)
    }

    /// Nil when the price of either is unknown.
    func difference(from best: Candidate) -> Money? {
        self.knownCost.flatMap { mine in best.knownCost.map { mine - $0 } }
    }

    func reason(against best: Candidate?) -> String {
        if self.isAvoided, best?.isAvoided == false { return "avoid: to be taken only when nothing else is left" }
        guard self.unpriced.isEmpty else {
            return
                "egress: what bytes from \(self.unpriced.joined(separator: ", ")) cost is unknown; known prices go first"
        }
        guard let difference = best.flatMap({ self.difference(from: $0) }) else {
            return "avoid: to be taken only when nothing else is left"
        }
        if difference == .zero { return "cost: the same, and ties go to the first name" }
        return "cost: costs \(difference) more"
    }
}
