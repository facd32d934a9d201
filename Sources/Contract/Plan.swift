package import Kernel

/// Where each task of a graph would run, from when to when, what it would cost, and why not elsewhere.
package struct Plan: Codable, Sendable, Hashable {
    package var objective: Objective
    /// Whether nothing better exists, as far as the prices and durations below are true.
    package var optimal: Bool
    /// How much worse than the best this may be at most, as a share of it: 0 when `optimal`. Absent: not known.
    package var gap: Double?
    /// Of all prices that are known.
    package var cost: PlannedCost
    /// The same at list prices, before anything that was negotiated.
    package var listCost: PlannedCost
    /// Grams of carbon dioxide; absent when a task's are not known.
    package var carbonGrams: Double?
    /// From the start to the end of the last task.
    package var duration: TimeSpan
    package var deadline: TimeSpan?
    package var budget: Dollars?
    /// Why the plan does not hold what was asked of it, and what to relax by how much; absent when it does.
    package var refusal: String?
    package var tasks: [PlannedTask]
    package var transfers: [PlannedTransfer]

    package init(
        objective: Objective, optimal: Bool, gap: Double? = nil, cost: PlannedCost, listCost: PlannedCost,
        carbonGrams: Double? = nil, duration: TimeSpan, deadline: TimeSpan? = nil, budget: Dollars? = nil,
        refusal: String? = nil, tasks: [PlannedTask], transfers: [PlannedTransfer]
    ) {
        self.objective = objective
        self.optimal = optimal
        self.gap = gap
        self.cost = cost
        self.listCost = listCost
        self.carbonGrams = carbonGrams
        self.duration = duration
        self.deadline = deadline
        self.budget = budget
        self.refusal = refusal
        self.tasks = tasks
        self.transfers = transfers
    }
}

/// What something is expected to cost, by what it is paid for.
package struct PlannedCost: Codable, Sendable, Hashable {
    package var compute: Dollars
    /// Bringing the inputs to where it runs.
    package var egress: Dollars
    /// Keeping the outputs for a month.
    package var storage: Dollars
    package var total: Dollars

    package static let zero = PlannedCost()

    package init(compute: Money = .zero, egress: Money = .zero, storage: Money = .zero) {
        self.compute = Dollars(compute)
        self.egress = Dollars(egress)
        self.storage = Dollars(storage)
        self.total = Dollars(compute + egress + storage)
    }

    package static func + (a: Self, b: Self) -> Self {
        PlannedCost(
            compute: (a.compute + b.compute).money, egress: (a.egress + b.egress).money,
            storage: (a.storage + b.storage).money)
    }
}

package struct PlannedTask: Codable, Sendable, Hashable {
    package var name: String
    /// Absent when no environment is allowed; then `reasons` says why, one by one. Absent too for what would not run, and for
    /// an offer that only the catalog has.
    package var environment: String?
    package var provider: String?
    package var region: String?
    package var machineType: String?
    package var spot: Bool
    /// The commitment of a price book that covers the machine, which is paid for whether it runs or not; absent for none.
    package var commitment: String?
    /// From the beginning of the plan.
    package var start: TimeSpan
    package var end: TimeSpan
    /// Where the duration comes from, for people.
    package var basis: String
    package var pricePerHour: Dollars?
    package var cost: PlannedCost
    /// The same at list prices.
    package var listCost: PlannedCost
    package var carbonGrams: Double?
    /// Bytes that must travel to where it runs first.
    package var transferred: ByteCount
    /// Places from which bytes would travel at a price that is not known: they count in `transferred` and not in `egress`.
    /// Absent when every price is known.
    package var unpricedStores: [String]?
    /// Why not elsewhere.
    package var reasons: [PlacementReason]
    /// The next best place, everything else as it is, and how much more it costs.
    package var runnerUp: String?
    package var difference: Dollars?
    /// The committed run whose outputs would be taken instead of running; absent when it would run.
    package var cachedRun: ID<Run>?

    package init(
        name: String, environment: String? = nil, provider: String? = nil, region: String? = nil,
        machineType: String? = nil, spot: Bool = false, commitment: String? = nil, start: TimeSpan = .zero,
        end: TimeSpan, basis: String,
        pricePerHour: Dollars? = nil, cost: PlannedCost, listCost: PlannedCost, carbonGrams: Double? = nil,
        transferred: ByteCount, unpricedStores: [String]? = nil, reasons: [PlacementReason], runnerUp: String? = nil,
        difference: Dollars? = nil, cachedRun: ID<Run>? = nil
    ) {
        self.name = name
        self.environment = environment
        self.provider = provider
        self.region = region
        self.machineType = machineType
        self.spot = spot
        self.commitment = commitment
        self.start = start
        self.end = end
        self.basis = basis
        self.pricePerHour = pricePerHour
        self.cost = cost
        self.listCost = listCost
        self.carbonGrams = carbonGrams
        self.transferred = transferred
        self.unpricedStores = unpricedStores
        self.reasons = reasons
        self.runnerUp = runnerUp
        self.difference = difference
        self.cachedRun = cachedRun
    }

    /// A node that would be taken from the cache: nothing is computed, nothing travels.
    package init(name: String, cachedRun: ID<Run>) {
        self.init(
            name: name, end: .zero, basis: "nothing runs", cost: .zero, listCost: .zero, transferred: .zero,
            reasons: [], cachedRun: cachedRun)
    }

    /// Whether it has a place to run.
    package var isPlaced: Bool { self.provider != nil }
    package var duration: TimeSpan { self.end - self.start }
}

/// Why offers were not chosen: one environment, or a class of the catalog's offers.
package struct PlacementReason: Codable, Sendable, Hashable {
    /// The environment, or whose offers: `aws`, `gcp europe-west4`, `the catalog`.
    package var offers: String
    /// How many offers it concerns; 1 for an environment.
    package var count: Int
    /// The first constraint that excluded them, or what made them dearer.
    package var reason: String
    /// The least the task would have cost there; absent when that is not known.
    package var cost: Dollars?

    package init(offers: String, count: Int = 1, reason: String, cost: Dollars? = nil) {
        self.offers = offers
        self.count = count
        self.reason = reason
        self.cost = cost
    }
}

/// Bytes that would travel.
package struct PlannedTransfer: Codable, Sendable, Hashable {
    /// The task that reads them.
    package var task: String
    /// The task that makes them; absent for what exists already.
    package var producer: String?
    package var from: String
    package var to: String
    package var bytes: ByteCount
    /// Absent when the price is not known.
    package var cost: Dollars?
    package var duration: TimeSpan

    package init(
        task: String, producer: String? = nil, from: String, to: String, bytes: ByteCount, cost: Dollars? = nil,
        duration: TimeSpan
    ) {
        self.task = task
        self.producer = producer
        self.from = from
        self.to = to
        self.bytes = bytes
        self.cost = cost
        self.duration = duration
    }
}

/// What a client posts to have a pipeline or a step planned.
package struct PlanRequest: Codable, Sendable, Hashable {
    package var spec: ProjectSpec
    /// The name of a pipeline in `spec`, or of a step.
    package var target: String
    package var source: Tree?
    /// Over everything the catalog sells, not only over the environments that are connected.
    package var wholeCatalog: Bool?
    /// Over what the pipeline says.
    package var goal: PlacementGoal?

    package init(
        spec: ProjectSpec, target: String, source: Tree? = nil, wholeCatalog: Bool? = nil, goal: PlacementGoal? = nil
    ) {
        self.spec = spec
        self.target = target
        self.source = source
        self.wholeCatalog = wholeCatalog
        self.goal = goal
    }
}
