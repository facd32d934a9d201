/// Keys of traces and spans that mean something to MLflow.
package enum TraceKey {
    // Tags
    package static let name = "mlflow.traceName"
    package static let artifactLocation = "mlflow.artifactLocation"
    package static let spansLocation = "mlflow.trace.spansLocation"
    package static let linkedPrompts = "mlflow.linkedPrompts"
    static let archiveLocation = "mlflow.trace.archiveLocation"
    static let archivalFailure = "mlflow.trace.archivalFailure"
    /// The value of `spansLocation` when the spans are in the database.
    package static let inDatabase = "TRACKING_STORE"

    // Metadata
    package static let run = "mlflow.sourceRun"
    package static let session = "mlflow.trace.session"
    static let user = "mlflow.trace.user"
    static let sizes = "mlflow.trace.sizeStats"
    static let usage = "mlflow.trace.tokenUsage"
    static let cost = "mlflow.trace.cost"
    /// Set once the client has said what the trace is as a whole; what spans say later does not change it.
    static let isComplete = "mlflow.trace.infoFinalized"

    // Attributes of spans
    package static let request = "mlflow.traceRequestId"
    static let inputs = "mlflow.spanInputs"
    static let outputs = "mlflow.spanOutputs"
    static let spanUsage = "mlflow.chat.tokenUsage"
    static let spanCost = "mlflow.llm.cost"
    /// What follows it is the key of a tag of the trace.
    static let tagPrefix = "mlflow.traceTag."

    /// Tags that only the server sets.
    static let ownTags: Set<String> = [spansLocation, archiveLocation, archivalFailure]
}
