/// An IPv4 or IPv6 address.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16, in network order.
    package let bytes: [UInt8]
    /// As the resolver writes it.
    package let description: String

    package init(bytes: [UInt8], text: String) {
        precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
        self.bytes = bytes
        self.description = text
    }

    /// Whether everybody can reach it: not of a private network, this machine, a link, a test, or a group.
    ///
    /// IPv6 forms that carry an IPv4 address (mapped, 6to4, NAT64) are judged by it.
    ///
    /// - Source: IANA special-purpose address registries (RFC 6890 and its updates).
    package var isPublic: Bool {
        if self.bytes.count == 4 { return Self.isPublic(self.bytes[...]) }
        if let embedded = self.embedded { return Self.isPublic(embedded) }
        guard self.bytes[0] & 0xE0 == 0x20 else { return false }
        let special: [(prefix: [UInt8], bits: Int)] = [
            ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x3F, 0xFF, 0x00], 20),
        ]
        return !special.contains { Self.matches(self.bytes[...], $0.prefix, $0.bits) }
    }

    private var embedded: ArraySlice<UInt8>? {
        let head = Array(self.bytes.prefix(12))
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)
        if head == mapped || head == translated { return self.bytes[12...] }
        return self.bytes.starts(with: [0x20, 0x02]) ? self.bytes[2..<6] : nil
    }

    private static func isPublic(_ address: ArraySlice<UInt8>) -> Bool {
        let special: [(prefix: [UInt8], bits: Int)] = [
            ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
            ([192, 0, 2], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24), ([203, 0, 113], 24),
            ([224], 3),
        ]
        return !special.contains { Self.matches(address, $0.prefix, $0.bits) }
    }

    private static func matches(_ address: ArraySlice<UInt8>, _ prefix: [UInt8], _ bits: Int) -> Bool {
        for (index, expected) in prefix.enumerated() {
            let rest = bits - 8 * index
            let mask: UInt8 = rest >= 8 ? 0xFF : rest <= 0 ? 0 : ~(0xFF >> UInt8(rest))
            if address[address.startIndex + index] & mask != expected & mask { return false }
        }
        return true
    }
}
