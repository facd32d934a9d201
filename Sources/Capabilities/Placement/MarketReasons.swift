import Contract
import Kernel

/// Why offers of the market were not considered for a task, in classes: the first constraint that excluded them, how many
/// there are, and what the cheapest of them would have cost.
struct MarketReasons {
    private let market: Market
    private let screen: MarketScreen
    private let task: PlacementTask

    init(_ market: Market, _ screen: MarketScreen, _ task: PlacementTask) {
        self.market = market
        self.screen = screen
        self.task = task
    }

    /// Offers of one class.
    private struct Class {
        var count = 0
        var cheapest: Int64?
        /// The most that one of them has of what is missing.
        var most: Market.Shape?

        mutating func add(_ count: Int = 1, price: Int64?) {
            self.count += count
            if let price { self.cheapest = min(self.cheapest ?? price, price) }
        }
    }

    /// - Complexity: O(offers).
    func reasons() -> [PlacementReason] { self.barred() + self.missed() + self.notSpot() + self.unpriced() }

    private func reason(_ offers: String, _ found: Class, _ sentence: String) -> PlacementReason {
        let cost = found.cheapest.map {
            Dollars(Money(nanodollars: $0).perHour(forMilliseconds: self.task.duration.milliseconds))
        }
        return PlacementReason(offers: offers, count: found.count, reason: sentence, cost: cost)
    }

    // MARK: Locations

    private func barred() -> [PlacementReason] {
        var classes: [MarketBar: [String: Class]] = [:]
        for (location, bar) in self.screen.barred.enumerated() {
            guard let bar else { continue }
            let provider = self.market.locations[location].provider ?? ""
            let count = self.market.onDemand.range(location).count + self.market.spot.range(location).count
            let use = self.task.resources.spot ?? .never
            let best = self.market.cheapest(1, in: location, self.screen.fit, use, .full).first
            classes[bar, default: [:]][provider, default: Class()].add(count, price: best?.price.nanodollars)
        }
        return MarketBar.allCases.flatMap { bar in
            (classes[bar] ?? [:]).sorted { $0.key < $1.key }.map { self.reason($0.key, $0.value, self.sentence(bar)) }
        }
    }

    private func sentence(_ bar: MarketBar) -> String {
        let policy = self.task.policy
        func list(_ names: [String]?) -> String { (names ?? []).map { "'\($0)'" }.joined(separator: " or ") }
        switch bar {
        case .environment:
            return "policy: only environment \(list(policy.environments)) is allowed, not a rented machine"
        case .provider: return "policy: only provider \(list(policy.providers)) is allowed"
        case .region: return "policy: only region \(list(policy.regions)) is allowed"
        case .residency: return "residency: '\(self.task.wholeResidency)' does not allow their regions"
        }
    }

    // MARK: Shapes

    /// Offers of allowed locations whose machines do not do.
    private func missed() -> [PlacementReason] {
        var classes: [MachineDemand.Miss: Class] = [:]
        let isRequired = self.task.resources.spot == .required
        for location in self.allowed {
            let book = isRequired ? self.market.spot : self.market.onDemand
            for position in book.range(location) {
                let shape = Int(book.shapes[position])
                guard let miss = self.screen.fit.misses[shape] else { continue }
                classes[miss, default: Class()].add(price: book.prices[position])
                let best = classes[miss]?.most
                if miss.isLess(best, than: self.market.shapes[shape]) {
                    classes[miss]?.most = self.market.shapes[shape]
                }
            }
        }
        return MachineDemand.Miss.allCases.compactMap { miss in
            classes[miss].map { self.reason("the catalog", $0, miss.sentence(self.task.resources, most: $0.most)) }
        }
    }

    private func notSpot() -> [PlacementReason] {
        let use = self.task.resources.spot ?? .never
        guard use != .allowed else { return [] }
        let book = use == .never ? self.market.spot : self.market.onDemand
        var found = Class()
        for location in self.allowed {
            for position in book.range(location) where self.screen.fit(Int(book.shapes[position])) {
                found.add(price: book.prices[position])
            }
        }
        guard found.count > 0 else { return [] }
        let sentence = use == .never ? "spot: the step does not allow it" : "spot: the step requires it"
        return [self.reason("the catalog", found, sentence)]
    }

