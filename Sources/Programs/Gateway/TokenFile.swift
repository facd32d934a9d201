import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A bearer token in a file, read again when it is refused: whoever renews it just replaces the file.
package final class TokenFile: Sendable {
    private let path: String
    private let token: Mutex<String?>

    package init(path: String) {
        self.path = path
        self.token = Mutex(Self.read(path))
    }

    /// As last read; nil while the file is not there.
    package var current: String? { self.token.withLock { $0 } }

    /// Reads it again.
    ///
    /// - Returns: whether it is another one now.
    package func reload() -> Bool {
        let fresh = Self.read(self.path)
        return self.token.withLock { token in
            guard let fresh, fresh != token else { return false }
            token = fresh
            return true
        }
    }

    private static func read(_ path: String) -> String? {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path)) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
        return text.map(String.init)
    }
}
