/// Removes labels that another label of the same task can always replace without loss.
///
/// Goldstein's rule: label *x* goes when for some *b* the weight of *b* and, for each link by itself, the greatest loss of
/// having *b* in place of *x* sum up to no gain: `w(b) − w(x) + Σ over links of max over y of (l(b, y) − l(x, y)) ≤ 0`.
/// Only the lightest few labels are tried as *b*, since others rarely succeed. Equal ones go only for lower ones, so the
/// first of all solutions stays.
///
/// Source: Goldstein, *Efficient rotamer elimination applied to protein side-chains*, Biophysical Journal 66 (1994).
struct DeadEnd {
    /// Lightest labels tried against all others.
    private static let rivals = 4

    /// For each task the labels that are left. Tasks in tables over three and more keep all.
    ///
    /// All tasks are judged by the labels of the beginning: replacing one never takes away the reason to replace another.
    /// - Complexity: O(rivals × Σ over links of labels × labels).
    static func survivors(_ network: CostNetwork) -> [ContiguousArray<Int>] {
        var links = [[Int]](repeating: [], count: network.variables.count)
        for (index, link) in network.links.enumerated() {
            links[link.producer].append(index)
            links[link.consumer].append(index)
        }
        var isBound = [Bool](repeating: false, count: network.variables.count)
        for factor in network.factors { for task in factor.scope { isBound[task] = true } }
        var kept = network.variables.map { ContiguousArray($0.options.indices) }
        for task in network.variables.indices where !isBound[task] {
            kept[task] = Self.survivors(task, network, links[task])
        }
        return kept
    }

    private static func survivors(_ task: Int, _ network: CostNetwork, _ links: [Int]) -> ContiguousArray<Int> {
        let weights = network.variables[task].weights
        let rivals = weights.indices.sorted { (weights[$0], $0) < (weights[$1], $1) }.prefix(Self.rivals)
        var losses = rivals.map { rival in ContiguousArray(weights.map { weights[rival] - $0 }) }
        for index in links {
            let link = network.links[index]
            let isProducer = link.producer == task
            let rows = rivals.map { network.row(of: link, at: $0, ofProducer: isProducer) }
            for label in weights.indices {
                let row = network.row(of: link, at: label, ofProducer: isProducer)
                for rival in rows.indices {
                    losses[rival][label] = Self.sum(losses[rival][label], Self.greatestLoss(rows[rival], row))
                }
            }
        }
        var isOut = ContiguousArray(repeating: false, count: weights.count)
        for (rival, losses) in zip(rivals, losses) where !isOut[rival] {
            for label in losses.indices where label != rival && !isOut[label] {
                isOut[label] = losses[label] < 0 || losses[label] == 0 && rival < label
            }
        }
        return ContiguousArray(weights.indices.filter { !isOut[$0] })
    }

    /// What having the rival instead costs more at most, over the labels of a neighbour.
    private static func greatestLoss(_ rival: ContiguousArray<Int64>, _ row: ContiguousArray<Int64>) -> Int64 {
        var greatest = Int64.min
        rival.withUnsafeBufferPointer { rival in
            row.withUnsafeBufferPointer { row in
                for other in 0..<row.count { greatest = max(greatest, rival[other] &- row[other]) }
            }
        }
        return greatest
    }

    /// Saturates; what is once too much stays so, since a loss is never a reason to remove anything.
    private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        a >= CostNetwork.forbidden ? a : max(-CostNetwork.forbidden, min(CostNetwork.forbidden, a + b))
    }
}
