import Contract
import Foundation
import Kernel
import SwiftProtobuf
import Tracking

/// Spans as OpenTelemetry's exporters send them, in protobuf or in JSON.
///
/// - Source: OTLP 1.x over HTTP; opentelemetry.io/docs/specs/otlp.
enum OTLPTraces {
    /// Spans of one request. An exporter sends batches of 512 as a rule.
    static let maximumSpans = 50_000
    /// Bytes of an id: 16 of a trace, 8 of a span.
    private static let traceBytes = 16
    private static let spanBytes = 8

    /// Reads the spans of a request in protobuf.
    ///
    /// - Throws: `OTLPError`.
    static func spans(protobuf bytes: [UInt8]) throws(OTLPError) -> [SentSpan] {
        let request: OTLPRequest
        do { request = try OTLPRequest(serializedBytes: bytes) } catch { throw .malformed }
        guard !request.resourceSpans.isEmpty else { throw .empty }
        var sent: [SentSpan] = []
        for group in request.resourceSpans {
            let resource = self.tags(group.resource?.attributes.fields ?? [])
            for span in group.scopeSpans.lazy.flatMap(\.spans) {
                sent.append(SentSpan(span: try self.span(span), resource: resource))
            }
        }
        guard sent.count <= Self.maximumSpans else { throw .tooMany(sent.count) }
        return sent
    }

    private static func span(_ span: OTLPSpan) throws(OTLPError) -> TraceSpan {
        try self.complete(
            TraceSpan(
                trace: SpanContent.hex(span.trace), id: SpanContent.hex(span.id),
                parent: span.parent.isEmpty ? nil : SpanContent.hex(span.parent), name: span.name,
                startedAt: Int64(clamping: span.startedAt),
                endedAt: span.endedAt == 0 ? nil : Int64(clamping: span.endedAt),
                status: self.status(span.status?.code),
                statusMessage: span.status?.message ?? "", attributes: span.attributes.fields,
                events: span.events.map {
                    TraceSpan.Event(name: $0.name, at: Int64(clamping: $0.at), attributes: $0.attributes.fields)
                },
                links: span.links.map {
                    TraceSpan.Link(
                        trace: "tr-" + SpanContent.hex($0.trace), span: SpanContent.hex($0.span),
                        attributes: $0.attributes.fields)
                }))
    }

    static func status(_ code: Int32?) -> TraceSpan.Status {
        switch code {
        case 1: .ok
        case 2: .error
        default: .unset
        }
    }

    /// The span as it is kept: every attribute once, the trace's id among them, ids of their length.
    static func complete(_ span: TraceSpan) throws(OTLPError) -> TraceSpan {
        guard !span.trace.isEmpty, !span.id.isEmpty, span.trace.utf8.count <= 2 * Self.traceBytes,
            span.id.utf8.count <= 2 * Self.spanBytes, span.parent?.utf8.count ?? 0 <= 2 * Self.spanBytes
        else { throw .unconvertible }
        var span = span
        span.trace = Self.padded(span.trace, to: Self.traceBytes)
        span.id = Self.padded(span.id, to: Self.spanBytes)
        span.parent = span.parent.map { Self.padded($0, to: Self.spanBytes) }
        var places: [String: Int] = [:]
        var attributes: [SpanField] = []
        for field in span.attributes + [SpanField(TraceKey.request, .text("tr-" + span.trace))] {
            if let place = places[field.key] {
                attributes[place].value = field.value
            } else {
                places[field.key] = attributes.count
                attributes.append(field)
            }
        }
        span.attributes = attributes
        return span
    }

    private static func padded(_ hex: String, to bytes: Int) -> String {
        String(repeating: "0", count: 2 * bytes - hex.utf8.count) + hex
    }

    /// What is known of a program, as tags: not what its SDK says of itself, nor keys that are MLflow's own.
    static func tags(_ resource: [SpanField]) -> [KeyValue] {
        resource.compactMap { field in
            guard !field.key.hasPrefix("telemetry.sdk."), !field.key.hasPrefix("mlflow.") else { return nil }
            return KeyValue(key: field.key, value: field.value.textValue ?? field.value.json)
        }
    }
}

/// Why spans cannot be taken, as the genuine route says it.
enum OTLPError: Error, Equatable {
    case contentType(String?)
    case contentEncoding(String)
    case compression(String)
    case malformed
    case empty
    case unconvertible
    case tooLarge(ByteCount)
    case tooMany(Int)
    case noExperiment

    var status: Int {
        switch self {
        case .unconvertible, .noExperiment: 422
        case .tooLarge, .tooMany: 413
        default: 400
        }
    }

    var detail: String {
        switch self {
        case .contentType(let type):
            "Invalid Content-Type: \(type ?? "None"). Expected: application/x-protobuf or application/json"
        case .contentEncoding(let encoding): "Unsupported Content-Encoding: \(encoding)"
        case .compression(let encoding): "Failed to decompress \(encoding) payload"
        case .malformed: "Invalid OpenTelemetry format"
        case .empty: "Invalid OpenTelemetry format - no spans found"
        case .unconvertible: "Cannot convert OpenTelemetry span to MLflow span"
        case .tooLarge(let limit): "The request is larger than \(limit). Send smaller batches."
        case .tooMany(let count):
            "The request has \(count) spans; at most \(OTLPTraces.maximumSpans) are taken at once. Send smaller batches."
        case .noExperiment: "Field required: header x-mlflow-experiment-id"
        }
    }
}
