import Contract
import Kernel
import Tracking

// What clients before version 3 call, and links, which version 3 still calls there.
extension MLflowTraces {
    var olderRoutes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/traces", .edit, handle: self.startOlder),
            MLflowRoute("GET", "/mlflow/traces", handle: self.searchOlder),
            MLflowRoute("PATCH", "/mlflow/traces/{trace_id}", .edit, handle: self.endOlder),
            MLflowRoute("GET", "/mlflow/traces/{trace_id}/info") { call in
                Self.answer(try await self.traces.trace(call.path["trace_id"] ?? ""))
            },
        ]
    }

    var linkRoutes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/traces/link-to-run", .edit) { call in
                guard call.fields["trace_ids"] != nil else { throw MLflowError.missing("trace_ids") }
                try await self.traces.link(
                    try call.fields.strings("trace_ids"), toRun: try call.fields.required("run_id"))
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/traces/link-prompts", .edit) { call in
                let trace = try call.fields.required("trace_id")
                guard call.fields["prompt_versions"] != nil else { throw MLflowError.missing("prompt_versions") }
                let prompts = try call.fields.objects("prompt_versions").map { prompt in
                    "\(try prompt.string("name") ?? "")/\(try prompt.string("version") ?? "")"
                }
                try await self.traces.link(prompts: prompts, to: trace)
                return MLflowWriter.empty
            },
        ]
    }

    private func startOlder(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let trace = try await self.traces.start(
            in: try fields.string("experiment_id") ?? "",
            at: Timestamp(milliseconds: try fields.integer("timestamp_ms") ?? 0),
            metadata: try fields.pairs("request_metadata"), tags: try fields.pairs("tags"))
        return Self.answer(trace)
    }

    private func endOlder(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let trace = try await self.traces.end(
            call.path["trace_id"] ?? "", at: Timestamp(milliseconds: try fields.integer("timestamp_ms") ?? 0),
            state: Trace.State(rawValue: try fields.string("status") ?? "") ?? .unspecified,
            metadata: try fields.pairs("request_metadata"), tags: try fields.pairs("tags"))
        return Self.answer(trace)
    }

    private func searchOlder(_ call: MLflowCall) async throws -> Answer {
        guard call.fields["experiment_ids"] != nil else { throw MLflowError.missing("experiment_ids") }
        let experiments = try call.fields.strings("experiment_ids")
        let page = try await self.traces.search(try TraceQuery(call.fields, experiments: experiments))
        return MLflowWriter.answer { writer in
            writer.list("traces", page.items) { writer, trace in writer.object { $0.older(trace) } }
            writer.field("next_page_token", page.next)
        }
    }

    private static func answer(_ trace: Trace) -> Answer {
        MLflowWriter.answer { $0.object("trace_info") { $0.older(trace) } }
    }
}

extension MLflowFields {
    /// A list of keys with their values.
    ///
    /// - Throws: `missing` for one without a key.
    fileprivate func pairs(_ name: String) throws(MLflowError) -> [KeyValue] {
        var pairs: [KeyValue] = []
        for object in try self.objects(name) {
            pairs.append(KeyValue(key: try object.required("key"), value: try object.string("value") ?? ""))
        }
        return pairs
    }
}

extension MLflowWriter {
    /// The fields of `TraceInfo` of version 2.
    fileprivate mutating func older(_ trace: Trace) {
        self.field("request_id", trace.id)
        self.field("experiment_id", String(trace.experiment))
        self.field("timestamp_ms", trace.startedAt.milliseconds)
        self.field("execution_time_ms", trace.duration?.milliseconds)
        self.field("status", trace.state == .unspecified ? "TRACE_STATUS_UNSPECIFIED" : trace.state.rawValue)
        self.pairs("request_metadata", trace.metadata)
        self.pairs("tags", trace.tags)
    }

    private mutating func pairs(_ name: StaticString, _ pairs: [KeyValue]) {
        self.list(name, pairs) { writer, pair in
            writer.object {
                $0.field("key", pair.key)
                $0.field("value", pair.value)
            }
        }
    }
}
