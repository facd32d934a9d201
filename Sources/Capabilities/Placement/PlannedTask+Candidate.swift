import Contract
import Kernel

extension PlannedTask {
    /// A task at the place that was chosen for it, starting at once.
    init(_ task: PlacementTask, at candidate: Candidate, among offers: [PlacementOffer], market: Market?) {
        self.init(
            name: task.name, end: task.duration, basis: task.basis, pricePerHour: Dollars(candidate.pricePerHour),
            cost: PlannedCost(compute: candidate.compute, egress: candidate.egress, storage: candidate.storage),
            listCost: PlannedCost(
                compute: candidate.listCompute, egress: candidate.egress, storage: candidate.storage),
            carbonGrams: candidate.carbon, transferred: candidate.transferred,
            unpricedStores: candidate.unpriced.isEmpty ? nil : candidate.unpriced, reasons: [])
        switch candidate.source {
        case .environment(let index):
            let offer = offers[index]
            self.environment = offer.environment
            self.provider = offer.provider
            self.region = offer.region
            self.machineType = offer.machineType
            self.spot = offer.isSpot
        case .market(let offer):
            guard let market else { break }
            self.provider = market.locations[offer.location].provider
            self.region = market.locations[offer.location].region
            self.machineType = market.shapes[offer.shape].type
            self.spot = offer.isSpot
            self.commitment = offer.commitment.map { market.committed[$0.number].name }
        }
    }

    /// A task without a place.
    init(unplaced task: PlacementTask, _ reasons: [PlacementReason]) {
        self.init(
            name: task.name, end: task.duration, basis: task.basis, cost: .zero, listCost: .zero, transferred: .zero,
            reasons: reasons.sorted { $0.offers < $1.offers })
    }
}
