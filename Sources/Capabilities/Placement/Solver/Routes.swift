import Kernel

/// What it costs and how long it takes to carry one GiB from each location to each other.
///
/// A price list has few distinct rates, so a pair of locations holds the number of its rate, and an edge of the graph is
/// priced once for each rate, not for each pair. Nothing is paid inside a location. A rate may be unknown: it then sorts
/// behind every known one. Built once for a price list and shared by every question about it.
/// Costs 7 bytes a pair, and O(locations³) at worst, O(locations²) as a rule, to build.
package struct Routes: Sendable {
    /// In `rates`: nobody knows what this transfer costs.
    package static let unknownRate: Int64 = -1
    /// Ten years: slower than this is as good as never. Keeps sums of thousands of durations far from overflow.
    package static let longestMilliseconds: Int64 = 1 << 38

    /// How many locations there are.
    package let count: Int
    /// Distinct nano-dollars per GiB; the first is the rate inside a location, zero.
    package let rates: ContiguousArray<Int64>
    /// `[from × count + to]`: the number of the pair's rate.
    package let rateIndex: ContiguousArray<UInt16>
    /// `[from × count + to]`: milliseconds for one GiB; empty when every transfer is instantaneous.
    package let millisecondsPerGibibyte: ContiguousArray<Int32>
    /// `[a × count + b]`: the roles in which `a` never pays more than `b` with any third location.
    let covers: ContiguousArray<Roles>

    /// At which end of a transfer a location stands.
    struct Roles: OptionSet, Sendable, Hashable {
        let rawValue: UInt8

        static let producer = Roles(rawValue: 1)
        static let consumer = Roles(rawValue: 2)
    }

    /// - Parameters:
    ///   - count: number of locations.
    ///   - rate: nano-dollars per GiB from a location to another one, or `unknownRate`. Other negative rates count as 0.
    ///   - milliseconds: for one GiB; nil when transfers take no time that matters. Negative ones count as 0.
    package init(count: Int, rate: (Int, Int) -> Int64, milliseconds: ((Int, Int) -> Int64)? = nil) {
        precondition(count >= 0 && count < 1 << 15, "locations are numbered in 15 bits")
        var numbers: [Int64: UInt16] = [0: 0]
        var rates: ContiguousArray<Int64> = [0]
        var index = ContiguousArray<UInt16>(repeating: 0, count: count * count)
        for from in 0..<count {
            for to in 0..<count where to != from {
                let given = rate(from, to)
                let value = given == Self.unknownRate ? given : max(0, given)
                index[from * count + to] = numbers[value] ?? Self.intern(value, &numbers, &rates)
            }
        }
        self.count = count
        self.rates = rates
        self.rateIndex = index
        self.millisecondsPerGibibyte = Self.times(count, milliseconds)
        self.covers = Self.covers(count, rates: rates, index: index)
    }

    private static func intern(
        _ rate: Int64, _ numbers: inout [Int64: UInt16], _ rates: inout ContiguousArray<Int64>
    ) -> UInt16 {
        precondition(rates.count < 1 << 16, "a price list has fewer than 65,536 distinct rates")
        let number = UInt16(rates.count)
        numbers[rate] = number
        rates.append(rate)
        return number
    }

    private static func times(_ count: Int, _ milliseconds: ((Int, Int) -> Int64)?) -> ContiguousArray<Int32> {
        guard let milliseconds else { return [] }
        var times = ContiguousArray<Int32>(repeating: 0, count: count * count)
        for from in 0..<count {
            for to in 0..<count where to != from {
                times[from * count + to] = Int32(clamping: max(0, milliseconds(from, to)))
            }
        }
        return times
    }

    /// Nano-dollars for `bytes` at a rate; the same number as `Money.perGibibyte(for:)`, saturated. Nil when unknown.
    package static func price(rate: Int64, bytes: Int64) -> Int64? {
        guard bytes > 0 else { return 0 }
        guard rate != Self.unknownRate else { return nil }
        let product = Int128(rate) * Int128(bytes)
        return Int64(clamping: (product + (1 << 29)) >> 30)
    }

    /// The number of a pair's rate.
    func rate(from: Int, to: Int) -> Int { Int(self.rateIndex[from * self.count + to]) }

    /// Nano-dollars to carry `bytes` from a location to another; nil when nobody knows.
    package func price(of bytes: Int64, from: Int, to: Int) -> Int64? {
        Self.price(rate: self.rates[Int(self.rateIndex[from * self.count + to])], bytes: bytes)
    }

    /// Milliseconds to carry `bytes` from a location to another, rounded up.
    package func milliseconds(of bytes: Int64, from: Int, to: Int) -> Int64 {
        guard bytes > 0, !self.millisecondsPerGibibyte.isEmpty else { return 0 }
        let product = Int128(self.millisecondsPerGibibyte[from * self.count + to]) * Int128(bytes)
        return min(Self.longestMilliseconds, Int64(clamping: (product + (1 << 30) - 1) >> 30))
    }

    /// For each pair whether the first is a stand-in for the second wherever the other end of a transfer lies, except in
    /// the second itself: what then decides is the price of the task alone.
    private static func covers(
        _ count: Int, rates: ContiguousArray<Int64>, index: ContiguousArray<UInt16>
    ) -> ContiguousArray<Roles> {
        var rank = ContiguousArray<UInt16>(repeating: 0, count: rates.count)
        let ascending = rates.indices.sorted { UInt64(bitPattern: rates[$0]) < UInt64(bitPattern: rates[$1]) }
        for (position, number) in ascending.enumerated() { rank[number] = UInt16(position) }
        let distance = ContiguousArray(index.map { rank[Int($0)] })
        var covers = ContiguousArray<Roles>(repeating: [], count: count * count)
        distance.withUnsafeBufferPointer { distance in
            for a in 0..<count {
                for b in 0..<count where a != b {
                    var roles: Roles = []
                    if Self.isCloser(a, b, distance, count, rows: count, columns: 1) { roles.insert(.producer) }
                    if Self.isCloser(a, b, distance, count, rows: 1, columns: count) { roles.insert(.consumer) }
                    covers[a * count + b] = roles
                }
            }
        }
        return covers
    }

    private static func isCloser(
        _ a: Int, _ b: Int, _ distance: UnsafeBufferPointer<UInt16>, _ count: Int, rows: Int, columns: Int
    ) -> Bool {
        for third in 0..<count where third != a && third != b {
            if distance[a * rows + third * columns] > distance[b * rows + third * columns] { return false }
        }
        return true
    }

    /// Writes what the rates between a location and a list of others come to.
    ///
    /// - Parameter prices: for each distinct rate.
    func fill(
        _ row: UnsafeMutableBufferPointer<Int64>, _ prices: ContiguousArray<Int64>, at location: Int, asProducer: Bool,
        others: ContiguousArray<Int32>
    ) {
        let first = asProducer ? location * self.count : location
        let step = asProducer ? 1 : self.count
        prices.withUnsafeBufferPointer { prices in
            self.rateIndex.withUnsafeBufferPointer { index in
                others.withUnsafeBufferPointer { others in
                    for column in 0..<others.count {
                        let rate = Int(index[first + Int(others[column]) * step])
                        row.initializeElement(at: column, to: prices[rate])
                    }
                }
            }
        }
    }
}
