package import Kernel

import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why a sealed secret does not open.
package enum SealError: Fault, Equatable {
    /// It was sealed with another key or for another context, or was changed.
    case doesNotOpen(context: String)
    case tooLong(bytes: Int)

    package var kind: FaultKind {
        switch self {
        case .doesNotOpen: .bug
        case .tooLong: .invalid
        }
    }

    package var message: String {
        switch self {
        case .doesNotOpen(let context):
            "The secret \(context) cannot be opened with this key file. Restore the key file it was sealed with, or set the secret anew."
        case .tooLong(let bytes):
            "The secret has \(bytes) bytes; at most \(Sealer.maximumBytes) are allowed. Keep large data in a store."
        }
    }
}

/// Seals small secrets for storage: AES-256-GCM with a random nonce.
///
/// Sealed bytes: a version (1), then nonce (12), ciphertext, tag (16). One key may seal 2³² secrets; we are far below.
package struct Sealer: Sendable {
    /// Secrets are keys, tokens and certificates, not files.
    package static let maximumBytes = 64 << 10
    private static let version: UInt8 = 1

    private let key: SymmetricKey

    /// - Parameter key: derived for this purpose alone.
    package init(key: HMACKey) { self.key = key.symmetric }

    /// - Parameter context: what the secret belongs to, such as its name. It is not stored, and is needed to open it, so
    ///   that a sealed secret cannot be moved to another name.
    package func seal(_ secret: [UInt8], context: String) throws(SealError) -> [UInt8] {
        guard secret.count <= Self.maximumBytes else { throw .tooLong(bytes: secret.count) }
        guard let box = try? AES.GCM.seal(secret, using: self.key, authenticating: Array(context.utf8)),
            let combined = box.combined
        else { preconditionFailure("AES-GCM with a 32-byte key and its default nonce always seals") }
        return [Self.version] + combined
    }

    /// - Throws: `doesNotOpen` when the key, the context or a single bit is not the one it was sealed with.
    package func open(_ sealed: [UInt8], context: String) throws(SealError) -> [UInt8] {
        guard sealed.first == Self.version, let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst()),
            let secret = try? AES.GCM.open(box, using: self.key, authenticating: Array(context.utf8))
        else { throw .doesNotOpen(context: context) }
        return [UInt8](secret)
    }
}
