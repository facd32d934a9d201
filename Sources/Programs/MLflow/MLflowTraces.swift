import Contract
import Kernel
package import Tracking

/// The routes of traces in version 3 of the API, and those that both versions have.
package struct MLflowTraces: Sendable {
    let traces: Traces

    package init(traces: Traces) { self.traces = traces }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/traces", in: .version3, .edit, handle: self.start),
            MLflowRoute("GET", "/mlflow/traces/get", in: .version3, handle: self.get),
            MLflowRoute("GET", "/mlflow/traces/batchGet", in: .version3, handle: self.batch),
            MLflowRoute("POST", "/mlflow/traces/batchGetInfos", in: .version3, handle: self.batchInfos),
            MLflowRoute("POST", "/mlflow/traces/search", in: .version3, handle: self.search),
            MLflowRoute("GET", "/mlflow/traces/{trace_id}", in: .version3) { call in
                let trace = try await self.traces.trace(call.path["trace_id"] ?? "")
                return MLflowWriter.answer(isIndented: false) { $0.object("trace") { $0.info(trace) } }
            },
        ]
            + self.tagRoutes + self.olderRoutes + self.linkRoutes
    }

    private var tagRoutes: [MLflowRoute] {
        [
            MLflowRoute("PATCH", "/mlflow/traces/{trace_id}/tags", in: .version2, .edit, handle: self.setTag),
            MLflowRoute("PATCH", "/mlflow/traces/{trace_id}/tags", in: .version3, .edit, handle: self.setTag),
            MLflowRoute("DELETE", "/mlflow/traces/{trace_id}/tags", in: .version2, .edit, handle: self.deleteTag),
            MLflowRoute("DELETE", "/mlflow/traces/{trace_id}/tags", in: .version3, .edit, handle: self.deleteTag),
            MLflowRoute("POST", "/mlflow/traces/delete-traces", in: .version2, .edit, handle: self.delete),
            MLflowRoute("POST", "/mlflow/traces/delete-traces", in: .version3, .edit, handle: self.delete),
        ]
    }

    private func start(_ call: MLflowCall) async throws -> Answer {
        guard call.fields["trace"] != nil else { throw MLflowError.missing("trace") }
        let info = try call.fields.object("trace").object("trace_info")
        let experiment = try info.object("trace_location").object("mlflow_experiment").string("experiment_id") ?? ""
        let trace = try await self.traces.start(try info.trace(), in: experiment)
        return MLflowWriter.answer(isIndented: false) { $0.object("trace") { $0.info(trace) } }
    }

    private func get(_ call: MLflowCall) async throws -> Answer {
        let id = try call.fields.required("trace_id")
        let isPartial = try call.fields.flag("allow_partial")
        let (trace, contents) = try await self.traces.whole(id, isPartial: isPartial)
        let spans = try contents.map(SpanContent.span)
        return MLflowWriter.answer(isIndented: false) { writer in
            writer.object("trace") { $0.whole(trace, spans) }
        }
    }

    private func batch(_ call: MLflowCall) async throws -> Answer {
        let (ids, experiments) = try Self.batch(call.fields)
        let wholes = try await self.traces.wholes(ids, of: experiments)
        let read = try wholes.map { ($0.trace, try $0.contents.map(SpanContent.span)) }
        return MLflowWriter.answer(isIndented: false) { writer in
            writer.list("traces", read) { writer, whole in writer.object { $0.whole(whole.0, whole.1) } }
        }
    }

    private func batchInfos(_ call: MLflowCall) async throws -> Answer {
        let (ids, experiments) = try Self.batch(call.fields)
        let traces = try await self.traces.traces(ids, of: experiments)
        return MLflowWriter.answer(isIndented: false) { writer in
            writer.list("trace_infos", traces) { writer, trace in writer.object { $0.content(of: trace) } }
        }
    }

    /// The traces that a batch asks for, and those experiments that they must be of, if it says any.
    private static func batch(_ fields: MLflowFields) throws -> (ids: [String], experiments: [String]?) {
        guard fields["trace_ids"] != nil else { throw MLflowError.missing("trace_ids") }
        let ids = try fields.strings("trace_ids")
        guard ids.count <= Traces.maximumBatch else { throw TraceError.batchTooLarge(ids.count) }
        return (ids, fields["experiment_ids"] == nil ? nil : try fields.strings("experiment_ids"))
    }

    private func search(_ call: MLflowCall) async throws -> Answer {
        guard call.fields["locations"] != nil else { throw MLflowError.missing("locations") }
        let experiments = try call.fields.objects("locations").compactMap {
            try $0.object("mlflow_experiment").string("experiment_id")
        }
        let page = try await self.traces.search(try TraceQuery(call.fields, experiments: experiments))
        return MLflowWriter.answer(isIndented: false) { writer in
            writer.list("traces", page.items) { writer, trace in writer.object { $0.content(of: trace) } }
            writer.field("next_page_token", page.next)
        }
    }

    private func setTag(_ call: MLflowCall) async throws -> Answer {
        let key = try call.fields.required("key")
        let value = try call.fields.string("value") ?? ""
        try await self.traces.setTag(key, value, of: call.path["trace_id"] ?? "")
        return MLflowWriter.empty
    }

    private func deleteTag(_ call: MLflowCall) async throws -> Answer {
        try await self.traces.deleteTag(try call.fields.required("key"), of: call.path["trace_id"] ?? "")
        return MLflowWriter.empty
    }

    private func delete(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let count = try await self.traces.delete(
            in: try fields.required("experiment_id"), ids: try fields.strings("request_ids"),
            until: try fields.integer("max_timestamp_millis").map { Timestamp(milliseconds: $0) },
            limit: try fields.integer("max_traces"), by: call.principal)
        return MLflowWriter.answer { $0.field("traces_deleted", Int64(count)) }
    }
}

