import Contract
import Kernel

/// One offer of the market.
struct MarketOffer: Sendable, Hashable {
    let location: Int
    let shape: Int
    let isSpot: Bool
    let list: Money
    let price: Money
}

extension Market {
    /// For each shape the first thing about it that a demand does not accept; nil where it fits.
    struct Fit: Sendable {
        let misses: ContiguousArray<MachineDemand.Miss?>

        init(_ demand: MachineDemand, _ shapes: [Shape]) {
            self.misses = ContiguousArray(shapes.map { demand.miss($0) })
        }

        func callAsFunction(_ shape: Int) -> Bool { self.misses[shape] == nil }
    }

    /// The cheapest offers of a location that fit, at most `limit`, cheapest first; on demand before spot among equals.
    ///
    /// - Parameter availability: of what was refused lately, between 0 and 1: an hour of it counts as so much dearer.
    /// - Complexity: O(offers cheaper than the last one found).
    func cheapest(
        _ limit: Int, in location: Int, _ fit: Fit, _ use: SpotUse, _ availability: LoweredAvailability
    ) -> [MarketOffer] {
        var found: [MarketOffer] = []
        if use != .required {
            found += self.cheapest(limit, in: self.onDemand, location, fit, isSpot: false, availability)
        }
        if use != .never { found += self.cheapest(limit, in: self.spot, location, fit, isSpot: true, availability) }
        guard found.count > 1 else { return found }
        let ranked = found.enumerated().sorted {
            (availability.effective($0.element), $0.offset) < (availability.effective($1.element), $1.offset)
        }
        return ranked.prefix(limit).map(\.element)
    }

    private func cheapest(
        _ limit: Int, in book: Book, _ location: Int, _ fit: Fit, isSpot: Bool, _ availability: LoweredAvailability
    ) -> [MarketOffer] {
        var found: [MarketOffer] = []
        for position in book.range(location) {
            let shape = Int(book.shapes[position])
            guard fit(shape) else { continue }
            found.append(
                MarketOffer(
                    location: location, shape: shape, isSpot: isSpot, list: Money(nanodollars: book.lists[position]),
                    price: Money(nanodollars: book.prices[position])))
            // What was refused lately counts as dearer than it is, so others behind it may be better.
            if found.count >= limit + availability.count { break }
        }
        return found
    }
}
