package import Kernel

/// What is wrong with a demand as it was written. Positions count characters from 1.
package enum DemandError: Fault, Equatable {
    case empty(position: Int)
    case tooManyChoices(count: Int)
    case unknownAccelerator(name: String, position: Int, near: [String])
    case badCount(text: String, position: Int)
    case badCPUs(text: String)
    case badMemory(text: String)

    package var kind: FaultKind { .invalid }

    package var message: String {
        switch self {
        case .empty(let position):
            "An accelerator is missing at position \(position). Write a name, or name and count such as H100:8."
        case .tooManyChoices(let count):
            "\(count) choices of accelerators are above \(AcceleratorDemand.maximumChoices). Leave some out."
        case .unknownAccelerator(let name, let position, let near):
            "There is no accelerator '\(name)' (position \(position)). "
                + (near.isEmpty
                    ? "Write a name such as H100, A100-80GB, L4 or TPU-v5e."
                    : "Did you mean \(near.map { "'\($0)'" }.joined(separator: ", "))?")
        case .badCount(let text, let position):
            "'\(text)' at position \(position) is no number of accelerators. Write a count from 1 to "
                + "\(AcceleratorCount.maximum), such as 8, 8+ or 2..8."
        case .badCPUs(let text):
            "'\(text)' is no number of CPUs. Write one from \(CPURange.smallest) to \(Int(CPURange.largest)), "
                + "such as 4, 0.5, 4+ or 4..16."
        case .badMemory(let text):
            "'\(text)' is no size of memory. Write one above 0 such as 16GiB, 16GiB+ or 16GiB..64GiB."
        }
    }
}
