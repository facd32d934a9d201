package import Kernel

import Crypto

/// SHA-256, HMAC, sealing, tokens: every use of cryptography in the house goes through here.
///
/// The target wraps swift-crypto in a handful of verbs over `[UInt8]`, so that no other target chooses an algorithm, a nonce
/// or a comparison. It knows no files but the master key's (`KeyFile`) and no nouns. It fails only where bytes from outside
/// do not verify, and says no more than that. SHA-256 runs at some hundred MB/s per core; HMAC of a short text and sealing
/// of a small secret cost about a microsecond.
package enum Digest {
    /// The SHA-256 of `bytes`.
    package static func sha256(_ bytes: [UInt8]) -> ContentDigest {
        SHA256.hash(data: bytes).withUnsafeBytes { ContentDigest(raw: $0) }
    }

    /// The SHA-256 of the UTF-8 of `text`.
    package static func sha256(_ text: String) -> ContentDigest { self.sha256(Array(text.utf8)) }

    /// The SHA-256 of `bytes`, 32 raw bytes.
    package static func sha256Bytes(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    /// The SHA-256 of the UTF-8 of `text` as four big-endian words, without allocating: a key to look up by.
    package static func sha256Words(_ text: Substring) -> (UInt64, UInt64, UInt64, UInt64) {
        var text = text
        let hash = text.withUTF8 { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash.finalize()
        }
        return hash.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// HMAC-SHA-256 of `message` under a secret that somebody else chose, of any length: 32 bytes. Our own keys are `HMACKey`.
    package static func authenticate(_ message: [UInt8], secret: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
    }

    /// Whether both are equal, in a time that depends on their lengths only.
    package static func constantTimeEquals(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for (x, y) in zip(a, b) { difference |= x ^ y }
        return difference == 0
    }

    /// `count` bytes from the system's generator, fit for keys and tokens.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

/// SHA-256 of bytes that arrive in pieces, such as a stream.
package struct SHA256Hasher: Sendable {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ bytes: [UInt8]) { self.hash.update(data: bytes) }
    package mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { self.hash.update(bufferPointer: $0) }
    }
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { self.hash.update(bufferPointer: bytes) }
    /// The UTF-8 of `text`.
    package mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { self.hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    /// The digest of what was given so far; more may follow.
    package func finish() -> ContentDigest {
        self.hash.finalize().withUnsafeBytes { ContentDigest(raw: $0) }
    }
    /// The same, as 32 raw bytes.
    package func finishBytes() -> [UInt8] { Array(self.hash.finalize()) }
}
