import Contract
import Kernel

/// The simulated time of a plan, in milliseconds from its start: who holds which slot until when, and where data lies.
struct Timeline {
    private struct Hold {
        let holder: Holder
        let units: Int64
        let from: Int64
        let until: Int64
    }

    /// Whose slots or room are held.
    private enum Holder: Equatable {
        case environment(String, RunKind)
        case commitment(Int)
    }

    private let offers: [PlacementOffer]
    private let map: PlaceMap
    private var holds: [Hold] = []
    private var ends: [String: Int64] = [:]
    /// Where in the map what a task made lies.
    private(set) var places: [String: Int] = [:]
    private var environments: [String: String] = [:]

    init(_ offers: [PlacementOffer], _ map: PlaceMap) {
        self.offers = offers
        self.map = map
    }

    /// When all that it reads has arrived at a place of the map; never before `ready`. What one producer made comes in one go.
    func arrival(_ task: PlacementTask, at place: Int, ready: Int64) -> Int64 {
        var bytes: [String: ByteCount] = [:]
        for input in task.inputs { input.producer.map { bytes[$0, default: .zero] += input.bytes } }
        var latest = ready
        for (producer, size) in bytes {
            guard let from = self.places[producer], let end = self.ends[producer] else { continue }
            latest = max(latest, end + self.map.time(of: size, from: from, to: place).milliseconds)
        }
        return latest
    }

    /// The task with its producers' outputs at the places where they will lie, away from those it is to be apart from.
    func located(_ task: PlacementTask) -> PlacementTask {
        var task = task
        task.avoid.formUnion(task.apartFrom.compactMap { self.environments[$0] })
        for index in task.inputs.indices {
            guard let producer = task.inputs[index].producer, let place = self.places[producer] else { continue }
            task.inputs[index].stores.insert(self.map.places[place].name)
        }
        return task
    }

    /// Forgets what was given back by then: no task that is still to come is ready before.
    mutating func forget(before moment: Int64) { self.holds.removeAll { $0.until <= moment } }

    /// `start` and every later moment at which a planned task gives its slot back.
    func moments(from start: Int64) -> [Int64] {
        [start] + Set(self.holds.map(\.until).filter { $0 > start && $0 < .max }).sorted()
    }

    /// The offers with the slots that are free at that moment.
    func offers(at moment: Int64) -> [PlacementOffer] {
        self.offers.map { offer in
            var offer = offer
            offer.freeSlots -= Int(self.held(.environment(offer.environment, .batch), moment))
            offer.freeServingSlots -= Int(self.held(.environment(offer.environment, .replica), moment))
            return offer
        }
    }

    /// Whether there is room for an offer in the commitment that covers it; offers that none covers are always there.
    func hasRoom(for offer: MarketOffer, of market: Market?, at moment: Int64) -> Bool {
        guard let commitment = offer.commitment, let market else { return true }
        let held = self.held(.commitment(commitment.number), moment)
        return held + commitment.units <= market.committed[commitment.number].capacity
    }

    /// - Parameters:
    ///   - environment: whose slot it holds; nil for a machine of its own.
    ///   - commitment: in which it takes room; nil for none.
    ///   - place: where what it makes will lie; nil when it runs nowhere.
    mutating func take(
        _ task: PlacementTask, _ environment: String?, _ commitment: MarketOffer.Commitment? = nil, at place: Int?,
        from start: Int64, until end: Int64
    ) {
        self.ends[task.name] = end
        guard let place else { return }
        self.places[task.name] = place
        let until = task.kind == .replica ? Int64.max : end
        if let commitment {
            self.holds.append(
                Hold(holder: .commitment(commitment.number), units: commitment.units, from: start, until: until))
        }
        guard let environment else { return }
        self.environments[task.name] = environment
        self.holds.append(Hold(holder: .environment(environment, task.kind), units: 1, from: start, until: until))
    }

    private func held(_ holder: Holder, _ moment: Int64) -> Int64 {
        self.holds.reduce(0) { sum, hold in
            hold.holder == holder && hold.from <= moment && moment < hold.until ? sum + hold.units : sum
        }
    }
}
