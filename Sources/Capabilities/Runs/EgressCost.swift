package import Kernel

/// What moving bytes costs: dollars where the price is known, and the bytes for which nobody knows one. Those are not free.
package struct EgressCost: Sendable, Hashable {
    package private(set) var known = Money.zero
    package private(set) var unpriced = ByteCount.zero

    package init() {}

    /// - Parameter price: of one GiB; nil when nobody knows.
    mutating func add(_ bytes: ByteCount, at price: Money?) {
        if let price { self.known += price.perGibibyte(for: bytes) } else { self.unpriced += bytes }
    }
}
