import Contract
import Kernel

/// The decoder that a probed type is made from.
struct ProbeDecoder: Decoder {
    let probe: SchemaProbe
    let record: ObjectRecord
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        self.record.open()
        return KeyedDecodingContainer(ProbeFields<Key>(probe: self.probe, record: self.record))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw SchemaError(type: "an array", reason: "it reads itself in its own way")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        throw SchemaError(type: "a single value", reason: "it reads itself in its own way")
    }
}

/// Answers for every field with a sample, and notes its schema.
struct ProbeFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: SchemaProbe
    let record: ObjectRecord
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let (value, schema) = try self.probe.probe(type)
        self.record.add(key.stringValue, schema, isRequired: true)
        return value
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        let (value, schema) = try self.probe.probe(type)
        self.record.add(key.stringValue, schema, isRequired: false)
        return value
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try self.simple(key) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try self.simple(key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try self.simple(key) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try self.simple(key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try self.simple(key) }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try self.optional(key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try self.optional(key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try self.optional(key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try self.optional(key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try self.optional(key) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        throw SchemaError(type: key.stringValue, reason: "it is nested by hand")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw SchemaError(type: key.stringValue, reason: "it is nested by hand")
    }

    func superDecoder() throws -> any Decoder { throw SchemaError(type: "super", reason: "classes are not probed") }
    func superDecoder(forKey key: Key) throws -> any Decoder { try self.superDecoder() }

    private func simple<T: Decodable>(_ key: Key) throws -> T {
        let (value, schema) = try self.probe.probe(T.self)
        self.record.add(key.stringValue, schema, isRequired: true)
        return value
    }

    private func optional<T: Decodable>(_ key: Key) throws -> T? {
        let (value, schema) = try self.probe.probe(T.self)
        self.record.add(key.stringValue, schema, isRequired: false)
        return value
    }
}
