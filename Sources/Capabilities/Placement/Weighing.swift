import Contract
import Kernel

/// How candidates are compared for one task: by the objective, and by dollars among equals.
struct Weighing: Sendable {
    let objective: Objective
    /// The least of each among the candidates, for `balanced`.
    private let leastCost: Double
    private let leastTime: Double
    private let leastCarbon: Double?
    private let duration: TimeSpan

    init(_ task: PlacementTask, among candidates: [CandidateFigures]) {
        self.objective = task.objective
        self.duration = task.duration
        self.leastCost = Double(candidates.lazy.map(\.cost).min() ?? 0)
        self.leastTime = Double(candidates.lazy.map { $0.time(task.duration) }.min() ?? 0)
        var leastCarbon: Double? = .infinity
        for candidate in candidates {
            leastCarbon = candidate.carbon.flatMap { grams in leastCarbon.map { min($0, grams) } }
        }
        self.leastCarbon = candidates.isEmpty ? nil : leastCarbon
    }

    var needsCarbon: Bool { self.objective == .carbon || self.objective == .balanced }

    /// What is to be as small as it can be: dollars, milliseconds, grams, or shares of the least there is.
    func weight(_ candidate: CandidateFigures) -> Double {
        let cost = Double(candidate.weighedCost)
        let time = Double(candidate.time(self.duration))
        switch self.objective {
        case .cost: return cost
        case .time: return time
        case .carbon: return candidate.carbon ?? .infinity
        case .balanced:
            let carbon = candidate.carbon.flatMap { grams in self.leastCarbon.map { Self.share(grams, of: $0) } } ?? 0
            return Self.share(cost, of: self.leastCost) + Self.share(time, of: self.leastTime) + carbon
        }
    }

    func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
        self.order(a.figures, b.figures) ?? (a.name < b.name)
    }

    /// Whether the first comes before the second; nil when only their names differ.
    func order(_ a: CandidateFigures, _ b: CandidateFigures) -> Bool? {
        if a.isAvoided != b.isAvoided { return b.isAvoided }
        if a.isPlanned != b.isPlanned { return a.isPlanned }
        if a.isPriced != b.isPriced { return a.isPriced }
        let mine = self.weight(a), theirs = self.weight(b)
        if mine != theirs { return mine < theirs }
        if a.weighedCost != b.weighedCost { return a.weighedCost < b.weighedCost }
        return a.pricePerHour == b.pricePerHour ? nil : a.pricePerHour < b.pricePerHour
    }

    /// Why a candidate lost in the objective, when that is not cost; nil for cost and for equals.
    func sentence(of loser: Candidate, against winner: Candidate) -> String? {
        guard self.objective != .cost, self.weight(loser.figures) > self.weight(winner.figures) else { return nil }
        switch self.objective {
        case .cost: return nil
        case .time: return "time: takes \(loser.time(self.duration) - winner.time(self.duration)) longer"
        case .carbon:
            guard let mine = loser.carbon, let theirs = winner.carbon else {
                return "carbon: what its grid emits is unknown; known ones go first"
            }
            return "carbon: emits \(Grams.text(mine - theirs)) more"
        case .balanced: return "balanced: cost, time and carbon together are worse"
        }
    }

    /// Two free things are equal; anything over nothing counts by itself.
    private static func share(_ value: Double, of least: Double) -> Double {
        least > 0 ? value / least : value == 0 ? 1 : 1 + value
    }
}

/// Carbon dioxide in words.
enum Grams {
    /// `1.25 kg`, `310 g`, `0.042 g`: three digits that mean something.
    static func text(_ grams: Double) -> String {
        if grams >= 1000 { return "\((grams / 10).rounded() / 100) kg" }
        return grams >= 1 ? "\((grams * 10).rounded() / 10) g" : "\((grams * 1_000_000).rounded() / 1_000_000) g"
    }
}
