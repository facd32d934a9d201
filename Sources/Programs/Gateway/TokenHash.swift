package import Kernel

import Digest

/// The SHA-256 of a token: all that a gateway keeps of one, as four words that are compared and hashed without allocating.
package struct TokenHash: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    package init(of token: Substring) {
        (self.first, self.second, self.third, self.fourth) = Digest.sha256Words(token)
    }

    package init(_ digest: ContentDigest) {
        func word(_ index: Int) -> UInt64 { UInt64(digest.hex.dropFirst(16 * index).prefix(16), radix: 16) ?? 0 }
        (self.first, self.second, self.third, self.fourth) = (word(0), word(1), word(2), word(3))
    }

    package var digest: ContentDigest {
        let words = [self.first, self.second, self.third, self.fourth]
        return ContentDigest(
            bytes: (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - 8 * ($0 % 8))) })
    }
}
