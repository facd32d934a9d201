import Contract
import Foundation
import Kernel
import Testing
import Tracking

@testable import MLflow

@Suite struct OTLPTests {
    /// One span with every kind of attribute, an event, a link and an error, as Python's exporter writes it.
    private static let protobuf = """
        CrICCjMKFgoMc2VydmljZS5uYW1lEgYKBHNob3AKGQoSdGVsZW1ldHJ5LnNkay5uYW1lEgMKAXgS+gES9wEKEAABAgMEBQYHCAkKCwwN
        Dg8SCAABAgMEBQYHIggBAgMEBQYHCCoEd29yazABOQEAKjb+nJcXQQkAKjb+nJcXSgkKAXQSBAoCw6lKBwoBYhICEAFKEAoBaRILGPv/
        /////////wFKDgoBZBIJIQAAAAAAAOA/SgMKAW5KEAoBYRILKgkKAhgBCgMKAXhKEAoBbRILMgkKBwoBaxICGAJKDAoBdBIHCgVhZ2Fp
        blohCQMAAAAAAAAAEglleGNlcHRpb24aCwoBbRIGCgRib29tahwKEAABAgMEBQYHCAkKCwwNDg8SCAABAgMEBQYHegcSA2JhZBgC
        """
    private static let gzip = """
        H4sIAAAAAAACA31PMU7DQBD0np3YN2eCtQUYRBNKFxECCYkK0d4T6Oz4BMbYF9kWBD5Cwwdo+QIf4RdIIAE2SVqmWs3MjmbwKnCCHYSt
        ae6KuZnVaWV4DK+9tgvsgTtzayrTNQ+zNi9Xqgta8ifxByFySLjeaOwHEircmmxzsGEOg42UePe2KY/ojJzk9Pv5afdCrg8tQR17EG8v
        2gdlLCLSEahgFX/9rEF6AspZTp0/vJ/rvkA92FJWiYSICUOlgalYHUv0USWLWOhwiPcxSq/Sor6cSncV4bA0y7lZdIWt99Xw1Q/OrK1u
        Dv5b9Oizm6V5LH4BeOTSHzUBAAA=
        """
    private static let json = #"""
        {"resourceSpans": [{"resource": {"attributes": [
            {"key": "service.name", "value": {"stringValue": "shop"}},
            {"key": "telemetry.sdk.name", "value": {"stringValue": "x"}}]},
          "scopeSpans": [{"spans": [{
            "traceId": "000102030405060708090A0B0C0D0E0F", "spanId": "0001020304050607",
            "parentSpanId": "0102030405060708", "name": "work", "kind": 1,
            "startTimeUnixNano": "1700000000000000001", "endTimeUnixNano": 1700000000000000009,
            "attributes": [
              {"key": "t", "value": {"stringValue": "é"}}, {"key": "b", "value": {"boolValue": true}},
              {"key": "i", "value": {"intValue": "-5"}}, {"key": "d", "value": {"doubleValue": 0.5}}, {"key": "n"},
              {"key": "a", "value": {"arrayValue": {"values": [{"intValue": 1}, {"stringValue": "x"}]}}},
              {"key": "m", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"intValue": 2}}]}}},
              {"key": "t", "value": {"stringValue": "again"}}],
            "events": [{"timeUnixNano": 3, "name": "exception",
                        "attributes": [{"key": "m", "value": {"stringValue": "boom"}}]}],
            "links": [{"traceId": "000102030405060708090a0b0c0d0e0f", "spanId": "0001020304050607"}],
            "status": {"code": 2, "message": "bad"}}]}]}]}
        """#

    private func bytes(_ base64: String) throws -> [UInt8] {
        [UInt8](try #require(Data(base64Encoded: base64, options: .ignoreUnknownCharacters)))
    }

    @Test("a span is read with its attributes once each, its event, its link and its program")
    func protobuf() throws {
        let sent = try #require(try OTLPTraces.spans(protobuf: try self.bytes(Self.protobuf)).first)
        let trace = "000102030405060708090a0b0c0d0e0f"
        #expect(sent.resource == [KeyValue(key: "service.name", value: "shop")])
        #expect(
            sent.span.trace == trace && sent.span.id == "0001020304050607" && sent.span.parent == "0102030405060708")
        #expect(sent.span.startedAt == 1_700_000_000_000_000_001 && sent.span.endedAt == 1_700_000_000_000_000_009)
        #expect(sent.span.status == .error && sent.span.statusMessage == "bad")
        #expect(
            sent.span.attributes == [
                SpanField("t", .text("again")), SpanField("b", .bool(true)), SpanField("i", .integer(-5)),
                SpanField("d", .number(0.5)), SpanField("n", .null), SpanField("a", .array([.integer(1), .text("x")])),
                SpanField("m", .map([SpanField("k", .integer(2))])),
                SpanField("mlflow.traceRequestId", .text("tr-" + trace)),
            ])
        #expect(sent.span.events == [.init(name: "exception", at: 3, attributes: [SpanField("m", .text("boom"))])])
        #expect(sent.span.links == [.init(trace: "tr-" + trace, span: "0001020304050607")])
    }

    @Test("JSON says the same as protobuf") func json() throws {
        let read = try OTLPTraces.spans(json: Array(Self.json.utf8)).map(\.span)
        #expect(read == (try OTLPTraces.spans(protobuf: try self.bytes(Self.protobuf)).map(\.span)))
    }

    @Test("a packed body is unpacked, and not beyond the limit") func packed() throws {
        let (packed, plain) = (try self.bytes(Self.gzip), try self.bytes(Self.protobuf))
        #expect(try Inflation.unpack(packed, "gzip", upTo: .mebibytes(1)) == plain)
        #expect(throws: OTLPError.tooLarge(ByteCount(100))) {
            try Inflation.unpack(packed, "gzip", upTo: ByteCount(100))
        }
        #expect(throws: OTLPError.compression("gzip")) { try Inflation.unpack(plain, "gzip", upTo: .mebibytes(1)) }
        #expect(throws: OTLPError.compression("gzip")) {
            try Inflation.unpack(Array(packed.dropLast(12)), "gzip", upTo: .mebibytes(1))
        }
        #expect(throws: OTLPError.contentEncoding("br")) { try Inflation.unpack(plain, "br", upTo: .mebibytes(1)) }
    }

    @Test("what is cut or changed anywhere is refused or read, and never more than that")
    func fuzz() throws {
        let plain = try self.bytes(Self.protobuf)
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            var bytes = plain
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random) / 4)
            do { _ = try OTLPTraces.spans(protobuf: bytes) } catch { #expect(error.status >= 400) }
        }
        let text = Array(Self.json.utf8)
        for _ in 0..<3000 {
            var bytes = text
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
            do { _ = try OTLPTraces.spans(json: bytes) } catch { #expect(error.status >= 400) }
        }
    }

    @Test(
        "a span without ids, or with longer ones than there are, is refused",
        arguments: ["", "00", "001122334455667788"])
    func ids(id: String) throws {
        let json = #"{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "ab", "spanId": "\#(id)"}]}]}]}"#
        if id == "00" {
            #expect(try OTLPTraces.spans(json: Array(json.utf8)).first?.span.id == "0000000000000000")
        } else {
            #expect(throws: OTLPError.unconvertible) { try OTLPTraces.spans(json: Array(json.utf8)) }
        }
    }
}
