import Contract
import Kernel

/// A place that may take a task, with what it would cost there as far as that does not depend on other tasks.
struct Candidate: Sendable {
    enum Source: Sendable, Hashable {
        /// The environment's position among the offers.
        case environment(Int)
        case market(MarketOffer)
    }

    let source: Source
    /// The environment's name; empty for the market, whose names are made when they are needed.
    let name: String
    /// Position in the map of where its data lies.
    let place: Int
    let pricePerHour: Money
    let listPricePerHour: Money
    let compute: Money
    let listCompute: Money
    /// Keeping what the task writes for a month, where the price is known.
    let storage: Money
    /// Bringing what exists already.
    let egress: Money
    let transferred: ByteCount
    /// For the slowest of what exists already.
    let transferTime: TimeSpan
    /// Places with bytes that would travel from there at a price that nobody knows.
    let unpriced: [String]
    /// Grams; nil when nobody knows.
    let carbon: Double?
    let wait: TimeSpan
    /// What it counts for above its price, because it was refused lately.
    let handicap: Money
    let isAvoided: Bool
    /// Whether the plan of the whole graph chose it.
    let isPlanned: Bool

    /// All that is known of it.
    var cost: Money { self.compute + self.storage + self.egress }
    /// What it counts for when it is compared.
    var weighedCost: Money { self.cost + self.handicap }
    /// Nil when a part of it is unknown.
    var knownCost: Money? { self.unpriced.isEmpty ? self.cost : nil }

    /// From the moment when everything is there to the end.
    func time(_ duration: TimeSpan) -> TimeSpan { self.wait + self.transferTime + duration }

    /// Nil when the price of either is unknown.
    func difference(from best: Candidate) -> Money? {
        self.knownCost.flatMap { mine in best.knownCost.map { mine - $0 } }
    }

    /// Why `best` was taken instead.
    func reason(against best: Candidate, _ weighing: Weighing) -> String {
        if self.isAvoided, !best.isAvoided { return "avoid: to be taken only when nothing else is left" }
        if best.isPlanned { return "plan: \(best.name) is best for the pipeline as a whole" }
        guard self.unpriced.isEmpty else {
            return
                "egress: what bytes from \(self.unpriced.joined(separator: ", ")) cost is unknown; known prices go first"
        }
        if let sentence = weighing.sentence(of: self, against: best) { return sentence }
        guard let difference = self.difference(from: best) else {
            return "avoid: to be taken only when nothing else is left"
        }
        if difference == .zero { return "cost: the same, and ties go to the first name" }
        if difference < .zero { return "avoid: to be taken only when nothing else is left" }
        return "cost: costs \(difference) more"
    }
}
