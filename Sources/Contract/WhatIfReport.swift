package import Kernel

/// What the recorded runs of a period cost, and what they would have cost elsewhere.
///
/// Every sum can be made again from the rows: the projects add up to `total`, and `purchase` follows from it by the formulas
/// that `assumptions` state.
package struct WhatIfReport: Codable, Sendable, Hashable {
    package var from: Timestamp
    package var until: Timestamp
    package var project: String?
    /// When the first of the runs was submitted.
    package var firstRun: Timestamp
    /// Older runs of the period beyond the limit, which are in no sum.
    package var leftOut: Int
    /// Environments of today that the runs could choose, by name.
    package var kept: [String]
    /// Environments of today that they could not.
    package var removed: [String]
    /// By name.
    package var projects: [WhatIfProject]
    package var total: WhatIfTotals
    /// Runs that may run nowhere, by reason, those with most runs first; at most ten reasons.
    package var unplaced: [WhatIfUnplaced]
    /// Runs that moved bytes at a price that nobody knows: these bytes count as nothing in `whatIf`.
    package var unpricedRuns: Int
    package var added: [WhatIfAdded]
    /// Absent when nothing is bought.
    package var purchase: WhatIfPurchase?
    package var assumptions: [String]

    package init(
        from: Timestamp, until: Timestamp, project: String?, firstRun: Timestamp, leftOut: Int, kept: [String],
        removed: [String], projects: [WhatIfProject], total: WhatIfTotals, unplaced: [WhatIfUnplaced],
        unpricedRuns: Int, added: [WhatIfAdded], purchase: WhatIfPurchase?, assumptions: [String]
    ) {
        self.from = from
        self.until = until
        self.project = project
        self.firstRun = firstRun
        self.leftOut = leftOut
        self.kept = kept
        self.removed = removed
        self.projects = projects
        self.total = total
        self.unplaced = unplaced
        self.unpricedRuns = unpricedRuns
        self.added = added
        self.purchase = purchase
        self.assumptions = assumptions
    }
}

package struct WhatIfProject: Codable, Sendable, Hashable {
    package var project: String
    package var totals: WhatIfTotals

    package init(project: String, totals: WhatIfTotals) {
        self.project = project
        self.totals = totals
    }
}

/// Sums over runs.
package struct WhatIfTotals: Codable, Sendable, Hashable {
    package var runs: Int
    /// Of these, runs that may run nowhere: they count with what they cost in both sums.
    package var unplaced: Int
    /// Of these, runs that would run in another environment than the one they ran in last.
    package var moved: Int
    /// Time for which slots were billed, failed attempts included.
    package var billed: TimeSpan
    package var actual: PlannedCost
    package var whatIf: PlannedCost
    /// `whatIf` less `actual`: below zero where it saves.
    package var difference: Dollars

    package static let zero = WhatIfTotals()

    package init(
        runs: Int = 0, unplaced: Int = 0, moved: Int = 0, billed: TimeSpan = .zero, actual: PlannedCost = .zero,
        whatIf: PlannedCost = .zero
    ) {
        self.runs = runs
        self.unplaced = unplaced
        self.moved = moved
        self.billed = billed
        self.actual = actual
        self.whatIf = whatIf
        self.difference = whatIf.total - actual.total
    }

    package static func + (a: Self, b: Self) -> Self {
        WhatIfTotals(
            runs: a.runs + b.runs, unplaced: a.unplaced + b.unplaced, moved: a.moved + b.moved,
            billed: a.billed + b.billed, actual: a.actual + b.actual, whatIf: a.whatIf + b.whatIf)
    }
}

/// Runs that may run nowhere for the same reason.
package struct WhatIfUnplaced: Codable, Sendable, Hashable {
    package var reason: String
    package var runs: Int
    /// What they cost.
    package var actual: Dollars
    /// The first few.
    package var examples: [ID<Run>]

    package init(reason: String, runs: Int, actual: Dollars, examples: [ID<Run>]) {
        self.reason = reason
        self.runs = runs
        self.actual = actual
        self.examples = examples
    }
}

/// What an environment that is not there yet would have been used for.
package struct WhatIfAdded: Codable, Sendable, Hashable {
    package var environment: String
    package var machines: Int
    /// Batch and replica slots of all its machines.
    package var slots: Int
    package var pricePerSlotHour: Dollars
    package var runs: Int
    /// Time for which its slots were held within the period.
    package var used: TimeSpan
    /// The period, for each of its slots.
    package var available: TimeSpan
    /// `used` in percent of `available`, to two decimals.
    package var utilisation: Double

    package init(
        environment: String, machines: Int, slots: Int, pricePerSlotHour: Dollars, runs: Int, used: TimeSpan,
        available: TimeSpan, utilisation: Double
    ) {
        self.environment = environment
        self.machines = machines
        self.slots = slots
        self.pricePerSlotHour = pricePerSlotHour
        self.runs = runs
        self.used = used
        self.available = available
        self.utilisation = utilisation
    }
}

/// Whether what is bought pays for itself, and when.
///
/// `running = whatIf − amortised + electricity`, `monthlySaving = (actual − running) × 30 d ⁄ period`,
/// `breakEvenMonth = ⌈price ⁄ monthlySaving⌉`.
package struct WhatIfPurchase: Codable, Sendable, Hashable {
    package var price: Dollars
    /// Of `whatIf`, what the slots of the bought machines were charged by amortisation, hardware included.
    package var amortised: Dollars
    /// Of the bought machines, around the clock in the period.
    package var electricity: Dollars
    /// What the period would have cost with the machines paid.
    package var running: Dollars
    /// In 30 days; below zero when it costs more.
    package var monthlySaving: Dollars
    /// Counted from 1; absent for never.
    package var breakEvenMonth: Int?
    /// Why never.
    package var reason: String?

    package init(
        price: Dollars, amortised: Dollars, electricity: Dollars, running: Dollars, monthlySaving: Dollars,
        breakEvenMonth: Int?, reason: String?
    ) {
        self.price = price
        self.amortised = amortised
        self.electricity = electricity
        self.running = running
        self.monthlySaving = monthlySaving
        self.breakEvenMonth = breakEvenMonth
        self.reason = reason
    }
}
