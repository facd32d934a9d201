/// Counts durations in fixed buckets, cumulated when they are read.
struct LatencyHistogram: Sendable {
    /// Upper bounds in microseconds: what a page, a claim and a held-back claim take.
    static let bounds: [Int64] = [
        100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        10_000_000, 30_000_000,
    ]

    /// One for each bound, and one for what is above all of them.
    private(set) var counts = [Int64](repeating: 0, count: bounds.count + 1)
    private(set) var sum: Int64 = 0
    var total: Int64 { self.counts.reduce(0, +) }

    mutating func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        self.sum += microseconds
        self.counts[Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count] += 1
    }
}
