import Contract
import Kernel

extension Planner {
    /// What a task would cost in an environment.
    func candidate(_ offer: PlacementOffer, at index: Int, for task: PlacementTask) -> Candidate {
        let place = self.map.position(offer.store)
        let travel = self.travel(of: task, to: place, store: offer.store)
        let milliseconds = task.duration.milliseconds
        return Candidate(
            source: .environment(index), name: offer.environment, place: place ?? 0,
            pricePerHour: offer.pricePerSlotHour, listPricePerHour: offer.listPricePerSlotHour,
            compute: offer.pricePerSlotHour.perHour(forMilliseconds: milliseconds),
            listCompute: offer.listPricePerSlotHour.perHour(forMilliseconds: milliseconds),
            storage: self.storage(task, place), egress: travel.cost, transferred: travel.bytes,
            transferTime: travel.time, unpriced: travel.unpriced, carbon: self.carbon(offer.watts, task, place),
            wait: offer.freeSlots(of: task.kind) > 0 ? .zero : offer.queueWait,
            handicap: self.handicap(
                offer.pricePerSlotHour, LoweredAvailability.effective(offer.pricePerSlotHour, offer.availability),
                milliseconds), isAvoided: task.avoid.contains(offer.environment),
            isPlanned: task.planned == offer.environment)
    }

    /// What a task would cost on a machine of the market.
    func candidate(_ offer: MarketOffer, _ market: Market, for task: PlacementTask) -> Candidate {
        let place = self.marketPlace(offer.location)
        let travel = self.travel(of: task, to: place, store: self.map.places[place].name)
        let milliseconds = task.duration.milliseconds
        return Candidate(
            source: .market(offer), name: "", place: place, pricePerHour: offer.price,
            listPricePerHour: offer.list, compute: offer.price.perHour(forMilliseconds: milliseconds),
            listCompute: offer.list.perHour(forMilliseconds: milliseconds), storage: self.storage(task, place),
            egress: travel.cost, transferred: travel.bytes, transferTime: travel.time, unpriced: travel.unpriced,
            carbon: self.carbon(market.shapes[offer.shape].watts, task, place), wait: .zero,
            handicap: self.handicap(offer.price, self.lowered.effective(offer), milliseconds), isAvoided: false,
            isPlanned: false)
    }

    /// What an hour counts for above its price, over the task's time.
    func handicap(_ price: Money, _ effective: Int64, _ milliseconds: Int64) -> Money {
        let effective = Money(nanodollars: effective)
        return effective == price ? .zero : (effective - price).perHour(forMilliseconds: milliseconds)
    }

    /// Where a location of the market is in the map: behind the stores.
    func marketPlace(_ location: Int) -> Int {
        self.map.places.count - (self.market?.locations.count ?? 0) + location
    }

    private struct Travel {
        var cost = Money.zero
        var bytes = ByteCount.zero
        var time = TimeSpan.zero
        var unpriced: [String] = []
    }

    /// Bringing what a task reads and what exists already.
    private func travel(of task: PlacementTask, to place: Int?, store: String) -> Travel {
        var travel = Travel()
        var unknown: Set<String> = []
        for input in task.inputs where !input.stores.contains(store) {
            travel.bytes += input.bytes
            // What has no bytes or no store yet costs nothing to move as far as anyone knows.
            guard input.bytes > .zero, !input.stores.isEmpty else { continue }
            let sources = input.stores.compactMap(self.map.position)
            let prices = place.map { to in sources.compactMap { self.map.price(of: input.bytes, from: $0, to: to) } }
            if let price = prices?.min() { travel.cost += price } else { unknown.formUnion(input.stores) }
            let times = place.map { to in sources.map { self.map.time(of: input.bytes, from: $0, to: to) } }
            travel.time = max(travel.time, times?.min() ?? .zero)
        }
        travel.unpriced = unknown.sorted()
        return travel
    }

    func storage(_ task: PlacementTask, _ place: Int?) -> Money {
        guard task.outputs > .zero, let place, let price = self.map.places[place].storagePrice else { return .zero }
        return price.perGibibyte(for: task.outputs)
    }

    func carbon(_ watts: Double?, _ task: PlacementTask, _ place: Int?) -> Double? {
        guard let watts, let place, let intensity = self.map.places[place].carbonIntensity else { return nil }
        return watts / 1000 * task.duration.seconds / 3600 * intensity
    }
}

extension Market {
    /// `aws us-east-1 m6i.large`, `gcp europe-west4 g2-standard-4 (spot)`.
    func name(of offer: MarketOffer) -> String {
        "\(self.locations[offer.location].name) \(self.shapes[offer.shape].type)"
            + (offer.isSpot ? " (spot)" : "")
            + (offer.commitment.map { " (covered by \(self.committed[$0.number].name))" } ?? "")
    }
}
