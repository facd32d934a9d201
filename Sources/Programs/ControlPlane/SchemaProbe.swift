import Contract
import Kernel

/// Learns the JSON schema of a `Decodable` type by decoding a sample of it.
///
/// The compiler's own `init(from:)` asks for every field with its name, its type and whether it may be absent. The probe
/// answers each question with a sample and writes down what was asked, so the schema is what the decoder really reads.
/// Types that read themselves in their own way say their schema as `SchemaDescribed`; a type that is neither makes the
/// probe fail, and with it the test that walks the route table.
final class SchemaProbe {
    /// Named schemas of objects, for `#/components/schemas`.
    private(set) var components: [String: JSONValue] = [:]

    /// The schema of `type`: in place for simple ones, a reference for objects.
    func schema(of type: any Decodable.Type) throws -> JSONValue {
        try self.probe(type).schema
    }

    /// A sample of `type` and its schema.
    func probe<T: Decodable>(_ type: T.Type) throws -> (value: T, schema: JSONValue) {
        if let described = type as? any SchemaDescribed.Type {
            let (sample, schema) = try self.described(described)
            return (try Self.cast(sample), schema)
        }
        if let cases = type as? any (CaseIterable & RawRepresentable).Type {
            let (sample, schema) = try Self.enumeration(cases)
            return (try Self.cast(sample), schema)
        }
        return try self.object(type)
    }

    private func described<D: SchemaDescribed>(_ type: D.Type) throws -> (Any, JSONValue) {
        (type.sample, try type.schema(self))
    }

    private static func enumeration<E: CaseIterable & RawRepresentable>(_ type: E.Type) throws -> (Any, JSONValue) {
        guard let first = type.allCases.first else { throw SchemaError(type: "\(type)", reason: "it has no case") }
        let values = type.allCases.compactMap { ($0.rawValue as? String).map(JSONValue.string) }
        return (first, ["type": "string", "enum": .array(values)])
    }

    private func object<T: Decodable>(_ type: T.Type) throws -> (value: T, schema: JSONValue) {
        let record = ObjectRecord()
        let value = try T(from: ProbeDecoder(probe: self, record: record))
        guard record.isObject else {
            throw SchemaError(
                type: "\(type)", reason: "it reads itself in its own way; let it conform to SchemaDescribed")
        }
        let name = Self.name(of: type)
        let schema = record.schema
        if let known = self.components[name], known != schema {
            throw SchemaError(type: "\(type)", reason: "another type has the name \(name)")
        }
        self.components[name] = schema
        return (value, ["$ref": .string("#/components/schemas/\(name)")])
    }

    /// `Run`, `ErrorBody.Content`, `PageOfRun`: without modules, of the characters that OpenAPI allows.
    static func name(of type: Any.Type) -> String {
        func plain(_ text: Substring) -> String {
            text.split(separator: ".").dropFirst().joined(separator: ".")
        }
        let text = String(reflecting: type)
        guard let open = text.firstIndex(of: "<") else { return plain(text[...]) }
        return plain(text[..<open]) + "Of" + plain(text[text.index(after: open)...].dropLast())
    }

    private static func cast<T>(_ value: Any) throws -> T {
        guard let value = value as? T else {
            throw SchemaError(type: "\(T.self)", reason: "its sample is of another type")
        }
        return value
    }
}

/// Why a type has no schema. A mistake in this program, found by its tests.
struct SchemaError: Fault, Equatable {
    let type: String
    let reason: String

    var kind: FaultKind { .bug }
    var message: String { "The type \(self.type) has no schema: \(self.reason)." }
}

/// The fields an object was asked for.
final class ObjectRecord {
    private(set) var isObject = false
    private var fields: [String: JSONValue] = [:]
    private var required: [String] = []

    func open() { self.isObject = true }

    func add(_ field: String, _ schema: JSONValue, isRequired: Bool) {
        self.fields[field] = schema
        if isRequired { self.required.append(field) }
    }

    var schema: JSONValue {
        var schema: [String: JSONValue] = ["type": "object", "properties": .object(self.fields)]
        if !self.required.isEmpty { schema["required"] = .array(self.required.sorted().map(JSONValue.string)) }
        return .object(schema)
    }
}
