import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is stored of a password: a salted hash that is slow to try.
///
/// Text: `pbkdf2-sha256$<rounds>$<salt>$<hash>`, salt and hash in hex. The rounds are in the text, so that they can be
/// raised and what was stored before still matches.
///
/// - Source: PBKDF2 with HMAC-SHA-256, RFC 8018, section 5.2; the number of rounds is OWASP's (Password Storage Cheat
///   Sheet, 2023).
package enum PasswordHash {
    /// About a third of a second of one core.
    package static let rounds = 600_000
    /// A stored text with more than this was not made here.
    private static let maximumRounds = 10_000_000
    private static let scheme = "pbkdf2-sha256"

    /// - Complexity: `rounds` times two blocks of SHA-256.
    package static func make(_ password: String, rounds: Int = Self.rounds) -> String {
        let salt = Digest.randomBytes(16)
        let hash = self.derive(password, salt: salt, rounds: rounds)
        return "\(self.scheme)$\(rounds)$\(Hex.encode(salt))$\(Hex.encode(hash))"
    }

    /// What takes as long to compare as any other and was made of no password.
    package static func unmatched(rounds: Int) -> String {
        "\(self.scheme)$\(rounds)$\(Hex.encode(Digest.randomBytes(16)))$\(Hex.encode(Digest.randomBytes(32)))"
    }

    /// Whether `stored` was made of `password`, compared in constant time. A text of another form matches nothing.
    package static func matches(_ password: String, stored: String) -> Bool {
        let parts = stored.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == self.scheme, let rounds = Int(parts[1]),
            (1...self.maximumRounds).contains(rounds), let salt = Hex.decode(parts[2]), let hash = Hex.decode(parts[3])
        else { return false }
        return Digest.constantTimeEquals(hash, self.derive(password, salt: salt, rounds: rounds))
    }

    /// The first block of PBKDF2: 32 bytes.
    static func derive(_ password: String, salt: [UInt8], rounds: Int) -> [UInt8] {
        // Keyed once; each round begins with a copy of it.
        let keyed = HMAC<SHA256>(key: SymmetricKey(data: Array(password.utf8)))
        var first = keyed
        first.update(data: salt + [0, 0, 0, 1])
        var last = first.finalize()
        var sum = Self.words(last)
        for _ in 1..<max(rounds, 1) {
            var next = keyed
            last.withUnsafeBytes { next.update(data: $0) }
            last = next.finalize()
            sum ^= Self.words(last)
        }
        return withUnsafeBytes(of: sum) { Array($0) }
    }

    private static func words(_ code: HMAC<SHA256>.MAC) -> SIMD4<UInt64> {
        code.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }
}
