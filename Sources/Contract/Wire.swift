package import Kernel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON as it crosses the network and lies in TEXT columns: camelCase, keys sorted, no escaped slashes.
package enum Wire {
    /// - Throws: nothing in practice; every Contract value encodes.
    package static func encode(_ value: some Encodable) throws(PlainFault) -> [UInt8] {
        do { return [UInt8](try self.encoder().encode(value)) } catch {
            throw PlainFault(.bug, "A value could not be written as JSON.", detail: "\(error)")
        }
    }

    package static func text(_ value: some Encodable) throws(PlainFault) -> String {
        String(decoding: try self.encode(value), as: UTF8.self)
    }

    /// - Throws: `invalid`, naming the field that is missing or has the wrong type.
    package static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from bytes: [UInt8])
        throws(PlainFault) -> Value
    {
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch let error as DecodingError {
            throw PlainFault(.invalid, self.sentence(for: error), detail: "\(error)")
        } catch let fault as any Fault {
            throw PlainFault(fault.kind, fault.message, detail: fault.detail)
        } catch {
            throw PlainFault(.invalid, "The body is not JSON. Send a JSON document.", detail: "\(error)")
        }
    }

    package static func decode<Value: Decodable>(_ type: Value.Type = Value.self, text: String) throws(PlainFault)
        -> Value
    {
        try self.decode(type, from: Array(text.utf8))
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private static func sentence(for error: DecodingError) -> String {
        func path(_ keys: [any CodingKey]) -> String {
            keys.isEmpty ? "the document" : "'" + keys.map(\.stringValue).joined(separator: ".") + "'"
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "The field \(path(context.codingPath + [key])) is missing. Add it."
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "The value of \(path(context.codingPath)) has the wrong type. \(context.debugDescription)"
        case .dataCorrupted(let context):
            if context.codingPath.isEmpty { return "The body is not valid JSON. Send a JSON document." }
            return "The value of \(path(context.codingPath)) cannot be read: \(context.debugDescription)."
        @unknown default: return "The body cannot be read."
        }
    }
}
