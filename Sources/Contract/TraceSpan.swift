/// One piece of a trace's work, as OpenTelemetry has it.
///
/// - Source: opentelemetry-proto, `trace/v1/trace.proto`.
package struct TraceSpan: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable, CaseIterable {
        case unset = "UNSET"
        case ok = "OK"
        case error = "ERROR"
    }

    /// Something that happened at a moment of a span: an exception, mostly.
    package struct Event: Sendable, Hashable {
        package var name: String
        /// Nanoseconds since 1970.
        package var at: Int64
        package var attributes: [SpanField]

        package init(name: String, at: Int64, attributes: [SpanField] = []) {
            self.name = name
            self.at = at
            self.attributes = attributes
        }
    }

    /// Another span that this one follows from.
    package struct Link: Sendable, Hashable {
        /// `tr-` and 32 hex digits.
        package var trace: String
        /// 16 hex digits.
        package var span: String
        package var attributes: [SpanField]

        package init(trace: String, span: String, attributes: [SpanField] = []) {
            self.trace = trace
            self.span = span
            self.attributes = attributes
        }
    }

    /// 32 hex digits.
    package var trace: String
    /// 16 hex digits.
    package var id: String
    /// 16 hex digits; nil for the root.
    package var parent: String?
    package var name: String
    /// Nanoseconds since 1970.
    package var startedAt: Int64
    /// Nanoseconds since 1970; nil while it goes on.
    package var endedAt: Int64?
    package var status: Status
    package var statusMessage: String
    package var attributes: [SpanField]
    package var events: [Event]
    package var links: [Link]

    package init(
        trace: String, id: String, parent: String? = nil, name: String, startedAt: Int64, endedAt: Int64? = nil,
        status: Status = .unset, statusMessage: String = "", attributes: [SpanField] = [], events: [Event] = [],
        links: [Link] = []
    ) {
        self.trace = trace
        self.id = id
        self.parent = parent
        self.name = name
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.status = status
        self.statusMessage = statusMessage
        self.attributes = attributes
        self.events = events
        self.links = links
    }

    package func attribute(_ key: String) -> SpanValue? { self.attributes.first { $0.key == key }?.value }
}

/// A key of a span's attributes, or of a map within them, with its value.
package struct SpanField: Sendable, Hashable {
    package var key: String
    package var value: SpanValue

    package init(_ key: String, _ value: SpanValue) {
        self.key = key
        self.value = value
    }
}

/// What an attribute of a span is: JSON whose maps keep their order, and bytes besides.
package indirect enum SpanValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case bytes([UInt8])
    case array([SpanValue])
    case map([SpanField])

    package var textValue: String? { if case .text(let text) = self { text } else { nil } }

    package subscript(key: String) -> SpanValue? {
        if case .map(let fields) = self { fields.first { $0.key == key }?.value } else { nil }
    }
}
