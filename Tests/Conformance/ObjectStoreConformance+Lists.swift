import CloudPorts
import Kernel

extension ObjectStoreConformance {
    static let listChecks = [
        ObjectStoreConformance("a listing is sorted by the bytes of the key", Self.sorted),
        ObjectStoreConformance("a prefix is any beginning of a key", Self.prefixes),
        ObjectStoreConformance("pages add up to the whole, whatever their size", Self.pages),
        ObjectStoreConformance("a folder's entries are what lies directly in it", Self.entries),
        ObjectStoreConformance("pages are stable against concurrent puts and deletes", Self.stable),
    ]

    private static let keys = [
        "a", "a b", "a!", "a-b", "a.b", "a/b", "a/b/c", "a/c", "a0", "aa", "b/1", "b/10", "b/2", "B", "é", "z/🦢", "~",
    ]

    /// `keys` by bytes.
    private static let ordered = Self.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }

    private static func fill(_ subject: ObjectStoreSubject) async throws {
        for (number, key) in self.keys.enumerated() { try await subject.put(sample(number), at: key) }
    }

    private static func sorted(_ subject: ObjectStoreSubject) async throws {
        try await self.fill(subject)
        let found = try await subject.list()
        try require(found == self.ordered, "the listing is \(self.ordered), not \(found)")
        for object in try await subject.driver.list(prefix: subject.prefix, after: nil, limit: 1000) {
            let head = try await subject.driver.head(object.key)
            try require(head == object, "a listing describes '\(object.key)' as head does")
        }
        let none = try await subject.driver.list(prefix: subject.key("nothing here"), after: nil, limit: 10)
        try require(none.isEmpty, "a prefix that no key has gives no object")
    }

    private static func prefixes(_ subject: ObjectStoreSubject) async throws {
        try await self.fill(subject)
        for prefix in ["a", "a/", "a/b", "a/b/", "b/1", "b", "é", "z/", "B", "a/b/c", "a/b/c/d"] {
            let found = try await subject.driver.list(prefix: subject.key(prefix), after: nil, limit: 1000).map(\.key)
            let expected = self.ordered.filter { $0.utf8.starts(with: prefix.utf8) }.map(subject.key)
            try require(found == expected, "the keys that begin with '\(prefix)' are \(expected), not \(found)")
        }
    }

    private static func entries(_ subject: ObjectStoreSubject) async throws {
        try await self.fill(subject)
        func entries(_ folder: String) async throws -> [FolderEntry] {
            let end = folder.isEmpty ? String(subject.prefix.dropLast()) : subject.key(folder)
            return try await subject.driver.entries(in: end)
        }
        func object(_ name: String, _ key: String) -> FolderEntry {
            let number = self.keys.firstIndex(of: key) ?? 0
            return FolderEntry(name: name, size: ByteCount(Int64(sample(number).count)))
        }
        let folders = ["a", "b", "z"].map { FolderEntry(name: $0, size: nil) }
        let top = (self.keys.filter { !$0.contains("/") }.map { object($0, $0) } + folders)
            .sorted(by: FolderEntry.areInOrder)
        let found = try await entries("")
        try require(found == top, "the entries at the top are \(top), not \(found)")
        let inside = [object("b", "a/b"), FolderEntry(name: "b", size: nil), object("c", "a/c")]
        let below = try await entries("a")
        try require(below == inside, "the entries in 'a' are \(inside), not \(below)")
        let none = try await entries("nothing here")
        try require(none.isEmpty, "a folder that is not there has no entries")
    }

    private static func pages(_ subject: ObjectStoreSubject) async throws {
        try await self.fill(subject)
        for limit in [1, 2, 3, 7, self.keys.count, 100] {
            var found: [String] = []
            while true {
                let page = try await subject.driver.list(prefix: subject.prefix, after: found.last, limit: limit)
                try require(page.count <= limit, "a page of \(limit) has at most that many, not \(page.count)")
                if page.isEmpty { break }
                found += page.map(\.key)
                try require(found.count <= self.keys.count, "pages of \(limit) do not repeat objects")
            }
            try require(found == self.ordered.map(subject.key), "pages of \(limit) add up to the listing")
        }
        let between = try await subject.driver.list(prefix: subject.prefix, after: subject.key("a/bb"), limit: 1)
        try require(between.map(\.key) == [subject.key("a/c")], "a page may start after a key that does not exist")
    }

    private static func stable(_ subject: ObjectStoreSubject) async throws {
        for number in 10..<40 { try await subject.put([1], at: "k\(number)") }
        let first = try await subject.driver.list(prefix: subject.prefix, after: nil, limit: 10)
        try await subject.put([2], at: "k05")
        try await subject.put([2], at: "k06")
        try await subject.put([2], at: "k19x")
        try await subject.put([2], at: "k25x")
        try await subject.driver.delete(subject.key("k11"))
        try await subject.driver.delete(subject.key("k30"))
        let second = try await subject.driver.list(prefix: subject.prefix, after: first.last?.key, limit: 100)
        let expected = (["k19x"] + (20..<40).map { "k\($0)" } + ["k25x"]).filter { $0 != "k30" }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(subject.key)
        try require(
            second.map(\.key) == expected,
            "a page begins after the last key of the page before, whatever was put meanwhile")
    }
}
