import Contract
package import Kernel

/// The first constraint that keeps a task out of an environment.
package enum Exclusion: Sendable, Hashable {
    case environment(allowed: [String], environment: String)
    case provider(allowed: [String], provider: String, environment: String)
    case region(allowed: [String], region: String, environment: String)
    case residency(Residency, environment: String, zones: Set<String>)
    case storeResidency(Residency, store: String, environment: String, zones: Set<String>)
    case spot(environment: String)
    case onDemand(environment: String)
    case noWorker(environment: String)
    case noContainerEngine(environment: String)
    case cpus(wanted: Double, offered: Double, environment: String)
    case tooManyCPUs(most: Double, offered: Double, environment: String)
    case memory(wanted: ByteCount, offered: ByteCount, environment: String)
    case tooMuchMemory(most: ByteCount, offered: ByteCount, environment: String)
    case gpu(wanted: String, offered: String?, environment: String)
    case noSlots(String, environment: String)
    case noFreeSlot(String, slots: Int, environment: String)
    case deadline(TimeSpan, needed: TimeSpan, environment: String)
    case budget(Money, needed: Money, environment: String)

    /// Whether waiting helps: a worker may join and a slot may fall free, while policy and residency stay.
    package var isPassing: Bool {
        switch self {
        case .noWorker, .noFreeSlot: true
        default: false
        }
    }

    /// Whether it says something to know what the task would have cost there.
    var hasCost: Bool {
        switch self {
        case .noFreeSlot, .deadline, .budget: true
        default: false
        }
    }

    /// One sentence with the values on both sides.
    package var sentence: String {
        switch self {
        case .environment(let allowed, let environment):
            "policy: only environment \(Self.list(allowed)) is allowed, not \(environment)"
        case .provider(let allowed, let provider, let environment):
            "policy: only provider \(Self.list(allowed)) is allowed, not '\(provider)' of \(environment)"
        case .region(let allowed, let region, let environment):
            "policy: only region \(Self.list(allowed)) is allowed, not '\(region)' of \(environment)"
        case .residency(let residency, let environment, let zones):
            "residency: '\(residency)' does not allow \(environment) (zones \(Self.zones(zones)))"
        case .storeResidency(let residency, let store, let environment, let zones):
            "residency: '\(residency)' does not allow the store '\(store)' of \(environment) (zones \(Self.zones(zones)))"
        case .spot(let environment): "spot: the step does not allow it, and \(environment) has nothing else"
        case .onDemand(let environment): "spot: the step requires it, and \(environment) has none"
        case .noWorker(let environment): "workers: no live worker has joined \(environment)"
        case .noContainerEngine(let environment):
            "image: no worker of \(environment) has a container engine, and the step names an image"
        case .cpus(let wanted, let offered, let environment):
            "cpus: \(Self.plain(wanted)) are asked for, and a slot of \(environment) has \(Self.plain(offered)) at most"
        case .tooManyCPUs(let most, let offered, let environment):
            "cpus: \(Self.plain(most)) are the most that is asked for, and a slot of \(environment) has \(Self.plain(offered))"
        case .memory(let wanted, let offered, let environment):
            "memory: \(wanted) is asked for, and the largest worker of \(environment) has \(offered)"
        case .tooMuchMemory(let most, let offered, let environment):
            "memory: \(most) is the most that is asked for, and the largest worker of \(environment) has \(offered)"
        case .gpu(let wanted, let offered, let environment):
            "gpu: '\(wanted)' is asked for, and \(environment) has \(offered.map { "'\($0)'" } ?? "none")"
        case .noSlots(let kind, let environment): "slots: \(environment) has no \(kind) slot at all"
        case .noFreeSlot(let kind, let slots, let environment):
            "slots: no \(kind) slot of \(environment) is free (\(slots) in all)"
        case .deadline(let deadline, let needed, let environment):
            "deadline: \(environment) needs \(needed), and \(deadline) is allowed"
        case .budget(let budget, let needed, let environment):
            "budget: it costs \(needed) in \(environment), and \(budget) is allowed"
        }
    }

    /// How far a task had come when this stopped it: the later, the less there is to relax.
    var depth: Int {
        switch self {
        case .environment: 0
        case .provider: 1
        case .region: 2
        case .residency, .storeResidency: 3
        case .noWorker: 4
        case .noContainerEngine: 5
        case .spot, .onDemand: 6
        case .gpu: 7
        case .cpus, .tooManyCPUs, .memory, .tooMuchMemory: 8
        case .noSlots, .noFreeSlot: 9
        case .deadline, .budget: 10
        }
    }

    /// What to change, and by how much, so that this would not stop the task; nil where its author cannot.
    var relaxation: String? {
        switch self {
        case .environment(_, let environment): "allow the environment '\(environment)'"
        case .provider(_, let provider, _): "allow the provider '\(provider)'"
        case .region(_, let region, _): "allow the region '\(region)'"
        case .residency, .storeResidency: nil
        case .spot: "write 'spot: allowed'"
        case .onDemand: "write 'spot: allowed' instead of required"
        case .noWorker(let environment): "join a worker to \(environment)"
        case .noContainerEngine(let environment): "install a container engine in \(environment), or remove 'image'"
        case .cpus(_, let offered, let environment): "ask for \(Self.plain(offered)) CPUs (\(environment))"
        case .tooManyCPUs(_, let offered, let environment): "allow \(Self.plain(offered)) CPUs (\(environment))"
        case .memory(_, let offered, let environment): "ask for \(offered) of memory (\(environment))"
        case .tooMuchMemory(_, let offered, let environment): "allow \(offered) of memory (\(environment))"
        case .gpu(_, let offered, let environment): offered.map { "ask for gpu '\($0)' (\(environment))" }
        case .noSlots(let kind, let environment): "give \(environment) a \(kind) slot"
        case .noFreeSlot: nil
        case .deadline(let deadline, let needed, _): "give it \(needed - deadline) more"
        case .budget(let budget, let needed, _): "raise the budget by \(needed - budget)"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: " or ")
    }

    private static func zones(_ zones: Set<String>) -> String {
        zones.isEmpty ? "none" : zones.sorted().joined(separator: ", ")
    }

    static func plain(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }
}
