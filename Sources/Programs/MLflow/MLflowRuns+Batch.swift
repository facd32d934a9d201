import Contract
import Kernel
import Tracking

extension MLflowRuns {
    /// Parameters, tags and points of metrics in one request; all of it is written, or nothing.
    func logBatch(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let run = try fields.required("run_id")
        let metrics = try fields.objects("metrics")
        let parameters = try fields.requiredKeyValues("params")
        let tags = try fields.requiredKeyValues("tags")
        try TrackingRules.checkRunID(run)
        try TrackingRules.checkBatch(metrics: metrics.count, parameters: parameters.count, tags: tags.count)
        guard metrics.isEmpty else {
            throw MLflowError(.notImplemented, "This server does not take metrics yet.")
        }
        try await self.runs.log(parameters: parameters, tags: tags, to: run)
        return MLflowWriter.empty
    }
}

extension MLflowFields {
    /// A list of keys and values, of which none may be without a key.
    fileprivate func requiredKeyValues(_ name: String) throws(MLflowError) -> [KeyValue] {
        var found: [KeyValue] = []
        for item in try self.objects(name) { found.append(try item.keyValue()) }
        return found
    }
}
