import Catalog
import Contract
import Data
package import Database
import Fleet
package import Kernel
package import Placement

extension Runs {
    /// What every environment offers now: its live workers less what is leased and what is placed but not claimed.
    package func offers(in reader: any Reading) throws -> [PlacementOffer] {
        var placed: [String: [RunKind: Int]] = [:]
        for count in try RunStore.placedCounts(in: reader) {
            placed[count.environment, default: [:]][count.kind] = count.count
        }
        return try self.environments.all(in: reader).map { status in
            let environment = status.environment
            let live = status.workers.filter { $0.status == .live }
            let slots = live.reduce(0) { $0 + $1.slots }
            let servingSlots = live.reduce(0) { $0 + $1.servingSlots }
            let waiting = placed[environment.name] ?? [:]
            return PlacementOffer(
                environment: environment.name, provider: environment.provider, region: environment.region,
                zones: Set(environment.zones), store: environment.store,
                storeZones: try self.stores.store(environment.store, in: reader).map { Set($0.zones) },
                pricePerSlotHour: status.pricePerSlotHour, listPricePerSlotHour: status.listPricePerSlotHour,
                cpus: Self.share(of: live, \.slots),
                servingCPUs: Self.share(of: live, \.servingSlots),
                memory: live.map(\.memory).max() ?? .zero,
                hasContainerEngine: live.contains { $0.containerEngine != nil },
                liveWorkers: live.count, slots: slots,
                freeSlots: max(0, slots - status.usedSlots - (waiting[.batch] ?? 0)),
                servingSlots: servingSlots,
                freeServingSlots: max(0, servingSlots - status.usedServingSlots - (waiting[.replica] ?? 0)))
        }
    }

    /// Cores of one slot of the worker where that is most.
    private static func share(of workers: [Worker], _ slots: (Worker) -> Int) -> Double {
        workers.map { Double($0.cpus) / Double(max(1, slots($0))) }.max() ?? 0
    }

    /// A planner that knows what moving bytes between the declared stores and environments costs.
    ///
    /// - Parameter wholeCatalog: whether it may choose among everything that the clouds sell, too.
    package func planner(wholeCatalog: Bool = false, in reader: any Reading) throws -> Planner {
        Planner(self.maps.map(of: try self.stores.all(in: reader)))
    }

    /// Dollars for one GiB from a store to another.
    static func egress(from source: Store, to destination: Store) throws -> Money {
        try Catalog.egressPrice(
            fromProvider: source.provider, fromRegion: source.region, toProvider: destination.provider,
            toRegion: destination.region)
    }

    /// What the planner has to know of a queued run.
    func task(for row: RunRow, _ estimates: inout StepEstimates, in reader: any Reading) throws -> PlacementTask {
        let inputs = try self.trees(of: row, in: reader).filter { !$0.entries.isEmpty }.map { tree in
            PlacementInput(bytes: tree.size, stores: try self.stores.stores(holding: tree, in: reader))
        }
        let step = row.run.step
        let estimate = try estimates.estimate(of: step, project: row.run.project, name: row.run.name) {
            try RunStore.durations(project: $0, name: $1, limit: StepEstimates.sample, in: reader)
        }
        return PlacementTask(
            name: row.run.node ?? row.run.name, kind: row.run.kind, resources: step.resources ?? Resources(),
            policy: step.placement ?? PlacementPolicy(), residency: row.run.residency,
            needsContainer: step.image != nil,
            duration: estimate.duration, slowDuration: estimate.slow, basis: estimate.basis, inputs: inputs,
            outputs: step.outputs?.expectedSize ?? .zero, avoid: row.avoid, planned: row.planned)
    }
}
