package import Contract
package import Kernel

/// The sums of a replay, exact to the nano-dollar: by project, over all, by reason, by new environment, and the purchase.
package struct WhatIfSums: Sendable {
    /// More reasons than this are not read.
    static let maximumReasons = 10
    /// Ids that stand for all runs of a reason.
    static let examples = 3

    private let from: Timestamp
    private let until: Timestamp
    private let added: [AddedCapacity]
    private let replayed: [ReplayedRun]

    /// Replays the runs and sums them up.
    ///
    /// - Parameters:
    ///   - runs: of the period, each once.
    ///   - from: the period's first moment, before `until`.
    package init(
        _ runs: [RecordedRun], from: Timestamp, until: Timestamp, kept: [PlacementOffer], added: [AddedCapacity],
        planner: Planner
    ) {
        precondition(from < until, "a period has an end after its start")
        self.from = from
        self.until = until
        self.added = added
        self.replayed = WhatIfReplay(planner, kept: kept, added: added.map(\.offer), runs: runs).replay(runs)
    }

    /// By name.
    package var projects: [WhatIfProject] {
        Dictionary(grouping: self.replayed, by: \.run.project).map { project, runs in
            WhatIfProject(project: project, totals: Self.totals(runs))
        }.sorted { $0.project < $1.project }
    }

    package var total: WhatIfTotals { Self.totals(self.replayed) }
    package var unpricedRuns: Int { self.replayed.count(where: \.isUnpriced) }

    package var unplaced: [WhatIfUnplaced] {
        let nowhere = self.replayed.filter { $0.environment == nil }
        return Dictionary(grouping: nowhere, by: \.refusal).map { reason, runs in
            WhatIfUnplaced(
                reason: reason, runs: runs.count, actual: runs.map(\.cost.total).reduce(.zero, +),
                examples: runs.prefix(Self.examples).map(\.run.id))
        }.sorted { ($1.runs, $0.reason) < ($0.runs, $1.reason) }.prefix(Self.maximumReasons).map(\.self)
    }

    /// In the order in which they were given.
    package var use: [WhatIfAdded] { self.added.map(self.use) }

    /// Nil when nothing is bought.
    package var purchase: WhatIfPurchase? {
        let bought = self.added.compactMap(\.purchase)
        guard !bought.isEmpty else { return nil }
        let total = self.total
        let own = Set(self.added.filter(\.isAmortised).map(\.offer.environment))
        let amortised = self.replayed.filter { $0.environment.map(own.contains) ?? false }.map(\.cost.compute.money)
        return BreakEven(
            price: bought.total(), actual: total.actual.total.money, whatIf: total.whatIf.total.money,
            amortised: amortised.total(), electricity: self.electricity, period: self.until - self.from
        ).purchase
    }

    private var electricity: Money {
        let period = (self.until - self.from).milliseconds
        return self.added.filter(\.isAmortised).compactMap { capacity in
            capacity.electricityPerHour.map { ($0 * Int64(capacity.machines)).perHour(forMilliseconds: period) }
        }.total()
    }

    private static func totals(_ runs: [ReplayedRun]) -> WhatIfTotals {
        let actual = runs.map(\.run.actual).reduce(.zero, +), whatIf = runs.map(\.cost).reduce(.zero, +)
        return WhatIfTotals(
            runs: runs.count, unplaced: runs.count { $0.environment == nil },
            moved: runs.count { $0.environment != nil && $0.environment != $0.run.environment },
            billed: runs.map(\.run.billed).reduce(.zero, +), actual: actual, whatIf: whatIf)
    }

    private func use(_ capacity: AddedCapacity) -> WhatIfAdded {
        let own = self.replayed.filter { $0.environment == capacity.offer.environment }
        let slots = capacity.offer.slots + capacity.offer.servingSlots
        let used = own.map { run in
            max(.zero, min(self.until, run.start + run.run.billed) - max(self.from, run.start))
        }.reduce(.zero, +)
        let available = TimeSpan(milliseconds: (self.until - self.from).milliseconds * Int64(slots))
        return WhatIfAdded(
            environment: capacity.offer.environment, machines: capacity.machines, slots: slots,
            pricePerSlotHour: Dollars(capacity.offer.pricePerSlotHour), runs: own.count, used: used,
            available: available, utilisation: Self.percent(used, of: available))
    }

    private static func percent(_ used: TimeSpan, of available: TimeSpan) -> Double {
        guard available > .zero else { return 0 }
        return (Double(used.milliseconds) / Double(available.milliseconds) * 10_000).rounded() / 100
    }
}
