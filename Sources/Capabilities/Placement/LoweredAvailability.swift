package import Kernel

/// What was refused lately, as a market sees it: for few of its offers a number between 0 and 1.
///
/// An hour of an offer that was refused counts as its price divided by its availability, so the planner tries others first
/// and comes back when the memory has faded; what a plan says it costs stays the price.
package struct LoweredAvailability: Sendable {
    /// An offer by what people call it.
    package struct Key: Sendable, Hashable {
        package var provider: String
        package var region: String
        package var machineType: String
        package var isSpot: Bool

        package init(provider: String, region: String, machineType: String, isSpot: Bool) {
            self.provider = provider
            self.region = region
            self.machineType = machineType
            self.isSpot = isSpot
        }
    }

    /// Below this an offer is as good as gone: a hundred times dearer.
    private static let floor = 0.01

    package static let full = LoweredAvailability()
    private var lowered: [Position: Double] = [:]

    private struct Position: Hashable {
        let location: Int
        let shape: Int
        let isSpot: Bool
    }

    private init() {}

    /// - Parameter entries: some dozens; what the market does not sell is left out.
    package init(_ entries: [Key: Double], in market: Market) {
        guard !entries.isEmpty else { return }
        let shapes = Dictionary(market.shapes.enumerated().map { ([$1.provider, $1.type], $0) }) { first, _ in first }
        for (key, availability) in entries where availability < 1 {
            let location = market.locations.firstIndex { $0.provider == key.provider && $0.region == key.region }
            guard let location, let shape = shapes[[key.provider, key.machineType]] else { continue }
            self.lowered[Position(location: location, shape: shape, isSpot: key.isSpot)] = availability
        }
    }

    var count: Int { self.lowered.count }

    /// What an hour counts as when offers are compared, in nano-dollars.
    func effective(_ offer: MarketOffer) -> Int64 {
        guard !self.lowered.isEmpty else { return offer.price.nanodollars }
        let position = Position(location: offer.location, shape: offer.shape, isSpot: offer.isSpot)
        return Self.effective(offer.price, self.lowered[position] ?? 1)
    }

    /// The price divided by the availability.
    static func effective(_ price: Money, _ availability: Double) -> Int64 {
        guard availability < 1 else { return price.nanodollars }
        return Int64(min(1e15, Double(price.nanodollars) / max(Self.floor, availability)))
    }
}

extension AvailabilityMemory {
    /// What of a market was refused lately; zones count for their region.
    package func lowered(in market: Market, at now: Timestamp) -> LoweredAvailability {
        var entries: [LoweredAvailability.Key: Double] = [:]
        for key in self.keys {
            let region = LoweredAvailability.Key(
                provider: key.provider, region: key.region, machineType: key.machineType, isSpot: key.isSpot)
            entries[region] = min(entries[region] ?? 1, self.availability(of: key, at: now))
        }
        return LoweredAvailability(entries, in: market)
    }
}
