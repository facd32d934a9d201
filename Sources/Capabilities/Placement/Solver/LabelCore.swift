/// The labels that can be best for a task while no neighbour of it lies in the same location.
///
/// A label is out when another one is no dearer and no third location pays more to reach it or to be reached from it
/// (`Routes.covers`). Whatever the neighbours' locations are, the best label is one of the core or one at theirs: so
/// eliminating a task among *k* neighbours looks at `|core| + k` labels each time, not at all of them. Prices by provider
/// and continent leave about one label for each such group. It is dead-end elimination with the exceptions kept aside.
struct LabelCore {
    /// Ascending.
    private(set) var labels: ContiguousArray<Int> = []

    var count: Int { self.labels.count }

    /// - Parameter roles: the ends of its links at which the task stands.
    init(_ variable: CostNetwork.Variable, roles: Routes.Roles, routes: Routes) {
        let ascending = variable.weights.indices.sorted {
            (variable.weights[$0], $0) < (variable.weights[$1], $1)
        }
        for label in ascending {
            let location = Int(variable.locations[label])
            let isCovered = self.labels.contains { other in
                routes.covers[Int(variable.locations[other]) * routes.count + location].isSuperset(of: roles)
            }
            if !isCovered { self.labels.append(label) }
        }
        self.labels.sort()
    }
}
