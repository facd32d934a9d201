import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A secret of 32 bytes that authenticates messages (HMAC-SHA-256) and from which other keys are derived.
///
/// Prints as `•••`.
package struct HMACKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let byteCount = 32

    private let key: SymmetricKey

    /// - Parameter bytes: exactly 32, from a generator fit for keys.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a key has 32 bytes")
        self.key = SymmetricKey(data: bytes)
    }

    /// A new key from the system's generator.
    package static func random() -> HMACKey { HMACKey(bytes: Digest.randomBytes(Self.byteCount)) }

    /// The code for `message`, 32 bytes.
    package func authenticate(_ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: self.key))
    }

    /// The code for the UTF-8 of `message`, 64 hex digits.
    package func authenticate(_ message: String) -> String { Hex.encode(self.authenticate(Array(message.utf8))) }

    /// Whether `code` is that of `message`, compared in constant time.
    package func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        Digest.constantTimeEquals(code, self.authenticate(message))
    }

    /// Whether `code`, in hex, is that of `message`, compared in constant time.
    package func isValid(_ code: String, for message: String) -> Bool {
        Digest.constantTimeEquals(Array(code.utf8), Array(self.authenticate(message).utf8))
    }

    /// Another key for one purpose, such as `blob-urls`. Knowing it tells nothing about this one or its siblings.
    ///
    /// Source: HKDF-SHA-256, RFC 5869, with an empty salt and `purpose` as info.
    package func derived(for purpose: String) -> HMACKey {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: self.key, info: Array(purpose.utf8), outputByteCount: Self.byteCount)
        return HMACKey(bytes: derived.withUnsafeBytes { Array($0) })
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    var symmetric: SymmetricKey { self.key }
    var bytes: [UInt8] { self.key.withUnsafeBytes { Array($0) } }
}

/// Bytes as lower-case hex digits.
package enum Hex {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil when `text` has an odd length or anything but lower-case hex digits.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case 48...57: digit - 48
            case 97...102: digit - 87
            default: nil
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for position in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[position]), let low = value(digits[position + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
