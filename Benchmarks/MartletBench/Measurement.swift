import Foundation

/// A figure of ours, with the goal that was set for it.
struct Measurement {
    enum Direction { case atMost, atLeast }

    var name: String
    var value: Double
    var unit: String
    var goal: (direction: Direction, value: Double)?
    /// What the figure is made of: how many samples, and what else was seen.
    var note: String

    var isMet: Bool? {
        self.goal.map { $0.direction == .atMost ? self.value <= $0.value : self.value >= $0.value }
    }
}

/// The same of somebody else's program.
struct PeerFigure {
    /// Name and version.
    var program: String
    /// Nil when it could not be measured.
    var value: Double?
    /// How, or why not.
    var note: String
}

/// A line of the table.
struct MeasuredRow {
    var ours: Measurement
    var peers: [PeerFigure] = []
    /// What others published, for those who want to compare further. Never measured here.
    var published = ""

    /// How many times better ours is.
    func ratio(to peer: PeerFigure) -> Double? {
        guard let value = peer.value, value > 0, self.ours.value > 0 else { return nil }
        return self.ours.goal?.direction == .atLeast ? self.ours.value / value : value / self.ours.value
    }
}

/// Numbers of one kind.
struct Samples {
    private(set) var values: [Double] = []

    var count: Int { self.values.count }
    var median: Double { self.quantile(0.5) }

    mutating func add(_ value: Double) { self.values.append(value) }

    /// The smallest value that at least the share `q` of all are not above; 0 when there is none.
    func quantile(_ q: Double) -> Double {
        let sorted = self.values.sorted()
        guard let last = sorted.last else { return 0 }
        let rank = Int((q * Double(sorted.count)).rounded(.up))
        return rank >= sorted.count ? last : sorted[max(0, rank - 1)]
    }

    var range: String {
        guard let low = self.values.min(), let high = self.values.max() else { return "no samples" }
        return "\(low.short) to \(high.short)"
    }
}

extension Double {
    /// Three figures, as a person writes them.
    var short: String {
        if self >= 1000 {
            var digits = String(Int(self.rounded()))
            var position = digits.count - 3
            while position > 0 {
                digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
                position -= 3
            }
            return digits
        }
        let places = self >= 100 ? 0 : self >= 10 ? 1 : 2
        return String(format: "%.\(places)f", self)
    }
}
