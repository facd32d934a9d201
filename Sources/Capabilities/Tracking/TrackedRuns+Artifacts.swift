import Contract
package import Database
import Kernel

extension TrackedRuns {
    /// The root of a run's artifacts, a URI; nil when there is no such run.
    ///
    /// - Parameter id: 32 hexadecimal digits; no other text names a run.
    package static func artifactURI(of id: String, in reader: any Reading) throws -> String? {
        try ID<Run>(hexadecimal: id).flatMap { try TrackedRunStore.artifactURI(of: $0, in: reader) }
    }
}
