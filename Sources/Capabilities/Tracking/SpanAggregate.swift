import Contract
import Kernel

/// What the spans of one trace that came together say about the trace.
///
/// Used where no client has said it: spans that came by OpenTelemetry alone.
struct SpanAggregate: Sendable {
    /// Milliseconds since 1970; of the span that began first.
    let startedAt: Timestamp
    /// Of the span that ended last; nil while none has ended.
    let endedAt: Timestamp?
    /// Nil until the root has come.
    let state: Trace.State?
    let requestPreview: String?
    let responsePreview: String?
    /// What the root's attributes say are tags of the trace.
    let tags: [KeyValue]
    let session: String?
    let user: String?

    /// - Parameter spans: of one trace, at least one.
    init(_ spans: [TraceSpan]) {
        let start = spans.map(\.startedAt).min() ?? 0
        self.startedAt = Timestamp(milliseconds: start / 1_000_000)
        self.endedAt = spans.compactMap(\.endedAt).max().map { Timestamp(milliseconds: $0 / 1_000_000) }
        let root = spans.first { $0.parent == nil }
        self.state = root.map { $0.status == .error ? .error : .ok }
        self.requestPreview = root?.attribute(TraceKey.inputs).map { TracePreview.text(of: $0, role: "user") }
        self.responsePreview = root?.attribute(TraceKey.outputs).map { TracePreview.text(of: $0, role: "assistant") }
        self.tags = (root?.attributes ?? []).compactMap { field in
            guard field.key.hasPrefix(TraceKey.tagPrefix) else { return nil }
            return KeyValue(
                key: String(field.key.dropFirst(TraceKey.tagPrefix.count)),
                value: field.value.textValue ?? field.value.json)
        }
        self.session =
            spans.lazy.compactMap {
                ($0.attribute("session.id") ?? $0.attribute("gen_ai.conversation.id"))?.textValue
            }.first
        self.user = spans.lazy.compactMap { $0.attribute("user.id")?.textValue }.first
    }

    /// The sums of the numbers that spans have below `key`, such as tokens used, each counted once: where a span has
    /// them, those of the spans below it are a part of them already.
    ///
    /// - Parameters:
    ///   - spans: all of one trace, in any order.
    ///   - keys: what is summed; those that no span has are 0.
    ///   - optionalKeys: what is summed where there is one.
    /// - Returns: JSON; nil when no span has any.
    /// - Complexity: O(spans).
    static func sum(_ key: String, keys: [String], optionalKeys: [String] = [], of spans: [TraceSpan]) -> SpanValue? {
        let known = Set(spans.map(\.id))
        var children: [String: [TraceSpan]] = [:]
        var pending: [(span: TraceSpan, isCounted: Bool)] = []
        for span in spans {
            if let parent = span.parent, known.contains(parent), parent != span.id {
                children[parent, default: []].append(span)
            } else {
                pending.append((span, false))
            }
        }
        var sums: [String: SpanValue] = [:]
        while let (span, isCounted) = pending.popLast() {
            var data: SpanValue?
            if let value = span.attribute(key), case .map = value { data = value }
            if let data, !isCounted {
                for name in keys + optionalKeys {
                    if let value = data[name] { sums[name] = Self.add(sums[name], value) }
                }
                for name in keys where sums[name] == nil { sums[name] = .integer(0) }
            }
            // A cycle of parents is reached from no root, so this ends.
            pending += (children[span.id] ?? []).map { ($0, isCounted || data != nil) }
        }
        guard !sums.isEmpty else { return nil }
        return .map((keys + optionalKeys).compactMap { name in sums[name].map { SpanField(name, $0) } })
    }

    private static func add(_ sum: SpanValue?, _ value: SpanValue) -> SpanValue {
        switch (sum ?? .integer(0), value) {
        case (.integer(let a), .integer(let b)):
            let (result, isTooLarge) = a.addingReportingOverflow(b)
            return isTooLarge ? .number(Double(a) + Double(b)) : .integer(result)
        case (.integer(let a), .number(let b)): return .number(Double(a) + b)
        case (.number(let a), .integer(let b)): return .number(a + Double(b))
        case (.number(let a), .number(let b)): return .number(a + b)
        default: return sum ?? .integer(0)
        }
    }
}
