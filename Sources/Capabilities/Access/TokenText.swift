import Contract
import Digest
import Kernel

/// The text of a token: `mrt_`, the 26 characters of its id, `_`, and 256 random bits in base64url.
///
/// The prefix lets scanners of source code find leaked tokens; the id lets the row be found without the secret.
enum TokenText {
    static let prefix = "mrt_"
    private static let idLength = 26

    /// A new token's text, its secret part from the system's generator.
    static func make(_ id: ID<AccessToken>) -> String {
        self.prefix + id.description.dropFirst(AccessToken.idPrefix.count + 1) + "_" + Token.random()
    }

    /// The id a token's text begins with; nil for what is no token of ours.
    static func id(of text: String) -> ID<AccessToken>? {
        guard text.hasPrefix(self.prefix) else { return nil }
        let rest = text.utf8.dropFirst(self.prefix.utf8.count)
        guard rest.count > self.idLength, let id = String(rest.prefix(self.idLength)) else { return nil }
        return ID(AccessToken.idPrefix + "_" + id)
    }
}
