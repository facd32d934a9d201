import Kernel

/// Bearer tokens: 256 random bits as text, of which only the hash is stored.
package enum Token {
    /// A new token: 43 characters of `A–Z a–z 0–9 - _` from the system's generator.
    package static func random() -> String { self.base64url(Digest.randomBytes(32)) }

    /// What is stored of a token: the SHA-256 of its text in hex. A slow hash would add nothing to 256 random bits.
    package static func hash(_ token: String) -> String { Digest.sha256(token).hex }

    /// Whether `token` is the one whose hash was stored, compared in constant time.
    package static func matches(_ token: String, hash: String) -> Bool {
        Digest.constantTimeEquals(Array(self.hash(token).utf8), Array(hash.utf8))
    }

    private static func base64url(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(digits[Int(buffer >> UInt32(bits)) & 63])
            }
        }
        if bits > 0 { text.append(digits[Int(buffer << UInt32(6 - bits)) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }
}
