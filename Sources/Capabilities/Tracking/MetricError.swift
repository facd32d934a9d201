package import Contract
package import Kernel

/// Why metric points are refused.
package enum MetricError: Fault, Equatable {
    case batchTooLarge(points: Int)
    case invalidName(String)
    case invalidOffset(Int64)
    case tooManyPoints(run: ID<Run>, limit: Int64)
    case invalidCursor(String)

    package var kind: FaultKind {
        switch self {
        case .batchTooLarge, .invalidName, .invalidOffset, .invalidCursor: .invalid
        case .tooManyPoints: .exhausted
        }
    }

    package var message: String {
        switch self {
        case .batchTooLarge(let points):
            "The batch has \(points) points; at most \(MetricBatch.maximumPoints) are taken at once. Send several batches."
        case .invalidName(let name):
            "'\(name.prefix(40))' is not a metric's name. Give 1 to \(Metrics.maximumNameLength) bytes."
        case .invalidOffset(let offset):
            "\(offset) is not an offset. Give the number of points that the attempt has sent before."
        case .tooManyPoints(let run, let limit):
            "\(run) has recorded the \(limit) metric points a run may have. Record fewer: every tenth step, say."
        case .invalidCursor(let cursor):
            "'\(cursor.prefix(40))' is not a cursor of this listing. Pass on what 'next' said, unchanged."
        }
    }
}
