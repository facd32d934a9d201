package import Contract
import Kernel

/// The fields of a request: those of the JSON body or, of a GET or DELETE, of the query.
///
/// As MLflow's server does, it ignores fields that it does not know, and treats null as absent.
package struct MLflowFields: Sendable {
    /// An object; of the query every value is a string, or an array of strings when its name came several times.
    package let object: [String: JSONValue]

    package init(_ object: [String: JSONValue]) { self.object = object }

    /// Reads the body or the query, as `route` takes it.
    ///
    /// - Throws: `invalidParameterValue` or `badRequest` for what cannot be read.
    init(of call: CompatibleCall, for route: MLflowRoute) async throws {
        var object: [String: JSONValue] = [:]
        if let query = call.query { object = try Self.pairs(query) }
        guard case .fields = route.body else {
            self.object = object
            return
        }
        guard let bytes = try await call.body.bytes(upTo: MLflow.bodyLimit) else {
            throw MLflowError(
                .badRequest, "The request is larger than \(MLflow.bodyLimit). Send smaller batches.", status: 413)
        }
        if !bytes.isEmpty {
            guard let value = try? JSONValue(utf8: bytes), case .object(let fields) = value else {
                throw MLflowError(.badRequest, "The request body is not a JSON object.")
            }
            object.merge(fields) { $1 }
        }
        self.object = object
    }

    package subscript(name: String) -> JSONValue? {
        guard let value = self.object[name], value != .null else { return nil }
        return value
    }

    /// A string that must be there and not be empty.
    package func required(_ name: String) throws(MLflowError) -> String {
        guard let text = try self.string(name), !text.isEmpty else { throw .missing(name) }
        return text
    }

    /// A string, when it is there.
    package func string(_ name: String) throws(MLflowError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.stringValue else { throw .invalid(value.plain, for: name) }
        return text
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
        throw .invalid(self[name]?.plain ?? "", for: name)
    }

    package func bool(_ name: String) throws(MLflowError) -> Bool? {
        switch self[name] {
        case nil: return nil
        case .bool(let value): return value
        case .string("true"), .string("True"): return true
        case .string("false"), .string("False"): return false
        default: throw .invalid(self[name]?.plain ?? "", for: name)
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
        throw .invalid(self[name]?.plain ?? "", for: name)
    }

    /// A list of objects; empty when it is not there.
    package func objects(_ name: String) throws(MLflowError) -> [MLflowFields] {
        guard let value = self[name] else { return [] }
        guard case .array(let items) = value else { throw .invalid(value.plain, for: name) }
        var objects: [MLflowFields] = []
        objects.reserveCapacity(items.count)
        for item in items {
            guard case .object(let fields) = item else { throw .invalid(item.plain, for: name) }
            objects.append(MLflowFields(fields))
        }
        return objects
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
