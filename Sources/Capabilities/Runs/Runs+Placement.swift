import Catalog
import Contract
import Data
package import Database
import Fleet
package import Kernel
package import Placement

extension Runs {
    /// When nothing is known of a step, it is assumed to take this long.
    package static let assumedDuration = TimeSpan.minutes(1)

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
                pricePerSlotHour: status.pricePerSlotHour, cpus: Self.share(of: live, \.slots),
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
    package func planner(in reader: any Reading) throws -> Planner {
        var prices: [String: [String: Money]] = [:]
        let stores = try self.stores.all(in: reader)
        for environment in try self.environments.all(in: reader).map(\.environment) {
            guard let to = stores.first(where: { $0.name == environment.store }) else { continue }
            for from in stores {
                prices[from.name, default: [:]][environment.name] = try? self.egress(from: from, to: to)
            }
        }
        let table = prices
        return Planner { store, environment in table[store]?[environment] }
    }

    /// Dollars for one GiB from a store to another.
    func egress(from source: Store, to destination: Store) throws -> Money {
        try self.environments.catalog.egressPrice(
            fromProvider: source.provider, fromRegion: source.region, toProvider: destination.provider,
            toRegion: destination.region)
    }

    /// What the planner has to know of a queued run.
    func task(for row: RunRow, in reader: any Reading) throws -> PlacementTask {
        let inputs = try self.trees(of: row, in: reader).filter { !$0.entries.isEmpty }.map { tree in
            PlacementInput(bytes: tree.size, stores: try self.stores.stores(holding: tree, in: reader))
        }
        let step = row.run.step
        return PlacementTask(
            name: row.run.node ?? row.run.name, kind: row.run.kind, resources: step.resources ?? Resources(),
            policy: step.placement ?? PlacementPolicy(), residency: row.run.residency,
            needsContainer: step.image != nil,
            duration: Self.assumedDuration, basis: "an assumption", inputs: inputs, avoid: row.avoid)
    }
}
