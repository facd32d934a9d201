package import Contract
import Kernel

/// The fields of a request: those of the JSON body or, of a GET or DELETE, of the query.
///
/// As MLflow's server does, it ignores fields that it does not know, treats null as absent, and takes a field by its name in
/// the proto (`run_id`) or in JSON (`runId`).
package struct MLflowFields: Sendable {
    /// An object; of the query every value is a string, or an array of strings when its name came several times.
    package let object: [String: JSONValue]
    /// Where the object stands in the request, such as `params[0]`; empty for the request itself.
    private let path: String

    package init(_ object: [String: JSONValue], at path: String = "") {
        self.object = object
        self.path = path
    }

    /// Reads the body or the query, as `route` takes it.
    ///
    /// - Throws: `invalidParameterValue` or `badRequest` for what cannot be read.
    init(of call: CompatibleCall, for route: MLflowRoute) async throws {
        var object: [String: JSONValue] = [:]
        self.path = ""
        if let query = call.query { object = try Self.pairs(query) }
        guard case .fields = route.body else {
            self.object = object
            return
        }
        let bytes = try await Self.body(of: call)
        if !bytes.isEmpty {
            let fields = try Self.fields(bytes)
            if object.isEmpty { object = fields } else { object.merge(fields) { $1 } }
        }
        self.object = object
    }

    /// The fields in the bytes of a JSON object.
    ///
    /// - Throws: `invalidParameterValue` for what is none.
    init(json bytes: [UInt8]) throws(MLflowError) { self.init(bytes.isEmpty ? [:] : try Self.fields(bytes)) }

    /// The bytes of a JSON body.
    ///
    /// - Throws: `invalidParameterValue` for another type of content, `badRequest` for a body that is too large.
    static func body(of call: CompatibleCall) async throws -> [UInt8] {
        try self.checkType(of: call)
        guard let bytes = try await call.body.bytes(upTo: MLflow.bodyLimit) else {
            throw MLflowError(
                .badRequest, "The request is larger than \(MLflow.bodyLimit). Send smaller batches.", status: 413)
        }
        return bytes
    }

    package subscript(name: String) -> JSONValue? {
        if let value = self.object[name] { return value == .null ? nil : value }
        guard name.utf8.contains(UInt8(ascii: "_")), let value = self.object[Self.camelCase(name)] else { return nil }
        return value == .null ? nil : value
    }

    /// A string that must be there and not be empty.
    package func required(_ name: String) throws(MLflowError) -> String {
        guard let text = try self.string(name), !text.isEmpty else { throw .missing(self.at(name)) }
        return text
    }

    /// A string, when it is there.
    package func string(_ name: String) throws(MLflowError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.stringValue else { throw .invalid(value, for: self.at(name)) }
        return text
    }

    /// An object; one without fields when it is not there.
    package func object(_ name: String) throws(MLflowError) -> MLflowFields {
        switch self[name] {
        case nil: return MLflowFields([:], at: self.at(name))
        case .object(let fields): return MLflowFields(fields, at: self.at(name))
        case .some(let value): throw .invalid(value, for: self.at(name))
        }
    }

    /// A 64-bit integer, when it is there: a number, or text that is one, as the query has it.
    package func integer(_ name: String) throws(MLflowError) -> Int64? {
        switch self[name] {
        case nil: return nil
        case .integer(let value): return value
        case .number(let value) where value == value.rounded() && abs(value) < 0x1p63: return Int64(value)
        case .string(let text): if let value = Int64(text) { return value }
        default: break
        }
        throw .invalid(self[name] ?? .null, for: self.at(name))
    }

    package func bool(_ name: String) throws(MLflowError) -> Bool? {
        switch self[name] {
        case nil: return nil
        case .bool(let value): return value
        case .string("true"), .string("True"): return true
        case .string("false"), .string("False"): return false
        default: throw .invalid(self[name] ?? .null, for: self.at(name))
        }
    }

    /// A list of strings; empty when it is not there. One value of a query is a list too.
    package func strings(_ name: String) throws(MLflowError) -> [String] {
        switch self[name] {
        case nil: return []
        case .string(let text): return [text]
        case .array(let items):
            let texts = items.compactMap(\.stringValue)
            guard texts.count == items.count else { break }
            return texts
        default: break
        }
        throw .invalid(self[name] ?? .null, for: self.at(name))
    }

    /// A list of objects; empty when it is not there.
    package func objects(_ name: String) throws(MLflowError) -> [MLflowFields] {
        guard let value = self[name] else { return [] }
        guard case .array(let items) = value else { throw .invalid(value, for: self.at(name)) }
        var objects: [MLflowFields] = []
        objects.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            let path = "\(self.at(name))[\(index)]"
            guard case .object(let fields) = item else { throw .invalid(item, for: path) }
            objects.append(MLflowFields(fields, at: path))
        }
        return objects
    }

    /// The path of a field.
    private func at(_ name: String) -> String { self.path.isEmpty ? name : "\(self.path).\(name)" }

    /// `run_id` as `runId`, the name that proto JSON gives a field.
    private static func camelCase(_ name: String) -> String {
        let parts = name.split(separator: "_")
        return parts.dropFirst().reduce(String(parts.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    /// Only JSON is taken in a body.
    private static func checkType(of call: CompatibleCall) throws(MLflowError) {
        guard call.method == "POST" || call.method == "PUT" else { return }
        guard let type = call.header("content-type") else {
            throw MLflowError(.invalidParameterValue, "Bad Request. Content-Type header is missing.")
        }
        guard type.prefix(while: { $0 != ";" }) == "application/json" else {
            throw MLflowError(
                .invalidParameterValue, "Bad Request. Content-Type must be one of ['application/json'].")
        }
    }

    /// The object in a body. Old clients send it as text in a JSON string.
    private static func fields(_ bytes: [UInt8]) throws(MLflowError) -> [String: JSONValue] {
        var value = try? JSONValue(utf8: bytes)
        if case .string(let text)? = value { value = try? JSONValue(utf8: Array(text.utf8)) }
        switch value {
        case .object(let fields)?: return fields
        case .null?: return [:]
        default: throw MLflowError(.invalidParameterValue, "The request body is not a JSON object.")
        }
    }

    private static func pairs(_ query: Substring) throws(MLflowError) -> [String: JSONValue] {
        var object: [String: JSONValue] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = Self.decoded(parts.count > 1 ? parts[1] : "") else {
                throw MLflowError(.badRequest, "The query '\(pair.prefix(80))' is not percent-encoded UTF-8.")
            }
            switch object[name] {
            case nil: object[name] = .string(value)
            case .array(let items): object[name] = .array(items + [.string(value)])
            case .some(let first): object[name] = .array([first, .string(value)])
            }
        }
        return object
    }

    /// Form encoding: a plus is a space.
    private static func decoded(_ text: Substring) -> String? {
        PercentEncoding.decode(String(text.map { $0 == "+" ? " " : $0 }))
    }
}
