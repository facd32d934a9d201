/// Names that a mistyped one may stand for.
enum NearNames {
    /// More than three suggestions is a list, not a hint.
    static let limit = 3

    /// The known names closest by edit distance, nearest first, ties by name; those more than half of `name` away are left
    /// out.
    static func of(_ name: String, among known: [String]) -> [String] {
        let wanted = Array(name.lowercased().unicodeScalars)
        let ranked = known.map { (name: $0, distance: Self.distance(wanted, Array($0.lowercased().unicodeScalars))) }
            .filter { $0.distance <= max(2, wanted.count / 2) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return ranked.prefix(Self.limit).map(\.name)
    }

    /// Levenshtein's distance over one row. Source: Wagner, Fischer, *The String-to-String Correction Problem* (1974).
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let substituted = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
