/// Tasks of a graph in the order in which they become ready: the one whose producers end first, then the first of the list.
struct ReadyQueue {
    private(set) var pending: [Int]
    private var readyAt: [Int64]
    let followers: [[Int]]
    private var able: [Int]

    /// - Parameter tasks: names in `after` that are not among them are done already.
    init(_ tasks: [PlacementTask]) {
        let positions = Dictionary(uniqueKeysWithValues: tasks.enumerated().map { ($1.name, $0) })
        var followers = [[Int]](repeating: [], count: tasks.count)
        var pending = [Int](repeating: 0, count: tasks.count)
        for (index, task) in tasks.enumerated() {
            for before in Set(task.after.compactMap { positions[$0] }) {
                followers[before].append(index)
                pending[index] += 1
            }
        }
        self.followers = followers
        self.pending = pending
        self.readyAt = Array(repeating: 0, count: tasks.count)
        self.able = tasks.indices.filter { pending[$0] == 0 }
    }

    /// The next task with the moment at which it is ready; nil when none is left.
    ///
    /// - Complexity: O(tasks that are able to start).
    mutating func next() -> (task: Int, ready: Int64)? {
        let first = self.able.indices.min {
            (self.readyAt[self.able[$0]], self.able[$0]) < (self.readyAt[self.able[$1]], self.able[$1])
        }
        guard let first else { return nil }
        let task = self.able.remove(at: first)
        return (task, self.readyAt[task])
    }

    mutating func ended(_ task: Int, at end: Int64) {
        for follower in self.followers[task] {
            self.readyAt[follower] = max(self.readyAt[follower], end)
            self.pending[follower] -= 1
            if self.pending[follower] == 0 { self.able.append(follower) }
        }
    }
}
