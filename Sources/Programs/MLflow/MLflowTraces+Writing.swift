import Contract
import Kernel
import Tracking

extension MLflowWriter {
    /// A whole trace without its spans, as a field of an answer.
    mutating func info(_ trace: Trace) {
        self.object("trace_info") { $0.content(of: trace) }
    }

    mutating func whole(_ trace: Trace, _ spans: [TraceSpan]) {
        self.info(trace)
        self.list("spans", spans) { writer, span in writer.object { $0.content(of: span) } }
    }

    /// The fields of `TraceInfoV3`, in the order of its numbers.
    mutating func content(of trace: Trace) {
        self.field("trace_id", trace.id)
        self.field("client_request_id", trace.clientRequest)
        self.object("trace_location") { writer in
            writer.field("type", "MLFLOW_EXPERIMENT")
            writer.object("mlflow_experiment") { $0.field("experiment_id", String(trace.experiment)) }
        }
        self.field("request_time", trace.startedAt.protoText)
        self.field("execution_duration", trace.duration?.protoText)
        self.field("state", trace.state.rawValue)
        self.map("trace_metadata", trace.metadata.map { ($0.key.cut(to: 250), $0.value.cut(to: 250)) })
        self.list("assessments", trace.assessments) { writer, assessment in
            writer.object { $0.content(of: assessment) }
        }
        self.map("tags", trace.tags.map { ($0.key.cut(to: 250), $0.value.cut(to: 4096)) })
        self.field("request_preview", trace.requestPreview)
        self.field("response_preview", trace.responsePreview)
    }

    /// A map of strings; left out when it is empty.
    mutating func map(_ name: StaticString, _ entries: [(String, String)]) {
        guard !entries.isEmpty else { return }
        self.object(name) { writer in
            for (key, value) in entries { writer.field(key: key, value) }
        }
    }

    /// The fields of a span of OpenTelemetry, in the order of their numbers.
    fileprivate mutating func content(of span: TraceSpan) {
        self.field("trace_id", SpanContent.base64(hex: span.trace))
        self.field("span_id", SpanContent.base64(hex: span.id))
        self.field("parent_span_id", span.parent.map(SpanContent.base64))
        self.field("name", span.name)
        self.field("start_time_unix_nano", span.startedAt)
        self.field("end_time_unix_nano", span.endedAt)
        self.attributes(span.attributes)
        self.list("events", span.events) { writer, event in
            writer.object {
                $0.field("time_unix_nano", event.at)
                $0.field("name", event.name)
                $0.attributes(event.attributes)
            }
        }
        self.list("links", span.links) { writer, link in
            writer.object {
                $0.field("trace_id", SpanContent.base64(hex: String(link.trace.dropFirst(3))))
                $0.field("span_id", SpanContent.base64(hex: link.span))
                $0.attributes(link.attributes)
            }
        }
        self.object("status") { writer in
            if !span.statusMessage.isEmpty { writer.field("message", span.statusMessage) }
            if span.status != .unset { writer.field("code", "STATUS_CODE_\(span.status.rawValue)") }
        }
    }

    private mutating func attributes(_ fields: [SpanField], as name: StaticString = "attributes") {
        self.list(name, fields) { writer, field in
            writer.object {
                $0.field("key", field.key)
                $0.object("value") { $0.any(field.value) }
            }
        }
    }

    /// `AnyValue` of OpenTelemetry.
    private mutating func any(_ value: SpanValue) {
        switch value {
        case .null: break
        case .bool(let value): self.field("bool_value", value)
        case .integer(let value): self.field("int_value", value)
        case .number(let value): self.field("double_value", value)
        case .text(let value): self.field("string_value", value)
        case .bytes(let value): self.field("bytes_value", SpanContent.base64(hex: SpanContent.hex(value)))
        case .array(let elements):
            self.object("array_value") { writer in
                writer.list("values", elements) { writer, element in writer.object { $0.any(element) } }
            }
        case .map(let fields): self.object("kvlist_value") { $0.attributes(fields, as: "values") }
        }
    }
}

extension String {
    /// Its first `limit` Unicode scalars.
    fileprivate func cut(to limit: Int) -> String {
        guard self.utf8.count > limit, self.unicodeScalars.count > limit else { return self }
        return String(String.UnicodeScalarView(self.unicodeScalars.prefix(limit)))
    }
}

extension Timestamp {
    /// As proto JSON writes a time: no decimals when there are none.
    var protoText: String {
        let text = self.description
        return self.milliseconds % 1000 == 0 ? text.replacing(".000Z", with: "Z") : text
    }
}

extension TimeSpan {
    /// As proto JSON writes a duration: `2s` or `0.047s`.
    fileprivate var protoText: String {
        let (whole, rest) = self.milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let sign = self.milliseconds < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)s" }
        let digits = String(rest)
        return "\(sign)\(whole).\(String(repeating: "0", count: 3 - digits.count))\(digits)s"
    }
}
