import Contract
import Kernel

/// What travels to where a task runs: each input from the cheapest place that holds it.
enum PlannedTransfers {
    /// - Parameters:
    ///   - located: with its producers' outputs at the places where they lie.
    ///   - place: where in the map it runs.
    static func of(_ located: PlacementTask, to place: Int, on map: PlaceMap) -> [PlannedTransfer] {
        let here = map.places[place].name
        return located.inputs.compactMap { input in
            guard input.bytes > .zero, !input.stores.contains(here), !input.stores.isEmpty else { return nil }
            let sources = input.stores.sorted().compactMap { name in map.position(name).map { (name, $0) } }
            let priced = sources.map { ($0, map.price(of: input.bytes, from: $0.1, to: place)) }
            let cheapest = priced.min { a, b in
                switch (a.1, b.1) {
                case (let mine?, let theirs?): mine < theirs
                case (_?, nil): true
                default: false
                }
            }
            guard let ((name, from), cost) = cheapest else { return nil }
            return PlannedTransfer(
                task: located.name, producer: input.producer, from: name, to: here, bytes: input.bytes,
                cost: cost.map(Dollars.init), duration: map.time(of: input.bytes, from: from, to: place))
        }
    }
}
