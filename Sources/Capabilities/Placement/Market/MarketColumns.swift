import Contract
import Kernel

/// What a task would cost at the best offer of each location that takes it, in rows of numbers: a candidate with its names is
/// made of a row only when somebody asks.
struct MarketColumns: Sendable {
    var offers: [MarketOffer] = []
    /// Positions in the map.
    var places: [Int] = []
    var figures: [CandidateFigures] = []

    var count: Int { self.offers.count }
}

/// What it takes to bring what exists already to each location of the market.
struct MarketTravels: Sendable {
    /// Nano-dollars, without what is unknown.
    private(set) var costs: ContiguousArray<Int64>
    private(set) var milliseconds: ContiguousArray<Int64>
    private(set) var isPriced: ContiguousArray<Bool>

    /// - Parameter first: the place of the first location.
    /// - Complexity: O(inputs × locations × places that hold an input).
    init(of inputs: [PlacementInput], on map: PlaceMap, from first: Int, count: Int) {
        self.costs = ContiguousArray(repeating: 0, count: count)
        self.milliseconds = ContiguousArray(repeating: 0, count: count)
        self.isPriced = ContiguousArray(repeating: true, count: count)
        // What has no bytes or no store yet costs nothing to move as far as anyone knows.
        for input in inputs where input.bytes > .zero && !input.stores.isEmpty {
            let sources = input.stores.compactMap(map.position)
            let prices = map.routes.rates.map { Routes.price(rate: $0, bytes: input.bytes.bytes) ?? Routes.unknownRate }
            for location in 0..<count where !sources.contains(first + location) {
                self.add(input, from: sources, to: first + location, location, prices, map.routes)
            }
        }
    }

    private mutating func add(
        _ input: PlacementInput, from sources: [Int], to place: Int, _ location: Int, _ prices: [Int64],
        _ routes: Routes
    ) {
        var cheapest = Int64.max, soonest = Int64.max
        for source in sources {
            let price = prices[Int(routes.rateIndex[source * routes.count + place])]
            if price != Routes.unknownRate { cheapest = min(cheapest, price) }
            soonest = min(soonest, routes.milliseconds(of: input.bytes.bytes, from: source, to: place))
        }
        if cheapest == .max { self.isPriced[location] = false } else { self.costs[location] += cheapest }
        if soonest != .max { self.milliseconds[location] = max(self.milliseconds[location], soonest) }
    }
}

extension Planner {
    /// The cheapest offer that fits in each location that is allowed, and what commitments cover, unless a limit of the task
    /// itself excludes it.
    func columns(
        _ task: PlacementTask, _ market: Market, _ screen: MarketScreen,
        where isFree: (MarketOffer) -> Bool = { _ in true }
    ) -> MarketColumns {
        let travels = MarketTravels(
            of: task.inputs, on: self.map, from: self.marketPlace(0), count: market.locations.count)
        let needsCarbon = task.objective == .carbon || task.objective == .balanced
        var columns = MarketColumns()
        for offer in screen.offers where isFree(offer) {
            var figures = self.figures(offer, task, travels)
            guard !self.isOverrun(figures, task) else { continue }
            let place = self.marketPlace(offer.location)
            if needsCarbon { figures.carbon = self.carbon(market.shapes[offer.shape].watts, task, place) }
            columns.offers.append(offer)
            columns.places.append(place)
            columns.figures.append(figures)
        }
        return columns
    }

    /// Without carbon.
    func figures(_ offer: MarketOffer, _ task: PlacementTask, _ travels: MarketTravels) -> CandidateFigures {
        let milliseconds = task.duration.milliseconds
        let location = offer.location
        let cost =
            offer.price.perHour(forMilliseconds: milliseconds)
            + self.storage(task, self.marketPlace(location)) + Money(nanodollars: travels.costs[location])
        let handicap = self.handicap(offer.price, self.lowered.effective(offer), milliseconds)
        return CandidateFigures(
            cost: cost.nanodollars, weighedCost: (cost + handicap).nanodollars,
            pricePerHour: offer.price.nanodollars, delay: travels.milliseconds[location], carbon: nil,
            isPriced: travels.isPriced[location])
    }

    /// Whether a limit of the task itself is broken whatever the other tasks do; see `overrun`.
    func isOverrun(_ figures: CandidateFigures, _ task: PlacementTask) -> Bool {
        if let deadline = task.policy.deadline, figures.time(task.slowDuration) > deadline.milliseconds { return true }
        if let budget = task.policy.budget { return figures.cost > budget.nanodollars }
        return false
    }
}
