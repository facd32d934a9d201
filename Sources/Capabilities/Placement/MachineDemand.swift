import Contract
import Kernel

/// What a task asks of the machine it runs on, without regard to where that stands.
struct MachineDemand: Sendable, Hashable {
    /// The first thing about a machine that a demand does not accept, in the order in which they are looked at.
    enum Miss: UInt8, Sendable, Hashable, CaseIterable {
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

    /// For each shape what it misses first; nil where it fits.
    ///
    /// - Complexity: O(shapes).
    func misses(_ shapes: ShapeColumns) -> ContiguousArray<Miss?> {
        let choices = self.accelerator?.choices.compactMap { choice in
            shapes.number(ofAccelerator: choice.name).map { (number: $0, count: choice.demanded) }
        }
        var misses = ContiguousArray<Miss?>(repeating: nil, count: shapes.count)
        for shape in 0..<shapes.count {
            if self.architecture != .any, let theirs = shapes.architectures[shape], theirs != self.architecture {
                misses[shape] = .architecture
            } else if let choices, !Self.accepts(choices, shapes, shape) {
                misses[shape] = .accelerator
            } else {
                misses[shape] = self.missingCPUs(shapes.vcpus[shape]) ?? self.missingMemory(shapes.memory[shape])
            }
        }
        return misses
    }

    /// Whether a machine has as many as are asked for: a larger one is another machine, and rarely what was meant.
    private static func accepts(
        _ choices: [(number: Int16, count: AcceleratorCount)], _ shapes: ShapeColumns, _ shape: Int
    ) -> Bool {
        let number = shapes.accelerators[shape]
        guard number != ShapeColumns.noAccelerator else { return false }
        return choices.contains { $0.number == number && $0.count.contains(shapes.acceleratorCounts[shape]) }
    }

    private func missingCPUs(_ offered: Double) -> Miss? {
        guard self.cpus != nil || self.maximumCpus != nil else { return nil }
        if offered.isNaN { return .unknownCPUs }
        if let cpus = self.cpus, offered < cpus { return .cpus }
        if let most = self.maximumCpus, offered > most { return .tooManyCPUs }
        return nil
    }

    private func missingMemory(_ offered: Int64) -> Miss? {
        guard self.memory != nil || self.maximumMemory != nil else { return nil }
        if offered == ShapeColumns.unknownMemory { return .unknownMemory }
        if let memory = self.memory, offered < memory.bytes { return .memory }
        if let most = self.maximumMemory, offered > most.bytes { return .tooMuchMemory }
        return nil
    }
}
