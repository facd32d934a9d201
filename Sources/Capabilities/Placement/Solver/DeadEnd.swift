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
        let ascending = weights.indices.sorted { (weights[$0], $0) < (weights[$1], $1) }
        let rivals = ascending.prefix(Self.rivals)
        var isOut = ContiguousArray(repeating: false, count: weights.count)
        for rival in rivals where !isOut[rival] {
            for label in weights.indices where label != rival && !isOut[label] {
                let loss = Self.loss(network, task, links, of: rival, insteadOf: label)
                isOut[label] = loss < 0 || loss == 0 && rival < label
            }
        }
        return ContiguousArray(weights.indices.filter { !isOut[$0] })
    }

    /// At most what having `rival` costs more than `label`; stops adding once it is sure to be positive.
    private static func loss(
        _ network: CostNetwork, _ task: Int, _ links: [Int], of rival: Int, insteadOf label: Int
    ) -> Int64 {
        let weights = network.variables[task].weights
        var loss = weights[rival] - weights[label]
        for index in links {
            let link = network.links[index]
            var greatest = Int64.min
            if link.producer == task {
                for other in 0..<network.variables[link.consumer].count {
                    let difference = network.weight(of: link, rival, other) - network.weight(of: link, label, other)
                    greatest = max(greatest, difference)
                }
            } else {
                for other in 0..<network.variables[link.producer].count {
                    let difference = network.weight(of: link, other, rival) - network.weight(of: link, other, label)
                    greatest = max(greatest, difference)
                }
            }
            let (sum, overflow) = loss.addingReportingOverflow(greatest)
            if overflow { return .max }
            loss = sum
        }
        return loss
    }
}
