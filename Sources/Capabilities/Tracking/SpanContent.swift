import FoundationEssentials
package import Contract
package import Kernel

/// A span as text: the JSON that MLflow's server stores and its client downloads.
///
/// Attributes are JSON within JSON (`"mlflow.spanInputs": "{\"x\": 1}"`), ids are base64, as the client's `Span.to_dict` has
/// them. Searches for text and for attributes look into this text, so its form is part of the contract.
package enum SpanContent {
    /// The name of the attribute that holds what a span is: `LLM`, `TOOL` …
    package static let typeKey = "mlflow.spanType"
    static let unknownType = "UNKNOWN"

    package static func text(of span: TraceSpan) -> String {
        SpanValue.map([
            SpanField("trace_id", .text(Self.base64(hex: span.trace))),
            SpanField("span_id", .text(Self.base64(hex: span.id))),
            SpanField("parent_span_id", span.parent.map { .text(Self.base64(hex: $0)) } ?? .null),
            SpanField("name", .text(span.name)),
            SpanField("start_time_unix_nano", .integer(span.startedAt)),
            SpanField("end_time_unix_nano", span.endedAt.map { .integer($0) } ?? .null),
            SpanField("events", .array(span.events.map(Self.value))),
            SpanField(
                "status",
                .map([
                    SpanField("code", .text("STATUS_CODE_\(span.status.rawValue)")),
                    SpanField("message", .text(span.statusMessage)),
                ])),
            SpanField("attributes", .map(span.attributes.map { SpanField($0.key, .text($0.value.json)) })),
            SpanField("links", .array(span.links.map(Self.value))),
        ]).json
    }

    /// - Throws: `invalid` when the text is no JSON. What is missing in it is empty.
    package static func span(from text: String) throws(PlainFault) -> TraceSpan {
        let content = try SpanValue(json: text)
        var span = TraceSpan(
            trace: Self.hex(base64: content["trace_id"]?.textValue ?? ""),
            id: Self.hex(base64: content["span_id"]?.textValue ?? ""),
            parent: content["parent_span_id"]?.textValue.map(Self.hex), name: content["name"]?.textValue ?? "",
            startedAt: Self.integer(content["start_time_unix_nano"]) ?? 0,
            endedAt: Self.integer(content["end_time_unix_nano"]),
            statusMessage: content["status"]?["message"]?.textValue ?? "")
        let code = content["status"]?["code"]?.textValue?.replacing("STATUS_CODE_", with: "") ?? ""
        span.status = TraceSpan.Status(rawValue: code) ?? .unset
        span.attributes = Self.fields(content["attributes"]).map { SpanField($0.key, Self.unwrapped($0.value)) }
        span.events = Self.elements(content["events"]).map { event in
            TraceSpan.Event(
                name: event["name"]?.textValue ?? "", at: Self.integer(event["time_unix_nano"]) ?? 0,
                attributes: Self.fields(event["attributes"]))
        }
        span.links = Self.elements(content["links"]).map { link in
            TraceSpan.Link(
                trace: link["trace_id"]?.textValue ?? "", span: link["span_id"]?.textValue ?? "",
                attributes: Self.fields(link["attributes"]))
        }
        return span
    }

    /// Base64 of the bytes that `hex` writes; empty when it is not hexadecimal.
    package static func base64(hex: String) -> String { Data(Self.bytes(hex: hex)).base64EncodedString() }

    /// The bytes of an even number of hex digits; none for anything else.
    package static func bytes(hex: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex {
            guard let digit = character.hexDigitValue else { return [] }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return high == nil ? bytes : []
    }

    /// Lower-case hex digits of `bytes`.
    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    private static func hex(base64: String) -> String { Self.hex(Data(base64Encoded: base64) ?? Data()) }

    /// An attribute's own JSON; text that is none stands for itself.
    private static func unwrapped(_ value: SpanValue) -> SpanValue {
        guard let text = value.textValue else { return value }
        return (try? SpanValue(json: text)) ?? value
    }

    private static func value(of event: TraceSpan.Event) -> SpanValue {
        .map([
            SpanField("name", .text(event.name)), SpanField("time_unix_nano", .integer(event.at)),
            SpanField("attributes", .map(event.attributes)),
        ])
    }

    private static func value(of link: TraceSpan.Link) -> SpanValue {
        .map([
            SpanField("trace_id", .text(link.trace)), SpanField("span_id", .text(link.span)),
            SpanField("attributes", link.attributes.isEmpty ? .null : .map(link.attributes)),
        ])
    }

    private static func integer(_ value: SpanValue?) -> Int64? {
        if case .integer(let number) = value { number } else { nil }
    }

    private static func fields(_ value: SpanValue?) -> [SpanField] {
        if case .map(let fields) = value { fields } else { [] }
    }

    private static func elements(_ value: SpanValue?) -> [SpanValue] {
        if case .array(let elements) = value { elements } else { [] }
    }
}
