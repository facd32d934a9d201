import Client
import Testing

@Suite struct IgnoreRulesTests {
    /// One line each: a pattern, a path, whether the path is a folder, whether it is left out.
    static let cases: [(String, String, Bool, Bool)] = [
        ("a.txt", "a.txt", false, true), ("a.txt", "x/y/a.txt", false, true), ("a.txt", "a.txt2", false, false),
        ("/a.txt", "a.txt", false, true), ("/a.txt", "x/a.txt", false, false),
        ("x/a.txt", "x/a.txt", false, true), ("x/a.txt", "y/x/a.txt", false, false),
        ("*.pt", "w.pt", false, true), ("*.pt", "x/w.pt", false, true), ("*.pt", ".pt", false, true),
        ("*.pt", "pt", false, false),
        ("x/*.pt", "x/w.pt", false, true), ("x/*.pt", "x/y/w.pt", false, false),
        ("?.txt", "é.txt", false, true), ("?.txt", "ab.txt", false, false), ("a?c", "a/c", false, false),
        ("data/", "data", true, true), ("data/", "data", false, false), ("data/", "x/data", true, true),
        ("**/logs", "logs", true, true), ("**/logs", "a/b/logs", true, true),
        ("logs/**", "logs/a/b", false, true), ("logs/**", "logs", true, false),
        ("a/**/b", "a/b", false, true), ("a/**/b", "a/x/y/b", false, true), ("a/**/b", "x/a/b", false, false),
        ("[ab].c", "a.c", false, true), ("[!ab].c", "a.c", false, false), ("[a-f]9", "e9", false, true),
        ("[a-f]9", "g9", false, false),
        ("[", "[", false, true), ("[]a]", "]", false, true),
        ("\\#x", "#x", false, true), ("\\!x", "!x", false, true), ("\\*", "*", false, true), ("\\*", "x", false, false),
        ("# comment", "# comment", false, false), ("trailing   ", "trailing", false, true),
        ("with space", "with space", false, true), ("🙂*", "🙂 \"quoted\"", false, true),
        ("**a**b**", "xaxbx", false, true), ("*a*b*c*", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false, false),
    ]

    @Test("patterns match as git's do", arguments: cases)
    func patterns(pattern: String, path: String, isFolder: Bool, isIgnored: Bool) {
        #expect(IgnoreRules(pattern).ignores(path, isFolder: isFolder) == isIgnored)
    }

    @Test("the last pattern that matches decides")
    func negation() {
        let rules = IgnoreRules("*.csv\n!keep.csv\n\r\n# no\n/keep.csv/")
        #expect(rules.ignores("a.csv", isFolder: false))
        #expect(!rules.ignores("keep.csv", isFolder: false))
        #expect(rules.ignores("keep.csv", isFolder: true))
    }

    @Test("history, environments and caches are never packed", arguments: IgnoreRules.always)
    func always(name: String) {
        #expect(IgnoreRules("").ignores(name, isFolder: true))
        #expect(IgnoreRules("!\(name)").ignores("deep/\(name)", isFolder: true))
        #expect(!IgnoreRules.none.ignores(name, isFolder: true))
    }
}
