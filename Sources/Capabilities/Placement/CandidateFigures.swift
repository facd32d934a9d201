import Kernel

/// What candidates are compared by, in numbers.
struct CandidateFigures: Sendable {
    /// Nano-dollars of all that is known.
    var cost: Int64
    /// What it counts for: more than it costs, when it was refused lately.
    var weighedCost: Int64
    /// Nano-dollars.
    var pricePerHour: Int64
    /// Milliseconds of waiting and of bringing what is read, before it runs.
    var delay: Int64
    /// Grams; nil when nobody knows.
    var carbon: Double?
    /// Whether every price is known.
    var isPriced: Bool
    var isAvoided = false
    /// Whether the plan of the whole graph chose it.
    var isPlanned = false

    /// Milliseconds from the moment when it may start to the end.
    func time(_ duration: TimeSpan) -> Int64 { self.delay + duration.milliseconds }
}

extension Candidate {
    var figures: CandidateFigures {
        CandidateFigures(
            cost: self.cost.nanodollars, weighedCost: self.weighedCost.nanodollars,
            pricePerHour: self.pricePerHour.nanodollars, delay: (self.wait + self.transferTime).milliseconds,
            carbon: self.carbon, isPriced: self.unpriced.isEmpty, isAvoided: self.isAvoided, isPlanned: self.isPlanned)
    }
}
