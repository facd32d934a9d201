import Contract
import Kernel

/// What a task asks of the machine it runs on, without regard to where that stands.
struct MachineDemand: Sendable, Hashable {
    /// The first thing about a machine that a demand does not accept, in the order in which they are looked at.
    enum Miss: Sendable, Hashable, CaseIterable {
        case architecture, accelerator, cpus, unknownCPUs, memory, unknownMemory, tooManyCPUs, tooMuchMemory
    }

    let cpus: Double?
    let maximumCpus: Double?
    let memory: ByteCount?
    let maximumMemory: ByteCount?
    let accelerator: AcceleratorDemand?
    let architecture: Architecture

    init(_ resources: Resources) {
        self.cpus = resources.cpus
        self.maximumCpus = resources.maximumCpus
        self.memory = resources.memory
        self.maximumMemory = resources.maximumMemory
        // A demand that cannot be read was refused where it came in.
        self.accelerator = resources.gpu.flatMap { try? AcceleratorDemand($0) }
        self.architecture = resources.architecture ?? .x86
    }

    func miss(_ shape: Market.Shape) -> Miss? {
        if self.architecture != .any, let theirs = shape.architecture, theirs != self.architecture {
            return .architecture
        }
        if let wanted = self.accelerator {
            guard wanted.choices.contains(where: { $0.accepts(shape) }) else {
                return .accelerator
            }
        }
        return self.missingCPUs(shape.vcpus) ?? self.missingMemory(shape.memory)
    }

    private func missingCPUs(_ offered: Double?) -> Miss? {
        guard self.cpus != nil || self.maximumCpus != nil else { return nil }
        guard let offered else { return .unknownCPUs }
        if let cpus = self.cpus, offered < cpus { return .cpus }
        if let most = self.maximumCpus, offered > most { return .tooManyCPUs }
        return nil
    }

    private func missingMemory(_ offered: ByteCount?) -> Miss? {
        guard self.memory != nil || self.maximumMemory != nil else { return nil }
        guard let offered else { return .unknownMemory }
        if let memory = self.memory, offered < memory { return .memory }
        if let most = self.maximumMemory, offered > most { return .tooMuchMemory }
        return nil
    }
}

extension AcceleratorDemand.Choice {
    /// A machine with as many as are asked for: a larger one is another machine, and rarely what was meant.
    fileprivate func accepts(_ shape: Market.Shape) -> Bool {
        self.name == shape.accelerator && self.demanded.contains(shape.acceleratorCount)
    }
}
