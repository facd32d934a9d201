package import CloudPorts

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds the first keys, by bytes, of a store's folder that begin with a prefix and come after a key.
///
/// Reads whole folders but keeps only as many keys as are asked for, so that memory does not grow with the store; folders
/// that can hold no such key are not entered.
struct FolderListing {
    private let driver: FileStoreDriver
    private let prefix: [UInt8]
    private let after: [UInt8]?
    private let limit: Int
    private var keys: [[UInt8]] = []

    init(driver: FileStoreDriver, prefix: String, after: String?, limit: Int) {
        self.driver = driver
        self.prefix = Array(prefix.utf8)
        self.after = after.map { Array($0.utf8) }
        self.limit = limit
    }

    /// The keys, sorted.
    mutating func collect() throws(ObjectError) -> [String] {
        try self.walk(self.driver.objects, below: [])
        self.shrink()
        return self.keys.map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func walk(_ folder: String, below start: [UInt8]) throws(ObjectError) {
        for (name, isFolder) in try Self.items(in: folder, for: self.driver) {
            switch self.driver.layout.entry(name, isFolder: isFolder, isTop: start.isEmpty) {
            case .object(let end):
                self.offer(start + end)
            case .folder(let part):
                let deeper = start + part
                guard self.mayHold(deeper) else { continue }
                try self.walk("\(folder)/\(String(decoding: name, as: UTF8.self))", below: deeper)
            case nil: continue
            }
        }
    }

    private mutating func offer(_ key: [UInt8]) {
        guard key.starts(with: self.prefix) else { return }
        if let after, !after.lexicographicallyPrecedes(key) { return }
        self.keys.append(key)
        if self.keys.count >= 2 * self.limit { self.shrink() }
    }

    private mutating func shrink() {
        self.keys.sort { $0.lexicographicallyPrecedes($1) }
        self.keys.removeLast(max(0, self.keys.count - self.limit))
    }

    /// Whether a key that begins with `start` can be wanted.
    private func mayHold(_ start: [UInt8]) -> Bool {
        guard start.starts(with: self.prefix) || self.prefix.starts(with: start) else { return false }
        guard let after else { return true }
        return after.starts(with: start) || after.lexicographicallyPrecedes(start)
    }

    /// The names in a folder; none when there is no such folder.
    static func names(in folder: String, for driver: FileStoreDriver) throws(ObjectError) -> [[UInt8]] {
        if let names = SystemCalls.names(in: folder) { return names }
        if FileStoreDriver.isAbsence(errno) { return [] }
        throw driver.fault(errno)
    }

    /// The names in a folder, with whether each is a folder, links followed; none when there is no such folder.
    static func items(
        in folder: String, for driver: FileStoreDriver
    ) throws(ObjectError) -> [(name: [UInt8], isFolder: Bool)] {
        if let items = SystemCalls.items(in: folder) { return items }
        if FileStoreDriver.isAbsence(errno) { return [] }
        throw driver.fault(errno)
    }
}

extension FileStoreDriver {
    package func list(prefix: String, after: String?, limit: Int) async throws(ObjectError) -> [ObjectDescription] {
        precondition(limit > 0, "a page has room for at least one object")
        return try await BlockingWork.run { () throws(ObjectError) in
            var listing = FolderListing(driver: self, prefix: prefix, after: after, limit: limit)
            var found: [ObjectDescription] = []
            for key in try listing.collect() {
                // One that was deleted meanwhile is left out.
                if let object = try self.describe(key, at: try self.path(of: key)) { found.append(object) }
            }
            return found
        }
    }

    package func entries(in folder: String) async throws(ObjectError) -> [FolderEntry] {
        guard self.layout == .plain else { return try await self.entriesByListing(in: folder) }
        let path = folder.isEmpty ? self.objects : try self.path(of: folder)
        return try await BlockingWork.run { () throws(ObjectError) in
            try self.confine(path, of: folder)
            var entries: [FolderEntry] = []
            for (name, isFolder) in try FolderListing.items(in: path, for: self) {
                let text = String(decoding: name, as: UTF8.self)
                switch self.layout.entry(name, isFolder: isFolder, isTop: folder.isEmpty) {
                case .folder: entries.append(FolderEntry(name: text, size: nil))
                case .object:
                    if let size = try self.describe(text, at: "\(path)/\(text)")?.size {
                        entries.append(FolderEntry(name: text, size: size))
                    }
                case nil: continue
                }
            }
            return entries.sorted(by: FolderEntry.areInOrder)
        }
    }
}
