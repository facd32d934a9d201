package import Contract
package import Kernel

/// Why something is refused of a trace or an assessment, in the words that MLflow's clients know.
package enum TraceError: Fault, Equatable {
    case noTrace(String)
    case noTraceToRead(String)
    case noTraceToUpdate(String)
    case notComplete(String)
    case spansElsewhere(String)
    case noTag(String, trace: String)
    case ownTag(String, verb: String)
    case tooLong(String, limit: Int)
    case nothingToDelete
    case twoWaysToDelete
    case limitWithIDs
    case invalidLimit(Int64)
    case invalidPageSize(Int64)
    case tooManyLinks(Int)
    case batchTooLarge(Int)
    case noAssessment(String, trace: String)
    case otherKind(given: Assessment.Kind, is: Assessment.Kind)
    case invalidPrompt(String)
    case invalidExperiments(String)
    case noPatterns(String)

    package var kind: FaultKind {
        switch self {
        case .noTrace, .noTraceToRead, .noTraceToUpdate, .notComplete, .noTag, .noAssessment, .spansElsewhere: .notFound
        default: .invalid
        }
    }

    package var message: String {
        switch self {
        case .noTrace(let id): "Trace with ID '\(id.prefix(100))' not found."
        case .noTraceToRead(let id): "Trace with ID \(id.prefix(100)) is not found."
        case .noTraceToUpdate(let id): "Trace with request_id '\(id.prefix(100))' not found"
        case .notComplete(let id): "Trace with ID \(id) is not fully exported yet, please try again later."
        case .spansElsewhere(let id):
            "The spans of trace '\(id)' are not in the tracking store. They are the artifact traces.json of the trace."
        case .noTag(let key, let trace): "No trace tag with key '\(key)' for trace with ID '\(trace)'"
        case .ownTag(let key, let verb): "Tag '\(key)' is immutable and cannot be \(verb) on a trace."
        case .tooLong(let what, let limit): "'\(what)' exceeds the maximum length of \(limit) characters"
        case .nothingToDelete: "Either `max_timestamp_millis` or `trace_ids` must be specified."
        case .twoWaysToDelete: "Only one of `max_timestamp_millis` and `trace_ids` can be specified."
        case .limitWithIDs: "`max_traces` can't be specified if `trace_ids` is specified."
        case .invalidLimit(let limit): "`max_traces` must be a positive integer, received \(limit)."
        case .invalidPageSize(let size):
            "Invalid value \(size) for parameter 'max_results' supplied. It must be at least 1 and at most "
                + "\(Traces.maximumPage)."
        case .tooManyLinks(let count):
            "Cannot link more than \(Traces.maximumLinks) traces to a run in a single request. Provided \(count) traces."
        case .batchTooLarge(let count):
            "The batch has \(count) traces; at most \(Traces.maximumBatch) are read at once. Send several batches."
        case .noAssessment(let id, let trace): "Assessment with ID '\(id)' not found for trace '\(trace)'"
        case .otherKind(let given, let kind):
            "Cannot update \(given.rawValue) value on \(kind == .feedback ? "a Feedback" : "an Expectation") assessment."
        case .invalidPrompt(let value):
            "Invalid prompts filter value '\(value)'. Expected format: prompt = \"name/version\""
        case .noPatterns(let key):
            "'\(key)' is compared by RLIKE, which this server does not evaluate. Use LIKE or ILIKE, where % stands for any text."
        case .invalidExperiments(let text):
            "Locations must be a list of experiment IDs. Found invalid experiment IDs: \(text)."
        }
    }
}
