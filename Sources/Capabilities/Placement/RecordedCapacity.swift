import Contract
import Kernel

/// What an environment has shown that it can take.
///
/// Workers come and go; those of today say little of a quarter ago. An environment in which runs were billed had room for
/// them: as many slots as they held at once, and a slot as large as the largest of them asked for.
enum RecordedCapacity {
    /// The offer, with no less room than its recorded runs had.
    ///
    /// - Complexity: O(runs × log runs).
    static func raised(_ offer: PlacementOffer, by runs: [RecordedRun]) -> PlacementOffer {
        let own = runs.filter { $0.environment == offer.environment }
        guard !own.isEmpty else { return offer }
        var raised = offer
        raised.liveWorkers = max(1, offer.liveWorkers)
        raised.slots = max(offer.slots, self.peak(own.filter { $0.task.kind == .batch }))
        raised.servingSlots = max(offer.servingSlots, self.peak(own.filter { $0.task.kind == .replica }))
        raised.cpus = own.compactMap { $0.task.kind == .batch ? $0.task.resources.cpus : nil }.reduce(offer.cpus, max)
        raised.servingCPUs = own.compactMap { $0.task.kind == .replica ? $0.task.resources.cpus : nil }
            .reduce(offer.servingCPUs, max)
        raised.memory = own.compactMap(\.task.resources.memory).reduce(offer.memory, max)
        raised.gpu = offer.gpu ?? own.compactMap(\.task.resources.gpu).compactMap(self.onlyAccelerator).max()
        raised.hasContainerEngine = offer.hasContainerEngine || own.contains { $0.task.needsContainer }
        return raised
    }

    /// The most runs that held a slot at the same time.
    static func peak(_ runs: [RecordedRun]) -> Int {
        // At the same moment one ends before the other begins.
        let edges = runs.flatMap { [($0.startedAt, 1), ($0.startedAt + $0.billed, -1)] }.sorted { $0 < $1 }
        var held = 0, most = 0
        for (_, change) in edges {
            held += change
            most = max(most, held)
        }
        return most
    }

    /// What must have been there when only one accelerator was asked for; nil when there was a choice.
    private static func onlyAccelerator(_ demand: String) -> String? {
        guard let choices = try? AcceleratorDemand(demand).choices, choices.count == 1 else { return nil }
        return choices.first.map { "\($0.name):\($0.demanded.minimum)" }
    }
}
