/// The states after a number of tasks are placed; see `Labels`.
struct LabelLayer {
    /// A state without its open tasks' part, which is its parent's and its own label and end.
    struct Candidate {
        let parent: Int32
        let label: Int32
        let end: Int64
        /// The least weight that it can come to.
        let weight: Int64
        /// The least cost that it can come to.
        let cost: Int64
        /// The last end so far.
        let makespan: Int64
        /// The least makespan that it can come to.
        let time: Int64
        /// What orders states when too many are left: the least first.
        let rank: Int64
        /// The sum of a relaxed weight (see `Labels.Relaxation`).
        let relaxed: Int64
    }

    /// The open tasks, ascending.
    let open: [Int]
    var states: ContiguousArray<Candidate> = []
    /// `[state × open tasks + position]`
    var labels: ContiguousArray<Int32> = []
    var ends: ContiguousArray<Int64> = []

    func label(_ state: Int, of task: Int) -> Int {
        Int(self.labels[state * self.open.count + (self.open.firstIndex(of: task) ?? 0)])
    }

    func end(_ state: Int, of task: Int) -> Int64 {
        self.ends[state * self.open.count + (self.open.firstIndex(of: task) ?? 0)]
    }

    /// Adds the candidate unless a state here beats it: the same labels on open tasks, and no worse in anything. Candidates
    /// come in ascending order of weight, so a later one never beats an earlier one in that.
    mutating func insert(
        _ candidate: Candidate, placing task: Int, after before: LabelLayer, known: inout [Int: [Int32]]
    ) {
        let first = self.labels.count
        var hasher = Hasher()
        for other in self.open {
            let isPlaced = other == task
            let label = isPlaced ? candidate.label : Int32(before.label(Int(candidate.parent), of: other))
            self.labels.append(label)
            self.ends.append(isPlaced ? candidate.end : before.end(Int(candidate.parent), of: other))
            hasher.combine(label)
        }
        let key = hasher.finalize()
        let isBeaten = known[key, default: []].contains { self.beats(Int($0), candidate, at: first) }
        if isBeaten {
            self.labels.removeLast(self.open.count)
            self.ends.removeLast(self.open.count)
            return
        }
        known[key, default: []].append(Int32(self.states.count))
        self.states.append(candidate)
    }

    private func beats(_ state: Int, _ candidate: Candidate, at first: Int) -> Bool {
        let other = self.states[state]
        guard other.weight <= candidate.weight, other.cost <= candidate.cost, other.makespan <= candidate.makespan
        else {
            return false
        }
        let start = state * self.open.count
        for position in 0..<self.open.count {
            if self.labels[start + position] != self.labels[first + position] { return false }
            if self.ends[start + position] > self.ends[first + position] { return false }
        }
        return true
    }
}
