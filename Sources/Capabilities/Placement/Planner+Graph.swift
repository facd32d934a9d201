package import Contract
import Kernel

extension Planner {
    /// Where each task of a graph would run if it were started now.
    ///
    /// Time is simulated: a task becomes ready when all it comes `after` have ended, takes a slot that is free then, and
    /// holds it for its duration, so siblings compete. When no allowed environment has a free slot it waits for the first
    /// that falls free. Slots that are taken now by others stay taken; when nothing else is left they are waited for.
    /// Data made by one task lies at its environment's store for the next. A replica never gives its slot back.
    ///
    /// - Parameter tasks: in topological order; names in `after` that are not among them are done already.
    package func plan(_ tasks: [PlacementTask], among offers: [PlacementOffer]) -> Plan {
        var timeline = Timeline(offers)
        var waiting = tasks
        var planned: [String: PlannedTask] = [:]
        while let index = timeline.next(of: waiting) {
            let task = waiting.remove(at: index)
            planned[task.name] = self.settle(timeline.located(task), in: &timeline)
        }
        precondition(waiting.isEmpty, "the tasks are in topological order")
        let ordered = tasks.compactMap { planned[$0.name] }
        return Plan(tasks: ordered, total: ordered.map { $0.compute + $0.egress }.total())
    }

    /// Tries each moment at which a slot falls free, from the task's own readiness on.
    private func settle(_ task: PlacementTask, in timeline: inout Timeline) -> PlannedTask {
        let ready = timeline.ready(task)
        for moment in timeline.moments(from: ready) {
            let choice = self.place(task, among: timeline.offers(at: moment), requireFree: true)
            if let environment = choice.environment {
                timeline.take(task, environment, from: moment)
                return choice
            }
        }
        let choice = self.place(task, among: timeline.offers(at: ready), requireFree: false)
        timeline.take(task, choice.environment, from: ready)
        return choice
    }
}

/// The simulated time of a plan, in milliseconds from now: who holds which slot until when, and where data lies.
private struct Timeline {
    private struct Hold {
        let environment: String
        let kind: RunKind
        let from: Int64
        let until: Int64
    }

    private let offers: [PlacementOffer]
    private var holds: [Hold] = []
    private var ends: [String: Int64] = [:]
    private var stores: [String: String] = [:]
    private var environments: [String: String] = [:]

    init(_ offers: [PlacementOffer]) { self.offers = offers }

    /// The task that becomes ready first, the first of the list among equals; nil when the list is empty.
    func next(of waiting: [PlacementTask]) -> Int? {
        let names = Set(waiting.map(\.name))
        let able = waiting.indices.filter { waiting[$0].after.allSatisfy { !names.contains($0) } }
        return able.min { (self.ready(waiting[$0]), $0) < (self.ready(waiting[$1]), $1) }
    }

    func ready(_ task: PlacementTask) -> Int64 { task.after.compactMap { self.ends[$0] }.max() ?? 0 }

    /// The task with its producers' outputs at the stores where they will lie, away from those it is to be apart from.
    func located(_ task: PlacementTask) -> PlacementTask {
        var task = task
        task.avoid.formUnion(task.apartFrom.compactMap { self.environments[$0] })
        for index in task.inputs.indices {
            guard let producer = task.inputs[index].producer, let store = self.stores[producer] else { continue }
            task.inputs[index].stores.insert(store)
        }
        return task
    }

    /// `start` and every later moment at which a planned task gives its slot back.
    func moments(from start: Int64) -> [Int64] {
        [start] + Set(self.holds.map(\.until).filter { $0 > start && $0 < .max }).sorted()
    }

    /// The offers with the slots that are free at that moment.
    func offers(at moment: Int64) -> [PlacementOffer] {
        self.offers.map { offer in
            var offer = offer
            offer.freeSlots -= self.held(.batch, offer.environment, moment)
            offer.freeServingSlots -= self.held(.replica, offer.environment, moment)
            return offer
        }
    }

    mutating func take(_ task: PlacementTask, _ environment: String?, from start: Int64) {
        self.ends[task.name] = start + task.duration.milliseconds
        guard let environment else { return }
        self.environments[task.name] = environment
        self.stores[task.name] = self.offers.first { $0.environment == environment }?.store
        let until = task.kind == .replica ? Int64.max : start + task.duration.milliseconds
        self.holds.append(Hold(environment: environment, kind: task.kind, from: start, until: until))
    }

    private func held(_ kind: RunKind, _ environment: String, _ moment: Int64) -> Int {
        self.holds.count {
            $0.kind == kind && $0.environment == environment && $0.from <= moment && moment < $0.until
        }
    }
}
