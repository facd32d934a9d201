import Contract
import Kernel

/// Where the bytes of recorded runs lie while these are replayed: what a run writes lies where it runs, and what was brought to
/// a store once stays there, as it did when the bill was made.
struct RecordedData {
    private var outputs: [ID<Run>: String] = [:]
    private var brought: [ContentDigest: Set<String>] = [:]

    func inputs(of run: RecordedRun) -> [PlacementInput] {
        run.inputs.map { input in
            let made = input.producer.flatMap { self.outputs[$0] }
            let stores = made.map { [$0] } ?? input.stores
            return PlacementInput(bytes: input.bytes, stores: stores.union(self.brought[input.content] ?? []))
        }
    }

    mutating func ran(_ run: RecordedRun, at store: String) {
        self.outputs[run.id] = store
        for input in run.inputs { self.brought[input.content, default: []].insert(store) }
    }
}
