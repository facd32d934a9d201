/// Scheme, host and port of an address, so that `https://h` and `https://H:443` are equal.
///
/// Source: RFC 6454, *The Web Origin Concept*, section 4.
struct Origin: Hashable {
    private let scheme: String
    private let host: String
    private let port: String

    /// Nil when the address has no scheme of the web, no host, or a user: those are no links of a price list.
    init?(of url: String) {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<mark.lowerBound].lowercased()
        guard let usual = ["https": "443", "http": "80"][scheme] else { return nil }
        let authority = url[mark.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let colon = authority.lastIndex(of: ":").flatMap { authority[$0...].contains("]") ? nil : $0 }
        self.scheme = scheme
        self.host = authority[..<(colon ?? authority.endIndex)].lowercased()
        self.port = colon.map { String(authority[authority.index(after: $0)...]) } ?? usual
    }
}
