/// The table of a task that is linked to one neighbour only, by rates: what chains and trees consist of.
///
/// For each of the neighbour's labels the best of the core, or the label at the neighbour's own location, where nothing is
/// paid for the link. Costs O(neighbour's labels × core).
enum LeafMessage {
    /// Nil when the task is bound in another way.
    static func minimised(_ input: BucketInput) -> ContiguousArray<Int64>? {
        guard input.isPure, input.neighbours.count == 1, input.links.count == 1, let index = input.links.first,
            case .rates(let prices) = input.network.links[index].values
        else { return nil }
        let link = input.network.links[index]
        let isProducer = link.producer == input.task
        var variable = input.network.variables[input.task]
        variable.weights = input.weights
        let core = LabelCore(variable, roles: isProducer ? .producer : .consumer, routes: input.network.routes)
        let others = input.network.variables[isProducer ? link.consumer : link.producer].locations
        return Self.message(variable, core.labels, prices, others, isProducer, input.network.routes)
    }

    private static func message(
        _ variable: CostNetwork.Variable, _ core: ContiguousArray<Int>, _ prices: ContiguousArray<Int64>,
        _ others: ContiguousArray<Int32>, _ isProducer: Bool, _ routes: Routes
    ) -> ContiguousArray<Int64> {
        var own = ContiguousArray<Int64>(repeating: CostNetwork.forbidden, count: routes.count)
        for (label, location) in variable.locations.enumerated() { own[Int(location)] = variable.weights[label] }
        let weights = ContiguousArray(core.map { variable.weights[$0] })
        let columns = ContiguousArray(core.map { Int(variable.locations[$0]) * (isProducer ? routes.count : 1) })
        let step = isProducer ? 1 : routes.count
        return ContiguousArray<Int64>(unsafeUninitializedCapacity: others.count) { message, count in
            prices.withUnsafeBufferPointer { prices in
                routes.rateIndex.withUnsafeBufferPointer { index in
                    for (position, location) in others.enumerated() {
                        let first = Int(location) * step
                        var least = own[Int(location)]
                        for label in 0..<columns.count {
                            least = min(least, weights[label] &+ prices[Int(index[first + columns[label]])])
                        }
                        message.initializeElement(at: position, to: min(CostNetwork.forbidden, least))
                    }
                }
            }
            count = others.count
        }
    }
}
