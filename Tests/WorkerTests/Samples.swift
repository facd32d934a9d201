import Contract
import Digest
import Kernel

@testable import Worker

/// Values that tests start from.
enum Sample {
    static let time = Timestamp(milliseconds: 1_767_225_600_000)

    static func id<Entity>(_ number: UInt64) -> ID<Entity> { ID(raw: UInt128(number)) }

    static func blob(_ text: String) -> BlobDescription {
        BlobDescription(sha256: Digest.sha256(text), size: ByteCount(Int64(text.utf8.count)))
    }

    static func tree(_ files: [String: String]) throws -> Tree {
        try Tree(
            files.map { TreeEntry(path: $0.key, size: Self.blob($0.value).size, sha256: Self.blob($0.value).sha256) })
    }

    static func assignment(
        _ number: UInt64 = 1, fence: Int = 1, kind: RunKind = .batch, step: StepSpec,
        parameters: [String: JSONValue] = [:], source: Tree? = nil, inputs: [AssignedInput] = []
    ) -> Assignment {
        Assignment(
            attempt: Self.id(number), run: Self.id(1000 + number), fence: fence, kind: kind, project: "digits",
            name: "train", user: "ada", environment: "onprem", step: step, parameters: parameters, source: source,
            inputs: inputs)
    }

    static func shell(_ text: String, timeout: TimeSpan? = nil, grace: TimeSpan? = nil, outputs: StepOutputs? = nil)
        -> StepSpec
    {
        StepSpec(command: .shell(text), outputs: outputs, timeout: timeout, gracePeriod: grace)
    }
}
