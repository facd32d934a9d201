package import Contract
import Digest
package import Kernel

/// What makes two runs the same work: the cache's key.
///
/// Command, image, source, parameters, declared environment variables, promised outputs, and the digests of the inputs. Not the
/// name, the resources or the place, which change what a run costs, not what it yields.
package enum RunKey {
    private struct Content: Encodable {
        var command: Command
        var image: String?
        var source: ContentDigest?
        var parameters: [String: JSONValue]
        var environmentVariables: [String: String]
        var outputs: [String]?
        var inputs: [String: ContentDigest]
        /// Outputs released to another residency are other outputs.
        var declassified: Residency?
    }

    /// - Parameter inputs: by name, the digest of the tree that lies under `$MARTLET_INPUTS/<name>`.
    /// - Complexity: O(size of the step); one hash.
    package static func digest(
        step: StepSpec, parameters: [String: JSONValue], source: ContentDigest?, inputs: [String: ContentDigest]
    ) throws(PlainFault) -> ContentDigest {
        let content = Content(
            command: step.command, image: step.image, source: source, parameters: parameters,
            environmentVariables: step.environmentVariables ?? [:],
            outputs: step.outputs.map { outputs in outputs.names.map(outputs.path(of:)) }, inputs: inputs,
            declassified: step.declassify?.residency)
        return Digest.sha256(try Wire.encode(content))
    }
}
