import Contract
import Kernel

/// The path and the query of a request line, as they were sent.
struct RequestTarget: Sendable {
    /// More pairs than any route knows.
    static let maximumPairs = 64

    let text: String
    let path: Substring
    let query: Substring?

    init(_ text: String) {
        self.text = text
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.path = parts.first ?? "/"
        self.query = parts.count > 1 ? parts[1] : nil
    }

    /// Decodes the query and checks it against the names that `row` declares.
    ///
    /// - Throws: `invalid` for a name that the route does not know, and for broken percent-encoding.
    func pairs(for row: RouteRow) throws(PlainFault) -> [String: String] {
        let pairs = try self.pairs()
        guard !pairs.isEmpty else { return [:] }
        let known = row.query.map(\.name)
        if let unknown = pairs.keys.filter({ !known.contains($0) }).min() {
            let list = known.isEmpty ? "It takes none." : "It takes \(known.joined(separator: ", "))."
            throw PlainFault(.invalid, "\(row.key) knows no query parameter '\(unknown.prefix(80))'. \(list)")
        }
        return pairs
    }

    /// Decodes the query; of a name given twice the last value stands.
    func pairs() throws(PlainFault) -> [String: String] {
        guard let query, !query.isEmpty else { return [:] }
        var pairs: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0]),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "")
            else {
                throw PlainFault(
                    .invalid, "The query '\(pair.prefix(80))' is not percent-encoded UTF-8. Encode it anew.")
            }
            pairs[name] = value
            guard pairs.count <= Self.maximumPairs else {
                throw PlainFault(.invalid, "The query has more than \(Self.maximumPairs) parameters. Send fewer.")
            }
        }
        return pairs
    }
}
