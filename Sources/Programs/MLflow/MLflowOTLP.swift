import Contract
import Kernel
package import Tracking

/// The route by which spans come: OpenTelemetry's protocol over HTTP.
///
/// Whatever speaks it may send here, with the experiment in a header. A request is taken whole or not at all.
package struct MLflowOTLP: Sendable {
    /// A request, as it comes in and unpacked.
    static let bodyLimit = ByteCount.mebibytes(16)
    static let unpackedLimit = ByteCount.mebibytes(64)

    private let traces: Traces

    package init(traces: Traces) { self.traces = traces }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/v1/traces", in: .root, .edit, body: .stream) { call in
                do { return try await self.export(call) } catch let error as OTLPError { return Self.refusal(error) }
            }
        ]
    }

    private func export(_ call: MLflowCall) async throws -> Answer {
        guard let experiment = call.http.header("x-mlflow-experiment-id") else { throw OTLPError.noExperiment }
        let type = call.http.header("content-type")
        let media = type?.split(separator: ";").first?.trimmed.lowercased()
        guard media == "application/x-protobuf" || media == "application/json" else {
            throw OTLPError.contentType(type)
        }
        guard var bytes = try await call.http.body.bytes(upTo: Self.bodyLimit) else {
            throw OTLPError.tooLarge(Self.bodyLimit)
        }
        if let encoding = call.http.header("content-encoding")?.lowercased(), !encoding.isEmpty {
            bytes = try Inflation.unpack(bytes, encoding, upTo: Self.unpackedLimit)
        }
        let spans =
            media == "application/json"
            ? try OTLPTraces.spans(json: bytes) : try OTLPTraces.spans(protobuf: bytes)
        if !spans.isEmpty {
            try await self.traces.log(spans, in: experiment, run: call.http.header("x-mlflow-run-id"))
        }
        return Answer(contentType: "application/x-protobuf", body: .bytes([]))
    }

    private static func refusal(_ error: OTLPError) -> Answer {
        var writer = MLflowWriter(isIndented: false)
        writer.object { $0.field("detail", error.detail) }
        return Answer(status: error.status, contentType: "application/json", body: .bytes(writer.bytes))
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = self.drop { $0 == " " }
        guard let end = start.lastIndex(where: { $0 != " " }) else { return start }
        return start[...end]
    }
}
