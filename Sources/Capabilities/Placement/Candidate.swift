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
    func verdict(against best: Candidate, _ weighing: Weighing) -> Verdict {
        if self.isAvoided, !best.isAvoided { return .avoided }
        if best.isPlanned { return .planned(best.name) }
        guard self.unpriced.isEmpty else { return .unpriced(self.unpriced) }
        if let sentence = weighing.sentence(of: self, against: best) { return .weighed(sentence) }
        guard let difference = self.difference(from: best) else { return .avoided }
        if difference < .zero, self.handicap > .zero { return .refusedLately }
        return .dearer(by: difference)
    }
}

/// Why a place that would do was not taken.
enum Verdict: Sendable, Hashable {
    case avoided
    /// The plan of the whole graph chose the named one.
    case planned(String)
    /// Bytes from these places would travel at a price that nobody knows.
    case unpriced([String])
    /// It would cost less, but refused lately, which counts as dearer.
    case refusedLately
    /// It lost in an objective that is not cost.
    case weighed(String)
    /// Nothing but dollars decided.
    case dearer(by: Money)

    var sentence: String {
        switch self {
        case .avoided: "avoid: to be taken only when nothing else is left"
        case .planned(let name): "plan: \(name) is best for the pipeline as a whole"
        case .unpriced(let places):
            "egress: what bytes from \(places.joined(separator: ", ")) cost is unknown; known prices go first"
        case .refusedLately: "availability: it refused lately, which counts as dearer than it is"
        case .weighed(let sentence): sentence
        case .dearer(by: .zero): "cost: the same, and ties go to the first name"
        case .dearer(let more) where more < .zero:
            "plan: costs \(Money.zero - more) less by itself, but a limit or a slot of the whole plan would not hold"
        case .dearer(let more): "cost: costs \(more) more"
        }
    }
}
