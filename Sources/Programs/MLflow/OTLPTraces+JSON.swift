import Contract
import Kernel
import Tracking

extension OTLPTraces {
    /// Reads the spans of a request in JSON, where ids are hexadecimal and 64-bit integers may be strings.
    ///
    /// - Throws: `OTLPError`.
    static func spans(json bytes: [UInt8]) throws(OTLPError) -> [SentSpan] {
        guard let request = try? SpanValue(json: String(decoding: bytes, as: UTF8.self)), case .map = request else {
            throw .malformed
        }
        let groups = try self.list(request, "resourceSpans")
        guard !groups.isEmpty else { throw .empty }
        var sent: [SentSpan] = []
        for group in groups {
            let resource = self.tags(try self.attributes(group["resource"] ?? .null))
            for scope in try self.list(group, "scopeSpans") {
                for span in try self.list(scope, "spans") {
                    sent.append(SentSpan(span: try self.span(span), resource: resource))
                }
            }
        }
        guard sent.count <= Self.maximumSpans else { throw .tooMany(sent.count) }
        return sent
    }

    private static func span(_ value: SpanValue) throws(OTLPError) -> TraceSpan {
        var events: [TraceSpan.Event] = []
        for event in try self.list(value, "events") {
            events.append(
                TraceSpan.Event(
                    name: try self.text(event, "name"), at: try self.integer(event, "timeUnixNano"),
                    attributes: try self.attributes(event)))
        }
        var links: [TraceSpan.Link] = []
        for link in try self.list(value, "links") {
            links.append(
                TraceSpan.Link(
                    trace: "tr-" + (try self.hex(link, "traceId")), span: try self.hex(link, "spanId"),
                    attributes: try self.attributes(link)))
        }
        let parent = try self.hex(value, "parentSpanId")
        let end = try self.integer(value, "endTimeUnixNano")
        return try self.complete(
            TraceSpan(
                trace: try self.hex(value, "traceId"), id: try self.hex(value, "spanId"),
                parent: parent.isEmpty ? nil : parent, name: try self.text(value, "name"),
                startedAt: try self.integer(value, "startTimeUnixNano"), endedAt: end == 0 ? nil : end,
                status: self.status(code: value["status"]?["code"]),
                statusMessage: try self.text(value["status"] ?? .null, "message"),
                attributes: try self.attributes(value), events: events, links: links))
    }

    private static func status(code: SpanValue?) -> TraceSpan.Status {
        switch code {
        case .integer(let number): self.status(Int32(clamping: number))
        case .text("STATUS_CODE_OK"): .ok
        case .text("STATUS_CODE_ERROR"): .error
        default: .unset
        }
    }

    private static func attributes(_ value: SpanValue) throws(OTLPError) -> [SpanField] {
        var fields: [SpanField] = []
        for attribute in try self.list(value, "attributes") {
            fields.append(SpanField(try self.text(attribute, "key"), try self.any(attribute["value"] ?? .null)))
        }
        return fields
    }

    /// `AnyValue`. Its depth is that of the JSON, which the parser bounds.
    private static func any(_ value: SpanValue) throws(OTLPError) -> SpanValue {
        guard case .map(let members) = value, let member = members.first else { return .null }
        switch (member.key, member.value) {
        case ("stringValue", .text), ("boolValue", .bool): return member.value
        case ("intValue", _): return .integer(try self.integer(value, "intValue"))
        case ("doubleValue", .number(let number)): return .number(number)
        case ("doubleValue", .integer(let number)): return .number(Double(number))
        case ("doubleValue", .text(let text)):
            guard let number = Double(text) else { throw .malformed }
            return .number(number)
        case ("bytesValue", .text): return member.value
        case ("arrayValue", let array):
            var elements: [SpanValue] = []
            for element in try self.list(array, "values") { elements.append(try self.any(element)) }
            return .array(elements)
        case ("kvlistValue", let map):
            var fields: [SpanField] = []
            for entry in try self.list(map, "values") {
                fields.append(SpanField(try self.text(entry, "key"), try self.any(entry["value"] ?? .null)))
            }
            return .map(fields)
        case ("stringValue", _), ("boolValue", _), ("doubleValue", _), ("bytesValue", _): throw .malformed
        default: return .null
        }
    }

    private static func list(_ value: SpanValue, _ key: String) throws(OTLPError) -> [SpanValue] {
        switch value[key] {
        case nil, .null: return []
        case .array(let elements): return elements
        default: throw .malformed
        }
    }

    private static func text(_ value: SpanValue, _ key: String) throws(OTLPError) -> String {
        switch value[key] {
        case nil, .null: return ""
        case .text(let text): return text
        default: throw .malformed
        }
    }

    private static func integer(_ value: SpanValue, _ key: String) throws(OTLPError) -> Int64 {
        switch value[key] {
        case nil, .null: return 0
        case .integer(let number): return number
        case .text(let text):
            guard let number = Int64(text) else { throw .malformed }
            return number
        default: throw .malformed
        }
    }

    private static func hex(_ value: SpanValue, _ key: String) throws(OTLPError) -> String {
        let text = try self.text(value, key).lowercased()
        guard text.isEmpty || !SpanContent.bytes(hex: text).isEmpty else { throw .malformed }
        return text
    }
}
