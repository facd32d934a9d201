extension PlacementProblem {
    /// What an edge costs between two locations, in nano-dollars and in units of weight; unknown prices are the ceiling.
    struct EdgePrice {
        var cost: Int64
        var weight: Int64
        var isUnknown: Bool
    }

    /// A number of the caller's within what sums can take.
    func clamped(_ value: Int64) -> Int64 { min(self.ceiling, max(0, value)) }

    func duration(_ option: PlacementOption) -> Int64 { min(Routes.longestMilliseconds, max(0, option.duration)) }

    /// For each distinct rate what the edge costs.
    func prices(of edge: Edge) -> ContiguousArray<EdgePrice> {
        let ceiling = self.ceiling
        return ContiguousArray(
            self.routes.rates.map { rate in
                guard let price = Routes.price(rate: rate, bytes: edge.bytes) else {
                    return EdgePrice(cost: ceiling, weight: ceiling, isUnknown: true)
                }
                let cost = min(ceiling, price)
                return EdgePrice(cost: cost, weight: min(ceiling, self.weightPerCost(cost)), isUnknown: false)
            })
    }

    /// The sums and the makespan of a choice; O(tasks + edges).
    package func totals(of choice: [Int]) -> PlacementTotals {
        precondition(choice.count == self.options.count, "a choice for each task")
        var totals = PlacementTotals()
        let options = zip(self.options, choice).map { $0[$1] }
        var ready = [Int64](repeating: 0, count: options.count)
        var ends = ready
        for (task, incoming) in self.edgesByConsumer.enumerated() {
            for edge in incoming {
                self.add(edge, options, to: &totals)
                ready[task] = max(ready[task], ends[edge.producer] + self.transfer(edge, options))
            }
            ends[task] = ready[task] + self.duration(options[task])
            totals.weight += self.clamped(options[task].weight)
            totals.cost += self.clamped(options[task].cost)
        }
        totals.makespan = ends.max() ?? 0
        return totals
    }

    /// Whether every limit holds, of single tasks and of the whole.
    package func keepsLimits(_ choice: [Int]) -> Bool {
        let totals = self.totals(of: choice)
        if let deadline = self.deadline, totals.makespan > deadline { return false }
        if let budget = self.budget, totals.cost > budget || totals.unknownTransfers > 0 { return false }
        return self.firstBreach(choice) == nil
    }

    /// The first task that does not keep its own limits.
    func firstBreach(_ choice: [Int]) -> Int? {
        guard !self.taskLimits.isEmpty else { return nil }
        let options = zip(self.options, choice).map { $0[$1] }
        let incoming = self.edgesByConsumer
        return self.options.indices.first { task in
            let limit = self.taskLimits[task]
            var totals = PlacementTotals(cost: self.clamped(options[task].cost))
            for edge in incoming[task] { self.add(edge, options, to: &totals) }
            let transfer = incoming[task].map { self.transfer($0, options) }.max() ?? 0
            if let budget = limit.budget, totals.cost > budget || totals.unknownTransfers > 0 { return true }
            if let deadline = limit.deadline { return transfer + self.duration(options[task]) > deadline }
            return false
        }
    }

    /// For each task the edges that lead into it.
    var edgesByConsumer: [[Edge]] {
        var incoming = [[Edge]](repeating: [], count: self.options.count)
        for edge in self.edges { incoming[edge.consumer].append(edge) }
        return incoming
    }

    private func transfer(_ edge: Edge, _ options: [PlacementOption]) -> Int64 {
        self.routes.milliseconds(
            of: edge.bytes, from: Int(options[edge.producer].location), to: Int(options[edge.consumer].location))
    }

    private func add(_ edge: Edge, _ options: [PlacementOption], to totals: inout PlacementTotals) {
        let from = Int(options[edge.producer].location)
        let to = Int(options[edge.consumer].location)
        guard let price = self.routes.price(of: edge.bytes, from: from, to: to) else {
            totals.unknownTransfers += 1
            return
        }
        let cost = min(self.ceiling, price)
        totals.cost += cost
        totals.weight += min(self.ceiling, self.weightPerCost(cost))
    }
}
