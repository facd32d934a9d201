import Contract
import Kernel

/// What a task asks of an environment, checked in a fixed order, so that the same task is always refused for the same reason:
/// policy, residency, spot, live worker, container engine, size, slots.
enum Constraints {
    /// The first constraint of `task` that `offer` does not meet; nil when it may run there.
    static func exclusion(of offer: PlacementOffer, for task: PlacementTask, requireFree: Bool) -> Exclusion? {
        Self.policy(offer, task.policy) ?? Self.residency(offer, task.wholeResidency) ?? Self.spot(offer, task)
            ?? Self.workers(offer, task) ?? Self.size(offer, task.kind, task.resources)
            ?? Self.slots(offer, task.kind, requireFree: requireFree)
    }

    private static func policy(_ offer: PlacementOffer, _ policy: PlacementPolicy) -> Exclusion? {
        if let allowed = policy.environments, !GlobPattern.allows(allowed, offer.environment) {
            return .environment(allowed: allowed, environment: offer.environment)
        }
        if let allowed = policy.providers, !GlobPattern.allows(allowed, offer.provider) {
            return .provider(allowed: allowed, provider: offer.provider, environment: offer.environment)
        }
        if let allowed = policy.regions, !GlobPattern.allows(allowed, offer.region) {
            return .region(allowed: allowed, region: offer.region, environment: offer.environment)
        }
        return nil
    }

    /// The data lies in the store and is worked on in the environment: both must be allowed.
    private static func residency(_ offer: PlacementOffer, _ residency: Residency) -> Exclusion? {
        guard residency.allows(zones: offer.zones) else {
            return .residency(residency, environment: offer.environment, zones: offer.zones)
        }
        if let zones = offer.storeZones, !residency.allows(zones: zones) {
            return .storeResidency(residency, store: offer.store, environment: offer.environment, zones: zones)
        }
        return nil
    }

    private static func spot(_ offer: PlacementOffer, _ task: PlacementTask) -> Exclusion? {
        switch task.resources.spot ?? .never {
        case .never: offer.isSpot ? .spot(environment: offer.environment) : nil
        case .allowed: nil
        case .required: offer.isSpot ? nil : .onDemand(environment: offer.environment)
        }
    }

    private static func workers(_ offer: PlacementOffer, _ task: PlacementTask) -> Exclusion? {
        guard offer.liveWorkers > 0 else { return .noWorker(environment: offer.environment) }
        guard offer.hasContainerEngine || !task.needsContainer else {
            return .noContainerEngine(environment: offer.environment)
        }
        return nil
    }

    private static func size(_ offer: PlacementOffer, _ kind: RunKind, _ resources: Resources) -> Exclusion? {
        // A step that asks for nothing takes what a slot has.
        let cpus = offer.cpus(of: kind)
        if let wanted = resources.cpus, wanted > cpus {
            return .cpus(wanted: wanted, offered: cpus, environment: offer.environment)
        }
        if let most = resources.maximumCpus, cpus > most {
            return .tooManyCPUs(most: most, offered: cpus, environment: offer.environment)
        }
        if let wanted = resources.memory, wanted > offer.memory {
            return .memory(wanted: wanted, offered: offer.memory, environment: offer.environment)
        }
        if let most = resources.maximumMemory, offer.memory > most {
            return .tooMuchMemory(most: most, offered: offer.memory, environment: offer.environment)
        }
        if let gpu = resources.gpu, !Self.covers(offer.gpu, gpu) {
            return .gpu(wanted: gpu, offered: offer.gpu, environment: offer.environment)
        }
        return nil
    }

    private static func slots(_ offer: PlacementOffer, _ kind: RunKind, requireFree: Bool) -> Exclusion? {
        let slots = offer.slots(of: kind)
        guard slots > 0 else { return .noSlots(Self.word(kind), environment: offer.environment) }
        guard offer.freeSlots(of: kind) > 0 || !requireFree else {
            return .noFreeSlot(Self.word(kind), slots: slots, environment: offer.environment)
        }
        return nil
    }

    private static func word(_ kind: RunKind) -> String { kind == .batch ? "batch" : "replica" }

    /// Whether the `<name>[:<count>]` that a worker has is enough for one of what is asked for.
    private static func covers(_ offered: String?, _ wanted: String) -> Bool {
        guard let offered, let demand = try? AcceleratorDemand(wanted) else { return false }
        let parts = offered.split(separator: ":", maxSplits: 1)
        guard let name = parts.first.flatMap({ AcceleratorName($0) }) else { return false }
        let count = parts.count == 2 ? Int(parts[1]) ?? 0 : 1
        return demand.choices.contains { $0.name == name.canonical && $0.demanded.minimum <= count }
    }
}
