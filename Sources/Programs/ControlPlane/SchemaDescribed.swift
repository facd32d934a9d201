import Contract
import Kernel

/// A type that reads itself from JSON in a way of its own, and says which.
protocol SchemaDescribed: Decodable {
    static var sample: Self { get }
    static func schema(_ probe: SchemaProbe) throws -> JSONValue
}

extension Bool: SchemaDescribed {
    static var sample: Bool { false }
    static func schema(_ probe: SchemaProbe) -> JSONValue { ["type": "boolean"] }
}

extension String: SchemaDescribed {
    static var sample: String { "" }
    static func schema(_ probe: SchemaProbe) -> JSONValue { ["type": "string"] }
}

extension Double: SchemaDescribed {
    static var sample: Double { 0 }
    static func schema(_ probe: SchemaProbe) -> JSONValue { ["type": "number"] }
}

extension Int: SchemaDescribed {
    static var sample: Int { 0 }
    static func schema(_ probe: SchemaProbe) -> JSONValue { ["type": "integer"] }
}

extension Int64: SchemaDescribed {
    static var sample: Int64 { 0 }
    static func schema(_ probe: SchemaProbe) -> JSONValue { ["type": "integer", "format": "int64"] }
}

extension Array: SchemaDescribed where Element: Decodable {
    static var sample: [Element] { [] }
    static func schema(_ probe: SchemaProbe) throws -> JSONValue {
        ["type": "array", "items": try probe.schema(of: Element.self)]
    }
}

extension Dictionary: SchemaDescribed where Key == String, Value: Decodable {
    static var sample: [String: Value] { [:] }
    static func schema(_ probe: SchemaProbe) throws -> JSONValue {
        ["type": "object", "additionalProperties": try probe.schema(of: Value.self)]
    }
}

extension ID: SchemaDescribed {
    static var sample: ID { ID(raw: 0) }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        ["type": "string", "pattern": .string("^\(Entity.idPrefix)_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    }
}

extension Timestamp: SchemaDescribed {
    static var sample: Timestamp { Timestamp(milliseconds: 0) }
    static func schema(_ probe: SchemaProbe) -> JSONValue { ["type": "string", "format": "date-time"] }
}

extension TimeSpan: SchemaDescribed {
    static var sample: TimeSpan { .zero }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        [
            "type": "string", "description": "A duration such as 500ms, 90s, 15m or 2h.",
            "pattern": "^[0-9.]+(ms|s|m|h|d|y)$",
        ]
    }
}

extension Money: SchemaDescribed {
    static var sample: Money { .zero }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        ["type": "integer", "format": "int64", "description": "Nano-dollars: 1000000000 is one US dollar."]
    }
}

extension Dollars: SchemaDescribed {
    static var sample: Dollars { .zero }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        ["type": "string", "description": "US dollars such as 12.34.", "pattern": "^-?[0-9]+([.][0-9]{1,9})?$"]
    }
}

extension ByteCount: SchemaDescribed {
    static var sample: ByteCount { .zero }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        ["type": "integer", "format": "int64", "description": "Bytes."]
    }
}

extension ContentDigest: SchemaDescribed {
    static var sample: ContentDigest { ContentDigest(bytes: [UInt8](repeating: 0, count: 32)) }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        ["type": "string", "description": "A SHA-256.", "pattern": "^[0-9a-f]{64}$"]
    }
}

extension Residency: SchemaDescribed {
    static var sample: Residency { .any }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        [
            "type": "array", "items": ["type": "array", "items": ["type": "string"]],
            "description": "All of these clauses hold, each by one of its zones; empty is anywhere.",
        ]
    }
}
