import Catalog
import Contract
import Data
package import Database
import Fleet
import Kernel
package import Placement

extension Runs {
    /// What every environment offers now: its live workers less what is leased and what is placed but not claimed.
    ///
    /// - Parameter withWaits: whether to say how long one would wait where nothing is free; costs a query for each such place.
    package func offers(withWaits: Bool = false, in reader: any Reading) throws -> [PlacementOffer] {
        var placed: [String: [RunKind: Int]] = [:]
        for count in try RunStore.placedCounts(in: reader) {
            placed[count.environment, default: [:]][count.kind] = count.count
        }
        let availability = try self.environments.availability(in: reader)
        let now = self.time.now
        var estimates = StepEstimates()
        return try self.environments.all(in: reader).map { status in
            let environment = status.environment
            let live = status.workers.filter { $0.status == .live }
            let slots = live.reduce(0) { $0 + $1.slots }
            let servingSlots = live.reduce(0) { $0 + $1.servingSlots }
            let waiting = placed[environment.name] ?? [:]
            let free = max(0, slots - status.usedSlots - (waiting[.batch] ?? 0))
            let wait =
                withWaits && free == 0 && slots > 0
                ? try self.wait(for: environment.name, behind: waiting[.batch] ?? 0, &estimates, in: reader) : .zero
            return PlacementOffer(
                environment: environment.name, provider: environment.provider, region: environment.region,
                zones: Set(environment.zones), store: environment.store,
                storeZones: try self.stores.store(environment.store, in: reader).map { Set($0.zones) },
                pricePerSlotHour: status.pricePerSlotHour, listPricePerSlotHour: status.listPricePerSlotHour,
                machineType: environment.machine, queueWait: wait,
                availability: availability.availability(of: environment.availabilityKey, at: now),
                cpus: Self.share(of: live, \.slots),
                servingCPUs: Self.share(of: live, \.servingSlots),
                memory: live.map(\.memory).max() ?? .zero,
                hasContainerEngine: live.contains { $0.containerEngine != nil },
                liveWorkers: live.count, slots: slots,
                freeSlots: free,
                servingSlots: servingSlots,
                freeServingSlots: max(0, servingSlots - status.usedServingSlots - (waiting[.replica] ?? 0)))
        }
    }

    /// How long it is likely to be until a slot falls free: what the runs that hold one still need, by what such runs took.
    private func wait(
        for environment: String, behind others: Int, _ estimates: inout StepEstimates, in reader: any Reading
    ) throws -> TimeSpan {
        let now = self.time.now
        let remaining = try RunStore.running(in: environment, reader: reader).map { run -> TimeSpan in
            let estimate = try estimates.estimate(of: run.step, project: run.project, name: run.name) {
                try RunStore.durations(project: $0, name: $1, limit: StepEstimates.sample, in: reader)
            }
            return max(.zero, estimate.duration - (now - run.startedAt))
        }.sorted()
        return remaining.isEmpty ? .zero : remaining[min(others, remaining.count - 1)]
    }

    /// Cores of one slot of the worker where that is most.
    private static func share(of workers: [Worker], _ slots: (Worker) -> Int) -> Double {
        workers.map { Double($0.cpus) / Double(max(1, slots($0))) }.max() ?? 0
    }

    /// A planner that knows what moving bytes between the declared stores and environments costs.
    ///
    /// - Parameter wholeCatalog: whether it may choose among everything that the clouds sell, too.
    package func planner(wholeCatalog: Bool = false, in reader: any Reading) throws -> Planner {
        let books = wholeCatalog ? try PriceBooks.all(in: reader) : nil
        let environments = self.environments
        let drawn = self.maps.drawn(
            try self.stores.all(in: reader), environments.catalog, environments.catalogVersion, books)
        guard let market = drawn.market else { return Planner(drawn.map) }
        let memory = try self.environments.availability(in: reader)
        let lowered = memory.lowered(in: market, at: self.time.now)
        guard drawn.books.contains(where: { !$0.commitments.isEmpty }) else {
            return Planner(drawn.map, market: market, lowered: lowered)
        }
        let left = try environments.committedRoom(at: self.time.now, in: reader).left
        return Planner(drawn.map, market: CatalogMarket.market(market, with: left), lowered: lowered)
    }

    /// Dollars for one GiB from a store to another; nil when nobody knows.
    func egress(from source: Store, to destination: Store) -> Money? {
        try? self.environments.catalog.egressPrice(
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
