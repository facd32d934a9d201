/// Names of environments, regions or machine types with wildcards, as a policy writes them: `eu-*`, `onprem-??`.
///
/// `*` stands for any characters, none included, `?` for one. Everything else stands for itself, upper and lower case apart.
package enum NamePattern {
    /// - Complexity: O(pattern × name) at worst, without recursion.
    package static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Array(pattern.utf8), name = Array(name.utf8)
        var p = 0, n = 0
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                p = last.pattern + 1
                n = last.name + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Whether one of the patterns matches; no list allows everything.
    package static func allows(_ patterns: [String]?, _ name: String) -> Bool {
        patterns?.contains { Self.matches($0, name) } ?? true
    }
}
