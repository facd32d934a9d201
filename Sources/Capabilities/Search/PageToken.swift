import FoundationEssentials

/// Where the next page of a search begins: after the row whose sort values these are.
///
/// A token names a place and no count of rows, so a page costs the same wherever it is and misses nothing and repeats nothing
/// when rows come and go meanwhile. It is bound to its search: with another filter, order or scope the place means nothing, and
/// such a token is refused. To clients it is opaque. It is not signed: it selects nothing that the search would not.
package struct PageToken: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case null
        case integer(Int64)
        case number(Double)
        case text(String)
    }

    /// One for each term by which the search is ordered.
    package var values: [Value]

    package init(_ values: [Value]) { self.values = values }

    /// More bytes than any place takes.
    package static let maximumLength = 65_536
    /// Changes when the form does: older tokens are then refused.
    private static let version: UInt8 = 1

    /// The token as text: letters, digits, `-` and `_`.
    package func encoded(for search: SearchFingerprint) -> String {
        var bytes: [UInt8] = [Self.version]
        Self.append(search.value, to: &bytes)
        for value in self.values {
            switch value {
            case .null: bytes.append(0)
            case .integer(let number):
                bytes.append(1)
                Self.append(UInt64(bitPattern: number), to: &bytes)
            case .number(let number):
                bytes.append(2)
                Self.append(number.bitPattern, to: &bytes)
            case .text(let text):
                bytes.append(3)
                Self.append(UInt64(text.utf8.count), to: &bytes)
                bytes.append(contentsOf: text.utf8)
            }
        }
        return String(
            Data(bytes).base64EncodedString().compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }

    /// Reads a token; nil for no token and for an empty one, which mean the first page.
    ///
    /// - Throws: `invalidPageToken` for a text that is no token, or that another search gave.
    package static func decode(_ text: String?, for search: SearchFingerprint) throws(SearchError) -> PageToken? {
        guard let text, !text.isEmpty else { return nil }
        let malformed = SearchError.invalidPageToken(
            "Invalid page token '\(text.prefix(40))'. Pass on 'next_page_token' as it came.")
        guard text.utf8.count <= Self.maximumLength else { throw malformed }
        var base64 = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64), data.first == Self.version else { throw malformed }
        var rest = [UInt8](data)[...].dropFirst()
        guard let fingerprint = Self.take(&rest) else { throw malformed }
        guard fingerprint == search.value else {
            throw .invalidPageToken(
                "Invalid page token: it belongs to a search with another filter, order, view or scope. "
                    + "Repeat that search, or leave the token out to begin this one.")
        }
        var values: [Value] = []
        while let kind = rest.popFirst() {
            guard let value = Self.value(kind, &rest) else { throw malformed }
            values.append(value)
        }
        return PageToken(values)
    }

    private static func value(_ kind: UInt8, _ rest: inout ArraySlice<UInt8>) -> Value? {
        if kind == 0 { return .null }
        guard (1...3).contains(kind), let number = self.take(&rest) else { return nil }
        switch kind {
        case 1: return .integer(Int64(bitPattern: number))
        case 2: return .number(Double(bitPattern: number))
        default:
            guard number <= UInt64(rest.count) else { return nil }
            let bytes = rest.prefix(Int(number))
            rest = rest.dropFirst(Int(number))
            return String(validating: bytes, as: UTF8.self).map { .text($0) }
        }
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func take(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        guard rest.count >= 8 else { return nil }
        let number = rest.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(8)
        return number
    }
}

/// What makes a search the same on every page, as 64 bits: its scope, filter, order and view.
///
/// - Source: FNV-1a, 64 bits, over the parts with their lengths.
package struct SearchFingerprint: Hashable, Sendable {
    package let value: UInt64

    package init(_ parts: some Sequence<String>) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for part in parts {
            for byte in part.utf8 { add(byte) }
            for shift in [0, 8, 16, 24] { add(UInt8(truncatingIfNeeded: part.utf8.count >> shift)) }
        }
        self.value = hash
    }
}
