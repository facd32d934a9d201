import Contract
import Kernel

/// A class of offers that were not considered: the first constraint that excluded them, how many they are, and the least that
/// an hour of one costs.
struct MarketClass: Sendable {
    let offers: String
    let sentence: String
    let count: Int
    let pricePerHour: Money?

    /// What it says to a task.
    func reason(_ duration: TimeSpan) -> PlacementReason {
        let cost = self.pricePerHour.map { Dollars($0.perHour(forMilliseconds: duration.milliseconds)) }
        return PlacementReason(offers: self.offers, count: self.count, reason: self.sentence, cost: cost)
    }
}

/// Why offers of the market were not considered, in classes. Said once for all tasks that allow the same, and from sums by
/// shape: no offer is looked at by itself, unless whole locations are barred in a way that no task before had.
struct MarketReasons {
    private let market: Market
    private var totals: [[Bool]: (onDemand: MarketTotals, spot: MarketTotals)] = [:]
    private var known: [Int: [MarketClass]] = [:]

    init(_ market: Market) { self.market = market }

    /// Offers of one class.
    private struct Sum {
        var count = 0
        var cheapest = Int64.max
        /// The shape that has most of what is missing.
        var most: Int?

        var price: Money? { self.cheapest == .max ? nil : Money(nanodollars: self.cheapest) }

        mutating func add(_ count: Int, _ price: Int64) {
            self.count += count
            self.cheapest = min(self.cheapest, price)
        }
    }

    /// - Complexity: O(shapes + locations), for the first task of a screen.
    mutating func classes(_ screen: MarketScreen, _ task: PlacementTask) -> [MarketClass] {
        if let known = self.known[screen.number] { return known }
        let classes = self.barred(screen, task) + self.shaped(screen, task) + self.unpriced(screen)
        self.known[screen.number] = classes
        return classes
    }

    // MARK: Locations

    private func barred(_ screen: MarketScreen, _ task: PlacementTask) -> [MarketClass] {
        var sums: [MarketBar: [String: Sum]] = [:]
        for (location, bar) in screen.barred.enumerated() {
            guard let bar else { continue }
            let provider = self.market.locations[location].provider ?? ""
            let count = self.market.onDemand.range(location).count + self.market.spot.range(location).count
            let best = self.market.cheapest(1, in: location, screen.fit, screen.use, .full).first
            sums[bar, default: [:]][provider, default: Sum()].add(count, best?.price.nanodollars ?? .max)
        }
        return MarketBar.allCases.flatMap { bar in
            (sums[bar] ?? [:]).sorted { $0.key < $1.key }.map { provider, sum in
                MarketClass(
                    offers: provider, sentence: Self.sentence(bar, task), count: sum.count, pricePerHour: sum.price)
            }
        }
    }

    private static func sentence(_ bar: MarketBar, _ task: PlacementTask) -> String {
        func list(_ names: [String]?) -> String { (names ?? []).map { "'\($0)'" }.joined(separator: " or ") }
        switch bar {
        case .environment:
            return "policy: only environment \(list(task.policy.environments)) is allowed, not a rented machine"
        case .provider: return "policy: only provider \(list(task.policy.providers)) is allowed"
        case .region: return "policy: only region \(list(task.policy.regions)) is allowed"
        case .residency: return "residency: '\(task.wholeResidency)' does not allow their regions"
        }
    }

    // MARK: Shapes

