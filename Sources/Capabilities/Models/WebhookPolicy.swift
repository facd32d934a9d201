import Contract

/// Which addresses webhooks may have. By default those that everybody can reach, by https: whoever may make a webhook could
/// else have this server speak to machines that only it can reach.
package struct WebhookPolicy: Sendable, Hashable {
    package var schemes: [String]
    package var allowsPrivateAddresses: Bool

    package init(schemes: [String] = ["https"], allowsPrivateAddresses: Bool = false) {
        self.schemes = schemes
        self.allowsPrivateAddresses = allowsPrivateAddresses
    }

    /// Letters, digits, dots, underscores and hyphens, the first and the last a letter or digit, 1 to 63 of them.
    static func checkName(_ name: String) throws(WebhookError) {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        let bytes = Array(name.utf8)
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last, isAlphanumeric(first),
            isAlphanumeric(last), bytes.allSatisfy({ isAlphanumeric($0) || $0 == 45 || $0 == 46 || $0 == 95 })
        else { throw .badName(name) }
    }

    /// Looks at an address without resolving anything.
    ///
    /// - Returns: its host.
    func host(of url: String) throws(WebhookError) -> String {
        guard url.contains(where: { !$0.isWhitespace }) else { throw .blankURL(url) }
        let uri = SourceURI(url)
        let authority = uri.authority
        guard authority.contains("[") == authority.contains("]") else {
            throw .badURL(url, why: "ValueError('Invalid IPv6 URL')")
        }
        guard self.schemes.contains(uri.scheme) else { throw .badScheme(uri.scheme, allowed: self.schemes) }
        guard url.unicodeScalars.allSatisfy({ $0.value > 32 && $0.value < 127 }) else {
            throw .badURL(url, why: "it has characters that must be percent-encoded")
        }
        var host = authority[
            (authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex)...]
        if host.hasPrefix("[") {
            host = host.dropFirst().prefix { $0 != "]" }
        } else {
            host = host.prefix { $0 != ":" }
        }
        guard !host.isEmpty else { throw .noHost(url) }
        // Nothing that two readers of addresses could take for two hosts.
        let isName = host.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46
                || $0 == 95 || authority.contains("[") && $0 == 58
        }
        guard isName, !url.contains("\\") else { throw .badURL(url, why: "its host is no name and no address") }
        return String(host)
    }

    /// - Throws: `notPublic` when any of them is not and must be.
    func check(_ addresses: [NetworkAddress], of host: String) throws(WebhookError) {
        guard !self.allowsPrivateAddresses else { return }
        if let inner = addresses.first(where: { !$0.isPublic }) {
            throw .notPublic(host: host, address: inner.description)
        }
    }
}
