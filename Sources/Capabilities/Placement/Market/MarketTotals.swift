/// How many offers there are of each shape over a set of locations, and the least that one of them costs.
///
/// What is said of classes of offers is summed up from these some thousand numbers, not from the offers themselves.
struct MarketTotals: Sendable {
    private(set) var counts: ContiguousArray<Int32> = []
    /// Nano-dollars an hour; `max` where there is none.
    private(set) var least: ContiguousArray<Int64> = []

    init() {}

    /// - Complexity: O(offers of those locations).
    init(_ book: Market.Book, shapes: Int, where isIncluded: (Int) -> Bool) {
        var counts = ContiguousArray<Int32>(repeating: 0, count: shapes)
        var least = ContiguousArray<Int64>(repeating: .max, count: shapes)
        for location in 0..<(book.starts.count - 1) where isIncluded(location) {
            for position in book.range(location) {
                let shape = Int(book.shapes[position])
                counts[shape] += 1
                least[shape] = min(least[shape], book.prices[position])
            }
        }
        self.counts = counts
        self.least = least
    }
}