    /// Offers of allowed locations whose machines do not do, or that are spot where it is not wanted, or the other way.
    private mutating func shaped(_ screen: MarketScreen, _ task: PlacementTask) -> [MarketClass] {
        let totals = self.totals(screen.barred.map { $0 == nil })
        let isRequired = screen.use == .required
        let (wanted, other) = isRequired ? (totals.spot, totals.onDemand) : (totals.onDemand, totals.spot)
        var missed = MachineDemand.Miss.allCases.map { _ in Sum() }
        var unwanted = Sum()
        for shape in self.market.shapes.indices {
            guard let miss = screen.fit.misses[shape] else {
                if screen.use != .allowed { unwanted.add(Int(other.counts[shape]), other.least[shape]) }
                continue
            }
            guard wanted.counts[shape] > 0 else { continue }
            let kind = Int(miss.rawValue)
            missed[kind].add(Int(wanted.counts[shape]), wanted.least[shape])
            if miss.isLess(missed[kind].most, than: shape, self.market.columns) { missed[kind].most = shape }
        }
        var classes = MachineDemand.Miss.allCases.compactMap { miss -> MarketClass? in
            let sum = missed[Int(miss.rawValue)]
            guard sum.count > 0 else { return nil }
            return MarketClass(
                offers: "the catalog",
                sentence: miss.sentence(task.resources, most: sum.most.map { self.market.shapes[$0] }),
                count: sum.count, pricePerHour: sum.price)
        }
        if unwanted.count > 0 {
            let sentence = isRequired ? "spot: the step requires it" : "spot: the step does not allow it"
            classes.append(
                MarketClass(
                    offers: "the catalog", sentence: sentence, count: unwanted.count, pricePerHour: unwanted.price))
        }
        return classes
    }

    private mutating func totals(_ allowed: [Bool]) -> (onDemand: MarketTotals, spot: MarketTotals) {
        if !allowed.contains(false) { return (self.market.onDemand.totals, self.market.spot.totals) }
        if let known = self.totals[allowed] { return known }
        let shapes = self.market.shapes.count
        let totals = (
            onDemand: MarketTotals(self.market.onDemand, shapes: shapes) { allowed[$0] },
            spot: MarketTotals(self.market.spot, shapes: shapes) { allowed[$0] }
        )
        self.totals[allowed] = totals
        return totals
    }

    private func unpriced(_ screen: MarketScreen) -> [MarketClass] {
        var counts: [String: Int] = [:]
        for location in screen.barred.indices where screen.isAllowed(location) && self.market.unpriced[location] > 0 {
            counts[self.market.locations[location].provider ?? "", default: 0] += self.market.unpriced[location]
        }
        return counts.sorted { $0.key < $1.key }.map {
            MarketClass(
                offers: $0.key, sentence: "price: nobody here knows it", count: $0.value, pricePerHour: nil)
        }
    }

    /// What to relax first, and to what: of the machines that came farthest the one with most. Nil when that is no help.
    func relaxation(_ screen: MarketScreen) -> String? {
        var deepest: (miss: MachineDemand.Miss, shape: Int)?
        for (shape, miss) in screen.fit.misses.enumerated() {
            guard let miss, miss.canBeRelaxed else { continue }
            let depth = Int(miss.rawValue)
            let best = deepest.map { Int($0.miss.rawValue) } ?? -1
            let isBetter = depth == best && miss.isLess(deepest?.shape, than: shape, self.market.columns)
            if depth > best || isBetter { deepest = (miss, shape) }
        }
        return deepest.flatMap { $0.miss.relaxation(to: self.market.shapes[$0.shape]) }
    }
}

extension MachineDemand.Miss {
    /// Whether a second machine comes nearer to what is asked for.
    func isLess(_ first: Int?, than second: Int, _ shapes: ShapeColumns) -> Bool {
        guard let first else { return true }
        func known(_ cpus: Double) -> Double { cpus.isNaN ? 0 : cpus }
        let cpus = (known(shapes.vcpus[first]), known(shapes.vcpus[second]))
        let memory = (max(0, shapes.memory[first]), max(0, shapes.memory[second]))
        switch self {
        case .cpus: return cpus.0 < cpus.1
        case .memory: return memory.0 < memory.1
        case .tooManyCPUs: return cpus.0 > cpus.1
        case .tooMuchMemory: return memory.0 > memory.1
        case .accelerator: return shapes.acceleratorCounts[first] < shapes.acceleratorCounts[second]
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
