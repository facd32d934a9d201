import Contract
import Foundation
import SwiftProtobuf

/// A message of OpenTelemetry's protocol as far as traces need it. It is read and never written; fields that nothing needs
/// are passed over.
///
/// - Source: opentelemetry-proto 1.x: `trace_service.proto`, `trace.proto`, `resource.proto`, `common.proto`.
protocol OTLPMessage: SwiftProtobuf.Message, Equatable {
    /// Reads the field that the decoder stands at.
    mutating func read(_ field: Int, from decoder: inout some Decoder) throws
}

extension OTLPMessage {
    static var protoMessageName: String { "opentelemetry.proto.\(Self.self)" }

    mutating func decodeMessage<D: Decoder>(decoder: inout D) throws {
        while let field = try decoder.nextFieldNumber() { try self.read(field, from: &decoder) }
    }

    func traverse<V: Visitor>(visitor: inout V) throws { try self.unknownFields.traverse(visitor: &visitor) }
    func isEqualTo(message: any SwiftProtobuf.Message) -> Bool { (message as? Self) == self }
    func hash(into hasher: inout Hasher) { hasher.combine(Self.protoMessageName) }
}

/// What an exporter sends.
struct OTLPRequest: OTLPMessage {
    var resourceSpans: [OTLPResourceSpans] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        if field == 1 { try decoder.decodeRepeatedMessageField(value: &self.resourceSpans) }
    }
}

struct OTLPResourceSpans: OTLPMessage {
    var resource: OTLPResource?
    var scopeSpans: [OTLPScopeSpans] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        switch field {
        case 1: try decoder.decodeSingularMessageField(value: &self.resource)
        case 2: try decoder.decodeRepeatedMessageField(value: &self.scopeSpans)
        default: break
        }
    }
}

struct OTLPResource: OTLPMessage {
    var attributes: [OTLPKeyValue] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        if field == 1 { try decoder.decodeRepeatedMessageField(value: &self.attributes) }
    }
}

struct OTLPScopeSpans: OTLPMessage {
    var spans: [OTLPSpan] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        if field == 2 { try decoder.decodeRepeatedMessageField(value: &self.spans) }
    }
}

struct OTLPSpan: OTLPMessage {
    var trace = Data()
    var id = Data()
    var parent = Data()
    var name = ""
    var startedAt: UInt64 = 0
    var endedAt: UInt64 = 0
    var attributes: [OTLPKeyValue] = []
    var events: [OTLPEvent] = []
    var links: [OTLPLink] = []
    var status: OTLPStatus?
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        switch field {
        case 1: try decoder.decodeSingularBytesField(value: &self.trace)
        case 2: try decoder.decodeSingularBytesField(value: &self.id)
        case 4: try decoder.decodeSingularBytesField(value: &self.parent)
        case 5: try decoder.decodeSingularStringField(value: &self.name)
        case 7: try decoder.decodeSingularFixed64Field(value: &self.startedAt)
        case 8: try decoder.decodeSingularFixed64Field(value: &self.endedAt)
        case 9: try decoder.decodeRepeatedMessageField(value: &self.attributes)
        case 11: try decoder.decodeRepeatedMessageField(value: &self.events)
        case 13: try decoder.decodeRepeatedMessageField(value: &self.links)
        case 15: try decoder.decodeSingularMessageField(value: &self.status)
        default: break
        }
    }
}

struct OTLPEvent: OTLPMessage {
    var at: UInt64 = 0
    var name = ""
    var attributes: [OTLPKeyValue] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        switch field {
        case 1: try decoder.decodeSingularFixed64Field(value: &self.at)
        case 2: try decoder.decodeSingularStringField(value: &self.name)
        case 3: try decoder.decodeRepeatedMessageField(value: &self.attributes)
        default: break
        }
    }
}

struct OTLPLink: OTLPMessage {
    var trace = Data()
    var span = Data()
    var attributes: [OTLPKeyValue] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        switch field {
        case 1: try decoder.decodeSingularBytesField(value: &self.trace)
        case 2: try decoder.decodeSingularBytesField(value: &self.span)
        case 4: try decoder.decodeRepeatedMessageField(value: &self.attributes)
        default: break
        }
    }
}

struct OTLPStatus: OTLPMessage {
    var message = ""
    /// 1 is good, 2 is an error.
    var code: Int32 = 0
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        switch field {
        case 2: try decoder.decodeSingularStringField(value: &self.message)
        case 3: try decoder.decodeSingularInt32Field(value: &self.code)
        default: break
        }
    }
}

struct OTLPKeyValue: OTLPMessage {
    var key = ""
    var value: OTLPAnyValue?
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        switch field {
        case 1: try decoder.decodeSingularStringField(value: &self.key)
        case 2: try decoder.decodeSingularMessageField(value: &self.value)
        default: break
        }
    }
}

struct OTLPAnyValue: OTLPMessage {
    /// The member of the union that came last.
    var value: SpanValue = .null
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        switch field {
        case 1:
            var text: String?
            try decoder.decodeSingularStringField(value: &text)
            if let text { self.value = .text(text) }
        case 2:
            var flag: Bool?
            try decoder.decodeSingularBoolField(value: &flag)
            if let flag { self.value = .bool(flag) }
        case 3:
            var number: Int64?
            try decoder.decodeSingularInt64Field(value: &number)
            if let number { self.value = .integer(number) }
        case 4:
            var number: Double?
            try decoder.decodeSingularDoubleField(value: &number)
            if let number { self.value = .number(number) }
        case 5:
            var array: OTLPArray?
            try decoder.decodeSingularMessageField(value: &array)
            if let array { self.value = .array(array.values.map(\.value)) }
        case 6:
            var map: OTLPMap?
            try decoder.decodeSingularMessageField(value: &map)
            if let map { self.value = .map(map.values.fields) }
        case 7:
            var bytes: Data?
            try decoder.decodeSingularBytesField(value: &bytes)
            if let bytes { self.value = .bytes([UInt8](bytes)) }
        default: break
        }
    }
}

struct OTLPArray: OTLPMessage {
    var values: [OTLPAnyValue] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        if field == 1 { try decoder.decodeRepeatedMessageField(value: &self.values) }
    }
}

struct OTLPMap: OTLPMessage {
    var values: [OTLPKeyValue] = []
    var unknownFields = UnknownStorage()

    mutating func read(_ field: Int, from decoder: inout some Decoder) throws {
        if field == 1 { try decoder.decodeRepeatedMessageField(value: &self.values) }
    }
}

extension [OTLPKeyValue] {
    var fields: [SpanField] { self.map { SpanField($0.key, $0.value?.value ?? .null) } }
}