extension TraceQuery {
    /// What both versions of the search have.
    init(_ fields: MLflowFields, experiments: [String]) throws {
        self.init(
            experiments: experiments, filter: try fields.string("filter"), order: try fields.strings("order_by"),
            limit: try fields.integer("max_results"), pageToken: try fields.string("page_token"))
    }
}

extension MLflowFields {
    /// A trace as version 3 of the API writes it.
    fileprivate func trace() throws -> Trace {
        let started = try self.string("request_time").map { text in
            guard let time = Timestamp(text) else { throw MLflowError.invalid(.string(text), for: "request_time") }
            return time
        }
        var trace = Trace(
            id: try self.string("trace_id") ?? "", experiment: 0, clientRequest: try self.string("client_request_id"),
            startedAt: started ?? Timestamp(milliseconds: 0),
            duration: try self.string("execution_duration").map { try Self.duration($0) },
            state: Trace.State(rawValue: try self.string("state") ?? "") ?? .unspecified,
            requestPreview: try self.string("request_preview"), responsePreview: try self.string("response_preview"))
        trace.metadata = try self.map("trace_metadata")
        trace.tags = try self.map("tags")
        trace.assessments = try self.objects("assessments").map { try $0.assessment(of: trace.id) }
        return trace
    }

    /// A duration as proto JSON writes it, `0.047s`.
    private static func duration(_ text: String) throws(MLflowError) -> TimeSpan {
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), abs(seconds) < 1e15 else {
            throw .invalid(.string(text), for: "execution_duration")
        }
        return TimeSpan(milliseconds: Int64((seconds * 1000).rounded()))
    }

    /// A map of strings, by key; empty when it is not there.
    func map(_ name: String) throws(MLflowError) -> [KeyValue] {
        switch self[name] {
        case nil: return []
        case .object(let entries):
            var pairs: [KeyValue] = []
            for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
                guard let text = value.stringValue else { throw .invalid(value, for: name) }
                pairs.append(KeyValue(key: key, value: text))
            }
            return pairs
        case .some(let value): throw .invalid(value, for: name)
        }
    }

    /// A boolean of the query; false when it is not there.
    fileprivate func flag(_ name: String) throws(MLflowError) -> Bool {
        guard case .string(let text) = self[name] else { return try self.bool(name) ?? false }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default:
            throw MLflowError(
                .invalidParameterValue, "Invalid boolean value: \(text), must be 'true' or 'false'.")
        }
    }
}
