package import Kernel

/// One thing that is wrong in a `martlet.yaml`, or in the JSON made of it.
package struct SpecIssue: Sendable, Hashable {
    /// From the root to what is wrong, in JSON's names, positions in lists as numbers:
    /// `["pipelines", "digits", "nodes", "train", "step"]`. What is missing is named by what lacks it.
    package var path: [String]
    /// A sentence: what is wrong, and what to write instead.
    package var message: String
    /// Whether the last part of the path is wrong itself, rather than what stands there.
    package var concernsName: Bool

    package init(path: [String], message: String, concernsName: Bool = false) {
        self.path = path
        self.message = message
        self.concernsName = concernsName
    }
}

extension [SpecIssue] {
    /// More sentences than this are not read.
    private static var shown: Int { 10 }

    /// All of it as one fault; nil when there is nothing wrong.
    package var fault: PlainFault? {
        guard !self.isEmpty else { return nil }
        var sentences = self.prefix(Self.shown).map { "\($0.path.joined(separator: ".")): \($0.message)" }
        if self.count > Self.shown { sentences.append("And \(self.count - Self.shown) more.") }
        return PlainFault(.invalid, sentences.joined(separator: " "))
    }
}

/// Collects what is wrong below one place.
struct IssueCollector {
    let path: [String]
    private(set) var issues: [SpecIssue] = []

    init(path: [String]) { self.path = path }

    mutating func add(_ message: String, at keys: String...) {
        self.issues.append(SpecIssue(path: self.path + keys, message: message))
    }

    mutating func add(contentsOf issues: [SpecIssue]) { self.issues += issues }

    /// Adds that `name` is unknown, with the nearest of `known`. It is the name of a key when the path ends with it.
    mutating func unknown(_ noun: String, _ name: String, among known: [String], at keys: String...) {
        let hint = NearestName.of(name, among: known).map { "Did you mean '\($0)'?" } ?? Self.list(known)
        self.issues.append(
            SpecIssue(
                path: self.path + keys, message: "There is no \(noun) '\(name)'. \(hint)",
                concernsName: keys.last == name))
    }

    private static func list(_ known: [String]) -> String {
        known.isEmpty ? "There are none." : "There are: \(known.sorted().prefix(10).joined(separator: ", "))."
    }
}

/// Which name somebody may have meant.
package enum NearestName {
    /// The known name closest to `name`, when it is close: at most a third of its letters, or two, are different.
    package static func of(_ name: String, among known: [String]) -> String? {
        let letters = Array(name.lowercased())
        let ranked = known.map { (name: $0, distance: self.distance(letters, Array($0.lowercased()))) }
        guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= max(2, letters.count / 3) && best.distance < letters.count ? best.name : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words.
    ///
    /// Source: Damerau, *A technique for computer detection and correction of spelling errors* (1964); optimal alignment.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, previous) = (previous, row)
        }
        return previous[b.count]
    }
}
