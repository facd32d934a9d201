import Contract
import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The first pass over a folder: which files are in it, and whether they may travel.
struct FolderWalk {
    /// Deeper folders are a link that goes round, or an accident.
    static let maximumDepth = 100
    static let ignoreFile = ".martletignore"

    struct File {
        var path: String
        var size: ByteCount
        var isExecutable: Bool
    }

    let root: String
    private(set) var found: [File] = []
    private(set) var size = ByteCount.zero
    private let ignore: IgnoreRules

    init(_ path: String, rules: LocalFolder.Rules) throws(FolderError) {
        guard let root = Self.resolved(path) else { throw .unreadable(path: path, reason: FolderError.lastReason()) }
        self.root = root
        switch rules.ignoring {
        case .nothing: self.ignore = .none
        case .martletignore: self.ignore = IgnoreRules(Self.content(root + "/" + Self.ignoreFile) ?? "")
        }
    }

    mutating func run() throws {
        try self.enter("", depth: 0)
    }

    private mutating func enter(_ folder: String, depth: Int) throws {
        guard depth <= Self.maximumDepth else { throw FolderError.tooDeep(path: folder, limit: Self.maximumDepth) }
        for name in try Self.names(in: folder.isEmpty ? self.root : self.root + "/" + folder) {
            try self.visit(folder.isEmpty ? name : folder + "/" + name, depth: depth)
        }
    }

    private mutating func visit(_ path: String, depth: Int) throws {
        let absolute = self.root + "/" + path
        var status = stat()
        guard lstat(absolute, &status) == 0 else {
            throw FolderError.unreadable(path: path, reason: FolderError.lastReason())
        }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink {
            // A link that is left out is not looked at, wherever it leads.
            let leadsToFolder = stat(absolute, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            if self.ignore.ignores(path, isFolder: leadsToFolder) { return }
            try self.check(link: path)
        }
        let type = status.st_mode & S_IFMT
        if !isLink, self.ignore.ignores(path, isFolder: type == S_IFDIR) { return }
        switch type {
        case S_IFDIR: try self.enter(path, depth: depth + 1)
        case S_IFREG:
            let size = ByteCount(Int64(status.st_size))
            self.found.append(File(path: path, size: size, isExecutable: status.st_mode & S_IXUSR != 0))
            self.size += size
            guard self.found.count <= Tree.maximumEntries else {
                throw FolderError.tooMany(path: self.root, limit: Tree.maximumEntries)
            }
        default: throw FolderError.special(path: path, type: Self.word(for: type))
        }
    }

    /// - Throws: when the link leads nowhere, out of the folder, or to a folder that it lies in.
    private func check(link path: String) throws(FolderError) {
        guard let target = Self.resolved(self.root + "/" + path) else { throw .danglingLink(path: path) }
        if target == self.root { throw .circularLink(path: path) }
        guard Self.lies(target, in: self.root) else { throw .escapingLink(path: path, target: target) }
        let folder = path.utf8.lastIndex(of: 0x2F).map { String(path[..<$0]) } ?? ""
        let parent = Self.resolved(self.root + "/" + folder) ?? self.root
        if parent == target || Self.lies(parent, in: target) { throw .circularLink(path: path) }
    }

    /// Whether one absolute path lies below another. By bytes: a name may begin with a combining accent, which for a
    /// `Character` belongs to the slash before it.
    private static func lies(_ path: String, in folder: String) -> Bool {
        path.utf8.starts(with: (folder == "/" ? folder : folder + "/").utf8)
    }

    // MARK: The file system

    /// The names in a folder, sorted by their bytes, so that errors come in the same order everywhere.
    private static func names(in folder: String) throws(FolderError) -> [String] {
        guard let stream = opendir(folder) else { throw .unreadable(path: folder, reason: FolderError.lastReason()) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    (String(validatingCString: $0), String(cString: $0))
                }
            }
            guard let valid = name.0 else { throw .badName(folder: folder, name: name.1) }
            if valid != "." && valid != ".." { names.append(valid) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    private static func content(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        // Longer than any list of patterns that a person keeps.
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func word(for type: mode_t) -> String {
        switch type {
        case S_IFSOCK: "a socket"
        case S_IFIFO: "a named pipe"
        case S_IFBLK, S_IFCHR: "a device"
        default: "neither a file nor a folder"
        }
    }
}
