import Contract
import Digest
import Kernel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the control plane said of tokens, on disk: `tokens.json` in the state folder, mode 0600. Hashes only, so that a
/// gateway that starts while the control plane is away lets in whom it let in before, and the file lets in nobody.
package struct TokenMemory: Sendable {
    private struct Entry: Codable {
        var sha256: ContentDigest
        var role: Role
        var expires: Timestamp?
        var checkedAt: Timestamp
    }

    private let folder: String
    private var path: String { self.folder + "/tokens.json" }

    /// - Parameter folder: made when it is not there.
    package init(folder: String) { self.folder = folder }

    /// Nothing when there is no file, or it cannot be read.
    package func read() -> [TokenHash: TokenMachine.Known] {
        guard let bytes = PrivateFile.read(self.path), let entries = try? Wire.decode([Entry].self, from: bytes) else {
            return [:]
        }
        return Dictionary(
            entries.prefix(GatewayLimits.tokens).map { entry in
                (
                    TokenHash(entry.sha256),
                    TokenMachine.Known(role: entry.role, expires: entry.expires, checkedAt: entry.checkedAt)
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Replaces the file at once: a crash leaves the old one or the new one.
    ///
    /// - Throws: when the folder cannot be written.
    package func write(_ known: [TokenHash: TokenMachine.Known]) throws {
        let entries = known.map { hash, known in
            Entry(sha256: hash.digest, role: known.role, expires: known.expires, checkedAt: known.checkedAt)
        }
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        let sorted = entries.sorted { $0.sha256 < $1.sha256 }
        try PrivateFile.write(String(decoding: try Wire.encode(sorted), as: UTF8.self), to: self.path)
    }
}
