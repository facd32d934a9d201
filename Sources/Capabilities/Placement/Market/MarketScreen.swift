import Contract
import Kernel

/// One offer of the market.
struct MarketOffer: Sendable, Hashable {
    let location: Int
    let shape: Int
    let isSpot: Bool
    let list: Money
    let price: Money
    /// What it takes of a commitment that covers it; nil for none.
    var commitment: Commitment?

    struct Commitment: Sendable, Hashable {
        /// Of the pool in the market.
        let number: Int
        let units: Int64
    }
}

/// What a task allows of the market, and the best of it everywhere: made once for all tasks that allow the same.
struct MarketScreen: Sendable {
    let fit: Market.Fit
    let use: SpotUse
    /// For each location why the task may not run there; nil where it may.
    let barred: [MarketBar?]
    /// For each location the cheapest offer that fits, barred or not; nil where none does.
    let best: [MarketOffer?]
    /// The best that each commitment covers, in locations that are allowed.
    let committed: [MarketOffer]
    /// Screens that are equal have the same number.
    let number: Int

    /// Those that a task may take, in the order of locations, and then those that commitments cover.
    var offers: [MarketOffer] {
        self.best.indices.compactMap { self.isAllowed($0) ? self.best[$0] : nil } + self.committed
    }

    func isAllowed(_ location: Int) -> Bool { self.barred[location] == nil }
}

/// Why a whole location of the market is out.
enum MarketBar: Sendable, Hashable, CaseIterable {
    case environment, provider, region, residency
}

/// The screens of a plan: tasks that allow the same share one.
struct MarketScreens {
    private struct Key: Hashable {
        let demand: MachineDemand
        let use: SpotUse
        let environments: [String]?
        let providers: [String]?
        let regions: [String]?
        let residency: Residency
    }

    private let market: Market
    private let lowered: LoweredAvailability
    private var known: [Key: MarketScreen] = [:]

    init(_ market: Market, _ lowered: LoweredAvailability) {
        self.market = market
        self.lowered = lowered
    }

    /// - Complexity: O(shapes + locations × offers cheaper than the first that fits), for the first of equals.
    mutating func screen(_ task: PlacementTask) -> MarketScreen {
        let key = Key(
            demand: MachineDemand(task.resources), use: task.resources.spot ?? .never,
            environments: task.policy.environments, providers: task.policy.providers, regions: task.policy.regions,
            residency: task.wholeResidency)
        if let known = self.known[key] { return known }
        let fit = Market.Fit(key.demand, self.market.columns)
        let barred = self.market.locations.map { Self.bar($0, key) }
        let committed = self.market.committed.enumerated().flatMap { number, pool in
            // No commitment covers spot machines.
            key.use == .required ? [] : pool.offers(fit, number: number).filter { barred[$0.location] == nil }
        }
        let screen = MarketScreen(
            fit: fit, use: key.use, barred: barred, best: self.market.best(fit, key.use, self.lowered),
            committed: committed, number: self.known.count)
        self.known[key] = screen
        return screen
    }

    private static func bar(_ place: PlaceMap.Place, _ key: Key) -> MarketBar? {
        if key.environments != nil { return .environment }
        if !GlobPattern.allows(key.providers, place.provider ?? "") { return .provider }
        if !GlobPattern.allows(key.regions, place.region ?? "") { return .region }
        return key.residency.allows(zones: place.zones) ? nil : .residency
    }
}

extension Market {
    /// For each shape the first thing about it that a demand does not accept; nil where it fits.
    struct Fit: Sendable {
        let misses: ContiguousArray<MachineDemand.Miss?>
        /// The shapes that fit, ascending.
        let shapes: ContiguousArray<Int32>

        init(_ demand: MachineDemand, _ columns: ShapeColumns) {
            let misses = demand.misses(columns)
            self.misses = misses
            self.shapes = ContiguousArray(misses.indices.lazy.filter { misses[$0] == nil }.map(Int32.init))
        }

        func callAsFunction(_ shape: Int) -> Bool { self.misses[shape] == nil }
    }

    /// For each location the cheapest offer that fits; on demand before spot among equals.
    func best(_ fit: Fit, _ use: SpotUse, _ availability: LoweredAvailability) -> [MarketOffer?] {
        // What was refused lately counts as dearer than it is, so others behind it may be better.
        guard availability.count == 0 else {
            return self.locations.indices.map { self.cheapest(1, in: $0, fit, use, availability).first }
        }
        var best = [MarketOffer?](repeating: nil, count: self.locations.count)
        for (book, isSpot) in [(self.onDemand, false), (self.spot, true)] where use.accepts(isSpot: isSpot) {
            for (location, position) in book.firsts(fit).enumerated() where position != Book.none {
                let price = book.prices[Int(position)]
                if let other = best[location], other.price.nanodollars <= price { continue }
                best[location] = book.offer(Int(position), location, isSpot: isSpot)
            }
        }
        return best
    }

    /// The cheapest offers of a location that fit, at most `limit`, cheapest first; on demand before spot among equals.
    ///
    /// - Parameter availability: of what was refused lately, between 0 and 1: an hour of it counts as so much dearer.
    /// - Complexity: O(offers cheaper than the last one found).
    func cheapest(
        _ limit: Int, in location: Int, _ fit: Fit, _ use: SpotUse, _ availability: LoweredAvailability
    ) -> [MarketOffer] {
        var found: [MarketOffer] = []
        for (book, isSpot) in [(self.onDemand, false), (self.spot, true)] where use.accepts(isSpot: isSpot) {
            var rest = limit + availability.count
            for position in book.range(location) where fit(Int(book.shapes[position])) && rest > 0 {
                found.append(book.offer(position, location, isSpot: isSpot))
                rest -= 1
            }
        }
        guard found.count > 1 else { return found }
        let ranked = found.enumerated().sorted {
            (availability.effective($0.element), $0.offset) < (availability.effective($1.element), $1.offset)
        }
        return ranked.prefix(limit).map(\.element)
    }
}

extension Market.Book {
    static let none: Int32 = -1
    /// One in so many offers fits: from there on it is less work to look at these alone.
    private static let rarity = 8

    func offer(
        _ position: Int, _ location: Int, isSpot: Bool, commitment: MarketOffer.Commitment? = nil
    ) -> MarketOffer {
        MarketOffer(
            location: location, shape: Int(self.shapes[position]), isSpot: isSpot,
            list: Money(nanodollars: self.lists[position]), price: Money(nanodollars: self.prices[position]),
            commitment: commitment)
    }

    /// For each location the position of the cheapest offer that fits; `none` where none does.
    func firsts(_ fit: Market.Fit) -> ContiguousArray<Int32> {
        let fitting = fit.shapes.reduce(0) { $0 + Int(self.totals.counts[Int($1)]) }
        var firsts = ContiguousArray<Int32>(repeating: Self.none, count: self.starts.count - 1)
        if fitting * Self.rarity < self.shapes.count {
            for shape in fit.shapes {
                for index in self.range(ofShape: Int(shape)) {
                    let position = self.byShape[index]
                    let location = Int(self.locations[Int(position)])
                    if firsts[location] == Self.none || position < firsts[location] { firsts[location] = position }
                }
            }
            return firsts
        }
        for location in firsts.indices {
            for position in self.range(location) where fit.misses[Int(self.shapes[position])] == nil {
                firsts[location] = Int32(position)
                break
            }
        }
        return firsts
    }
}

extension SpotUse {
    func accepts(isSpot: Bool) -> Bool { isSpot ? self != .never : self != .required }
}
