/// A name with placeholders: `eu-*`, `us-?ast-1`.
///
/// `*` stands for any text, the empty one included, `?` for one character. Case matters, as it does in names.
package struct GlobPattern: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    private let pattern: [UInt8]

    package init(_ pattern: some StringProtocol) {
        self.description = String(pattern)
        self.pattern = Array(pattern.utf8)
    }

    /// - Complexity: O(pattern × name) at worst, no recursion: a `*` is tried again only for the last one met.
    package func matches(_ name: some StringProtocol) -> Bool {
        let name = Array(name.utf8)
        var star: (pattern: Int, name: Int)?
        var here = 0
        var there = 0
        while there < name.count {
            if here < self.pattern.count, self.pattern[here] == UInt8(ascii: "*") {
                star = (here, there)
                here += 1
            } else if here < self.pattern.count,
                self.pattern[here] == UInt8(ascii: "?") || self.pattern[here] == name[there]
            {
                here += 1
                there += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                here = last.pattern + 1
                there = last.name + 1
            } else {
                return false
            }
        }
        return self.pattern[here...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension GlobPattern {
    /// Whether one of the patterns matches; no list allows everything.
    package static func allows(_ patterns: [String]?, _ name: String) -> Bool {
        patterns?.contains { GlobPattern($0).matches(name) } ?? true
    }
}
