import Contract
package import Kernel

/// The first constraint that keeps a task out of an environment.
package enum Exclusion: Sendable, Hashable {
    case environment(allowed: [String], environment: String)
    case provider(allowed: [String], provider: String, environment: String)
    case region(allowed: [String], region: String, environment: String)
    case residency(Residency, environment: String, zones: Set<String>)
    case storeResidency(Residency, store: String, environment: String, zones: Set<String>)
    case noWorker(environment: String)
    case noContainerEngine(environment: String)
    case cpus(wanted: Double, offered: Double, environment: String)
    case memory(wanted: ByteCount, offered: ByteCount, environment: String)
    case gpu(wanted: String, offered: String?, environment: String)
    case noSlots(String, environment: String)
    case noFreeSlot(String, slots: Int, environment: String)

    /// Whether waiting helps: a worker may join and a slot may fall free, while policy and residency stay.
    package var isPassing: Bool {
        switch self {
        case .noWorker, .noFreeSlot: true
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
        case .noWorker(let environment): "workers: no live worker has joined \(environment)"
        case .noContainerEngine(let environment):
            "image: no worker of \(environment) has a container engine, and the step names an image"
        case .cpus(let wanted, let offered, let environment):
            "cpus: \(Self.plain(wanted)) are asked for, and a slot of \(environment) has \(Self.plain(offered)) at most"
        case .memory(let wanted, let offered, let environment):
            "memory: \(wanted) is asked for, and the largest worker of \(environment) has \(offered)"
        case .gpu(let wanted, let offered, let environment):
            "gpu: '\(wanted)' is asked for, and \(environment) has \(offered.map { "'\($0)'" } ?? "none")"
        case .noSlots(let kind, let environment): "slots: \(environment) has no \(kind) slot at all"
        case .noFreeSlot(let kind, let slots, let environment):
            "slots: no \(kind) slot of \(environment) is free (\(slots) in all)"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: " or ")
    }

    private static func zones(_ zones: Set<String>) -> String {
        zones.isEmpty ? "none" : zones.sorted().joined(separator: ", ")
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }
}
