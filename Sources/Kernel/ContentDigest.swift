/// The SHA-256 of some bytes, as a value: 64 lower-case hex digits everywhere it is written. `Digest` computes it.
package struct ContentDigest: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let hex: String

    /// Takes 64 lower-case hex digits; nil for anything else, so that a digest can safely be part of a path.
    package init?(_ hex: some StringProtocol) {
        guard hex.utf8.count == 64,
            hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self.hex = String(hex)
    }

    /// From the 32 raw bytes of the hash.
    package init(bytes: some Sequence<UInt8>) {
        let digits = Array("0123456789abcdef".utf8)
        var hex: [UInt8] = []
        hex.reserveCapacity(64)
        for byte in bytes {
            hex.append(digits[Int(byte >> 4)])
            hex.append(digits[Int(byte & 15)])
        }
        precondition(hex.count == 64, "SHA-256 has 32 bytes")
        self.hex = String(decoding: hex, as: UTF8.self)
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
