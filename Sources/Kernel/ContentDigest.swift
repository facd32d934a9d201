/// The SHA-256 of some bytes, as a value: 64 lower-case hex digits everywhere it is written. `Digest` computes it.
package struct ContentDigest: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let hex: String

    /// Takes 64 lower-case hex digits; nil for anything else, so that a digest can safely be part of a path.
    package init?(_ hex: some StringProtocol) { self.init(String(hex)) }

    /// As above, without a copy.
    package init?(_ hex: String) {
        var text = hex
        let isDigest = text.withUTF8 { utf8 in
            utf8.count == 64 && utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
        guard isDigest else { return nil }
        self.hex = hex
    }

    /// From the 32 raw bytes of the hash.
    package init(bytes: some Sequence<UInt8>) {
        self = Array(bytes).withUnsafeBytes { ContentDigest(raw: $0) }
    }

    /// The same from memory.
    package init(raw bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == 32, "SHA-256 has 32 bytes")
        func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 48 : 87) }
        self.hex = String(unsafeUninitializedCapacity: 64) { buffer in
            var count = 0
            for byte in bytes {
                buffer[count] = digit(byte >> 4)
                buffer[count + 1] = digit(byte & 15)
                count += 2
            }
            return count
        }
    }

    package var description: String { self.hex }
    package static func < (a: Self, b: Self) -> Bool { a.hex < b.hex }
}

extension ContentDigest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = ContentDigest(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a SHA-256 of 64 lower-case hex digits")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.hex)
    }
}
