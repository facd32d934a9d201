extension ID {
    /// The same 128 bits as 32 lower-case hexadecimal digits, as MLflow writes the ids of runs.
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            var rest = self.raw
            for position in (0..<32).reversed() {
                let digit = UInt8(truncatingIfNeeded: rest & 15)
                buffer[position] = digit < 10 ? 48 + digit : 87 + digit
                rest >>= 4
            }
            return 32
        }
    }

    /// Parses 32 lower-case hexadecimal digits; nil for any other text.
    package init?(hexadecimal text: some StringProtocol) {
        var raw: UInt128 = 0
        var count = 0
        for byte in text.utf8 {
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte - 48
            case 97...102: digit = byte - 87
            default: return nil
            }
            count += 1
            guard count <= 32 else { return nil }
            raw = raw << 4 | UInt128(digit)
        }
        guard count == 32 else { return nil }
        self.init(raw: raw)
    }
}
