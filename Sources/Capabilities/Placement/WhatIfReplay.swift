import Contract
import Kernel

/// Places the recorded runs of a period again, over other offers.
///
/// Every run is placed by `Planner.place` for cost alone: image, size, residency and policy hold as they did. Deadline and
/// budget do not: they are limits of a plan that guesses durations, and here these are known. It holds a slot for as long as
/// all its attempts were billed, from its submission on, or from when a slot falls free where it may run; while a cheaper
/// place is full it goes to the next best, as the scheduler would send it. What a run writes lies where it runs, so that
/// what reads it later is moved along or pays for the way. A run that may run nowhere is kept at what it cost.
///
/// It knows no database, no clock and no catalog, and the same arguments give the same answer. It is greedy in the order of
/// submission: what waits was not made to wait by anything that came after it.
package struct WhatIfReplay: Sendable {
    /// Enough for months of a busy team, few enough to answer within seconds.
    package static let maximumRuns = 10_000

    private let planner: Planner
    let offers: [PlacementOffer]

    /// - Parameters:
    ///   - kept: environments of today; they get the room that their recorded runs had.
    ///   - added: environments that there are not yet.
    ///   - runs: all that are to be replayed.
    package init(_ planner: Planner, kept: [PlacementOffer], added: [PlacementOffer], runs: [RecordedRun]) {
        self.planner = planner
        self.offers = kept.map { RecordedCapacity.raised($0, by: runs) } + added
    }

    /// - Complexity: O(runs × (offers × inputs + slots)).
    func replay(_ runs: [RecordedRun]) -> [ReplayedRun] {
        var slots = SlotTimes(self.offers)
        var data = RecordedData()
        return runs.sorted { ($0.submittedAt, $0.id) < ($1.submittedAt, $1.id) }.map { run in
            let replayed = self.place(run, slots, data)
            guard let environment = replayed.environment,
                let offer = self.offers.first(where: { $0.environment == environment })
            else { return replayed }
            slots.take(run.task.kind, of: environment, from: replayed.start, until: replayed.start + run.billed)
            data.ran(run, at: offer.store)
            return replayed
        }
    }

    private func place(_ run: RecordedRun, _ slots: SlotTimes, _ data: RecordedData) -> ReplayedRun {
        var task = run.task
        task.inputs = data.inputs(of: run)
        task.policy.objective = .cost
        task.policy.deadline = nil
        task.policy.budget = nil
        var moment = run.submittedAt
        while true {
            let planned = self.planner.place(task, among: slots.offers(at: moment), requireFree: true)
            if let environment = planned.environment {
                return ReplayedRun(
                    run: run, environment: environment, start: moment, cost: planned.cost,
                    isUnpriced: planned.unpricedStores != nil, refusal: "")
            }
            // Each turn moves to a moment at which a slot is free where the run may go, so the next one places it.
            guard let later = self.nextSlot(for: task, slots, after: moment) else { return self.unplaced(run, task) }
            moment = later
        }
    }

    private func nextSlot(for task: PlacementTask, _ slots: SlotTimes, after moment: Timestamp) -> Timestamp? {
        self.offers.filter { self.planner.exclusion(of: $0, for: task, requireFree: false) == nil }
            .compactMap { slots.next(task.kind, of: $0.environment, after: moment) }.min()
    }

    private func unplaced(_ run: RecordedRun, _ task: PlacementTask) -> ReplayedRun {
        let sentences = self.offers.sorted { $0.environment < $1.environment }
            .compactMap { self.planner.exclusion(of: $0, for: task, requireFree: false)?.sentence }
        return ReplayedRun(
            run: run, environment: nil, start: run.submittedAt, cost: run.actual, isUnpriced: false,
            refusal: sentences.joined(separator: "; "))
    }
}
