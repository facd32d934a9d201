/// The least weight as a function of the time allowed: falls in steps, infinite before the first.
struct Staircase {
    struct Step {
        /// Milliseconds from which the weight holds.
        var time: Int64
        var weight: Int64
    }

    /// Times rise, weights fall, both strictly.
    private(set) var steps: ContiguousArray<Step> = []

    /// What costs nothing and takes no time.
    static let free = Staircase(steps: [Step(time: 0, weight: 0)])

    private init(steps: ContiguousArray<Step>) { self.steps = steps }

    /// The lower envelope of any steps.
    init(of steps: ContiguousArray<Step>) {
        var least = Int64.max
        self.steps = []
        for step in steps.sorted(by: { ($0.time, $0.weight) < ($1.time, $1.weight) }) where step.weight < least {
            self.steps.append(step)
            least = step.weight
        }
    }

    /// The least time; nil when there is no way at all.
    var earliest: Int64? { self.steps.first?.time }

    /// The weight within a time; nil when it is too short.
    func weight(within time: Int64) -> Int64? { self.steps.last { $0.time <= time }?.weight }

    /// The sum of two, each within the same time.
    func joined(_ other: Staircase) -> Staircase {
        var joined: ContiguousArray<Step> = []
        var a = 0
        var b = 0
        while a < self.steps.count || b < other.steps.count {
            let timeA = a < self.steps.count ? self.steps[a].time : .max
            let timeB = b < other.steps.count ? other.steps[b].time : .max
            if timeA <= timeB { a += 1 }
            if timeB <= timeA { b += 1 }
            guard a > 0, b > 0 else { continue }
            let weight = CostNetwork.sum(self.steps[a - 1].weight, other.steps[b - 1].weight)
            joined.append(Step(time: min(timeA, timeB), weight: weight))
        }
        return Staircase(steps: joined)
    }

    /// Later and heavier by as much.
    func shifted(by time: Int64, _ weight: Int64) -> Staircase {
        Staircase(steps: ContiguousArray(self.steps.map { Step(time: $0.time + time, weight: $0.weight + weight) }))
    }
}
