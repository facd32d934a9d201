package import Kernel

/// One file of a tree.
package struct TreeEntry: Codable, Sendable, Hashable {
    /// Relative, `/`-separated, without `.`, `..`, empty or NUL parts; any other character is allowed.
    package var path: String
    package var size: ByteCount
    package var sha256: ContentDigest
    package var executable: Bool = false

    package init(path: String, size: ByteCount, sha256: ContentDigest, executable: Bool = false) {
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.executable = executable
    }
}

/// A folder by content: what a source, an input, an output or a dataset version consists of.
///
/// Entries are sorted by the bytes of their paths and are unique. The tree's own digest is the SHA-256 of its canonical text,
/// so equal folders have equal digests wherever they lie. Bytes lie in stores under `blobs/<sha256>`.
package struct Tree: Codable, Sendable, Hashable {
    /// More files than this do not belong in one tree; pack them into an archive.
    package static let maximumEntries = 50_000

    package private(set) var entries: [TreeEntry]

    package static let empty = Tree(sorted: [])

    private init(sorted: [TreeEntry]) { self.entries = sorted }

    /// - Throws: `invalid` for a path that leaves the folder, a doubled path, a path below a file, one digest with two sizes,
    ///   or too many entries.
    package init(_ entries: [TreeEntry]) throws(PlainFault) {
        guard entries.count <= Self.maximumEntries else {
            throw PlainFault(
                .invalid,
                "The folder has \(entries.count) files, above the limit of \(Self.maximumEntries). Pack them into an archive."
            )
        }
        self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        for entry in self.entries { try Self.check(path: entry.path) }
        try self.checkNames()
        try self.checkSizes()
    }

    private func checkSizes() throws(PlainFault) {
        var sizes = [ContentDigest: ByteCount](minimumCapacity: self.entries.count)
        for entry in self.entries {
            let known = sizes.updateValue(entry.size, forKey: entry.sha256) ?? entry.size
            guard known != entry.size else { continue }
            throw PlainFault(
                .invalid,
                "'\(entry.path)' has the digest of another file but \(entry.size.bytes) bytes, not \(known.bytes). "
                    + "Send its true size and digest.")
        }
    }

    /// Compares bytes: two spellings of one accented letter are two names, as they are on a Linux file system.
    private func checkNames() throws(PlainFault) {
        let paths = self.entries.map { Array($0.path.utf8) }
        var files = Set<[UInt8]>(minimumCapacity: paths.count)
        for (entry, path) in zip(self.entries, paths) where !files.insert(path).inserted {
            throw PlainFault(.invalid, "The path '\(entry.path)' is listed twice.")
        }
        for path in paths {
            for slash in path.indices where path[slash] == 0x2F && files.contains(Array(path[..<slash])) {
                let name = String(decoding: path[..<slash], as: UTF8.self)
                throw PlainFault(.invalid, "'\(name)' is a file and a folder at once. Rename one of them.")
            }
        }
    }

    package init(from decoder: any Decoder) throws {
        try self.init(try decoder.singleValueContainer().decode([TreeEntry].self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.entries)
    }

    /// The text whose SHA-256 is the tree's digest: one line an entry, `<sha256> <size> <x or -> <JSON string of the path>`.
    package var canonicalText: String {
        var text = ""
        for entry in self.entries {
            text += "\(entry.sha256) \(entry.size.bytes) \(entry.executable ? "x" : "-") \(Self.quoted(entry.path))\n"
        }
        return text
    }

    /// A JSON string. Most paths need no escape, and an encoder for each of 50,000 would cost half a second.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }
        return isPlain ? "\"\(path)\"" : (try? Wire.text(path)) ?? path
    }

    package var size: ByteCount { self.entries.reduce(.zero) { $0 + $1.size } }

    /// The file or folder at `path`, re-rooted: a file keeps its last part as its name. Empty path is the tree itself.
    package func subtree(_ path: String) -> Tree {
        if path.isEmpty { return self }
        if let file = self.entries.first(where: { $0.path == path }) {
            var entry = file
            entry.path = String(path.split(separator: "/").last ?? "")
            return Tree(sorted: [entry])
        }
        return Tree(
            sorted: self.entries.filter { $0.path.hasPrefix(path + "/") }.map {
                var entry = $0
                entry.path = String($0.path.dropFirst(path.count + 1))
                return entry
            })
    }

    /// The names directly under the root, files and folders, sorted.
    package var topLevelNames: [String] {
        Set(self.entries.map { String($0.path.prefix { $0 != "/" }) }).sorted()
    }

    /// - Throws: `invalid` when a path could leave the folder it is unpacked into.
    package static func check(path: String) throws(PlainFault) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if path.isEmpty || path.utf8.contains(0) || parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
            throw PlainFault(
                .invalid, "The path '\(path)' is not a plain relative path. Remove '..', '.' and empty parts.")
        }
    }
}
