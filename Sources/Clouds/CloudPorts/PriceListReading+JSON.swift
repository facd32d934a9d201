import Kernel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension PriceListReading {
    /// A page that is a JSON document.
    ///
    /// - Throws: `malformed`, naming the field that is missing, has another type, or cannot be read.
    package func decode<Page: Decodable>(_ type: Page.Type, from bytes: [UInt8]) throws(PriceSourceError) -> Page {
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch let error as DecodingError {
            throw self.malformed(Self.problem(error))
        } catch {
            throw self.malformed("the document cannot be read")
        }
    }

    private static func problem(_ error: DecodingError) -> String {
        func path(_ keys: [any CodingKey]) -> String {
            keys.isEmpty
                ? "the document"
                : "'"
                    + keys.map { $0.intValue.map(String.init) ?? $0.stringValue }
                    .joined(separator: ".") + "'"
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): return "\(path(context.codingPath)) is null"
        case .typeMismatch(_, let context): return "\(path(context.codingPath)) has another type than documented"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "the document is not whole JSON" : "\(path(context.codingPath)) cannot be read"
        @unknown default: return "the document cannot be read"
        }
    }
}

/// A JSON number as its digits: binary floating point never touches a price.
package struct ListedNumber: Decodable, Sendable, Hashable, CustomStringConvertible {
    private let decimal: Decimal

    package init(from decoder: any Decoder) throws {
        self.decimal = try decoder.singleValueContainer().decode(Decimal.self)
    }

    /// Plain decimal notation.
    package var description: String { self.decimal.description }

    package var isZero: Bool { self.decimal == 0 }
}