    private func unpriced() -> [PlacementReason] {
        var counts: [String: Int] = [:]
        for location in self.allowed where self.market.unpriced[location] > 0 {
            counts[self.market.locations[location].provider ?? "", default: 0] += self.market.unpriced[location]
        }
        return counts.sorted { $0.key < $1.key }.map {
            PlacementReason(offers: $0.key, count: $0.value, reason: "price: nobody here knows it")
        }
    }

    private var allowed: [Int] { self.screen.barred.indices.filter { self.screen.barred[$0] == nil } }

    /// What to relax first, and to what: of the machines that came farthest the one with most. Nil when that is no help.
    func relaxation() -> String? {
        var deepest: (miss: MachineDemand.Miss, shape: Market.Shape)?
        let order = MachineDemand.Miss.allCases
        for (shape, miss) in zip(self.market.shapes, self.screen.fit.misses) {
            guard let miss, miss.canBeRelaxed else { continue }
            let depth = order.firstIndex(of: miss) ?? 0
            let best = deepest.flatMap { order.firstIndex(of: $0.miss) } ?? -1
            if depth > best || depth == best && miss.isLess(deepest?.shape, than: shape) { deepest = (miss, shape) }
        }
        return deepest.flatMap { $0.miss.relaxation(to: $0.shape) }
    }
}

extension MachineDemand.Miss {
    /// Whether a second machine comes nearer to what is asked for.
    func isLess(_ first: Market.Shape?, than second: Market.Shape) -> Bool {
        guard let first else { return true }
        switch self {
        case .cpus: return first.vcpus ?? 0 < second.vcpus ?? 0
        case .memory: return first.memory ?? .zero < second.memory ?? .zero
        case .tooManyCPUs: return first.vcpus ?? 0 > second.vcpus ?? 0
        case .tooMuchMemory: return first.memory ?? .zero > second.memory ?? .zero
        case .accelerator: return first.acceleratorCount < second.acceleratorCount
        case .architecture, .unknownCPUs, .unknownMemory: return false
        }
    }

    var canBeRelaxed: Bool { self != .unknownCPUs && self != .unknownMemory && self != .accelerator }

    func sentence(_ wanted: Resources, most: Market.Shape?) -> String {
        func cpus(_ value: Double?) -> String { Exclusion.plain(value ?? 0) }
        switch self {
        case .architecture:
            return "architecture: \((wanted.architecture ?? .x86).rawValue) is asked for, and they are of another"
        case .accelerator: return "gpu: '\(wanted.gpu ?? "")' is asked for, and they have another, fewer or none"
        case .cpus: return "cpus: \(cpus(wanted.cpus)) are asked for, and they have \(cpus(most?.vcpus)) at most"
        case .unknownCPUs: return "cpus: how many they have is not known"
        case .memory:
            return "memory: \(wanted.memory ?? .zero) is asked for, and they have \(most?.memory ?? .zero) at most"
        case .unknownMemory: return "memory: how much they have is not known"
        case .tooManyCPUs: return "cpus: \(cpus(wanted.maximumCpus)) are the most that is asked for, and they have more"
        case .tooMuchMemory:
            return "memory: \(wanted.maximumMemory ?? .zero) is the most that is asked for, and they have more"
        }
    }

    func relaxation(to shape: Market.Shape) -> String? {
        let name = "\(shape.provider) \(shape.type)"
        switch self {
        case .architecture: return shape.architecture.map { "write 'architecture: \($0.rawValue)' (\(name))" }
        case .cpus, .tooManyCPUs: return shape.vcpus.map { "ask for \(Exclusion.plain($0)) CPUs (\(name))" }
        case .memory, .tooMuchMemory: return shape.memory.map { "ask for \($0) of memory (\(name))" }
        case .accelerator, .unknownCPUs, .unknownMemory: return nil
        }
    }
}
