import Kernel

extension Tree {
    /// The tree that has this canonical text; nil when there is none.
    ///
    /// Works on bytes throughout: a quote followed by a combining accent is one `Character`, but two of the format.
    package init?(canonicalText text: String) {
        var entries: [TreeEntry] = []
        for line in text.utf8.split(separator: 0x0A) {
            let parts = line.split(separator: 0x20, maxSplits: 3)
            guard parts.count == 4, let sha256 = ContentDigest(Substring(parts[0])),
                let size = Int64(Substring(parts[1])),
                let path = Self.unquoted(parts[3])
            else { return nil }
            let isExecutable = parts[2].elementsEqual("x".utf8)
            entries.append(TreeEntry(path: path, size: ByteCount(size), sha256: sha256, executable: isExecutable))
        }
        guard let tree = try? Tree(entries) else { return nil }
        self = tree
    }

    private static func unquoted(_ text: Substring.UTF8View) -> String? {
        guard text.count >= 2, text.first == 0x22, text.last == 0x22 else { return nil }
        if text.contains(0x5C) { return try? Wire.decode(String.self, from: Array(text)) }
        return String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
    }
}
