/// A part of a schedule: which tasks have run where and until when, and who holds which slot.
struct SlotState {
    /// A part of a pool that is held, from and until when.
    struct Hold: Hashable {
        let pool: Int32
        let units: Int64
        let from: Int64
        let until: Int64
    }

    private(set) var pending: ContiguousArray<Int32>
    /// When the last of those it comes after ends, as far as they have run.
    private(set) var readyAt: ContiguousArray<Int64>
    private(set) var able: ContiguousArray<Int32>
    /// For each task that has run the option it took, by position among those asked about; -1 for the others.
    private(set) var options: ContiguousArray<Int32>
    private(set) var ends: ContiguousArray<Int64>
    private(set) var holds: ContiguousArray<Hold> = []
    /// The sum of weights so far, the sum of costs, and the least of each that it can come to.
    var weight: Int64 = 0
    var cost: Int64 = 0
    var weightBound: Int64
    /// Milliseconds.
    var timeBound: Int64 = 0

    init(_ problem: SlotProblem, weightBound: Int64) {
        self.pending = ContiguousArray(problem.pending)
        self.readyAt = ContiguousArray(repeating: 0, count: problem.pending.count)
        self.able = ContiguousArray(problem.pending.indices.filter { problem.pending[$0] == 0 }.map(Int32.init))
        self.options = ContiguousArray(repeating: -1, count: problem.placement.options.count)
        self.ends = ContiguousArray(repeating: 0, count: problem.placement.options.count)
        self.weightBound = weightBound
    }

    /// The task that is ready first, the first of the list among equals; nil when all have run.
    var next: Int? {
        self.able.min { (self.readyAt[Int($0)], $0) < (self.readyAt[Int($1)], $1) }.map(Int.init)
    }

    /// How much of a pool planned tasks hold at a moment.
    func held(_ pool: Int32, at moment: Int64) -> Int64 {
        self.holds.reduce(0) { sum, hold in
            hold.pool == pool && hold.from <= moment && moment < hold.until ? sum + hold.units : sum
        }
    }

    /// That moment and every later one at which a slot falls free.
    func moments(from ready: Int64) -> [Int64] {
        [ready] + Set(self.holds.lazy.map(\.until).filter { $0 > ready }).sorted()
    }

    /// The task has run; those it was the last for are able.
    mutating func ended(_ task: Int, at end: Int64, _ problem: SlotProblem) {
        self.able.removeAll { Int($0) == task }
        for follower in problem.followers[task] {
            self.readyAt[follower] = max(self.readyAt[follower], end)
            self.pending[follower] -= 1
            if self.pending[follower] == 0 { self.able.append(Int32(follower)) }
        }
    }

    mutating func take(_ position: Int, _ option: Int32, until end: Int64, _ hold: Hold?) {
        self.options[position] = option
        self.ends[position] = end
        if let hold { self.holds.append(hold) }
    }

    /// Forgets slots that were given back before anything that is still to come.
    mutating func forget(before moment: Int64) { self.holds.removeAll { $0.until <= moment } }
}
