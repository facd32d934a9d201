import Kernel

extension ObjectStoreDriver {
    /// Objects of one look at the store.
    private static var entriesPage: Int { 1000 }

    package func entries(in folder: String) async throws(ObjectError) -> [FolderEntry] {
        try await self.entriesByListing(in: folder)
    }

    /// By `list`, passing over what lies inside a folder once its name is known: one look for each thousand objects
    /// and one for each folder.
    package func entriesByListing(in folder: String) async throws(ObjectError) -> [FolderEntry] {
        let prefix = folder.isEmpty ? "" : folder + "/"
        var entries: [FolderEntry] = []
        var after: String?
        while true {
            let page = try await self.list(prefix: prefix, after: after, limit: Self.entriesPage)
            guard let last = page.last else { return entries.sorted(by: FolderEntry.areInOrder) }
            after = last.key
            for object in page {
                let rest = object.key.dropFirst(prefix.count)
                guard let slash = rest.firstIndex(of: "/") else {
                    entries.append(FolderEntry(name: String(rest), size: object.size))
                    continue
                }
                let name = String(rest[..<slash])
                // Keys after this one are rare, and found to be in the same folder.
                if entries.last?.name == name, entries.last?.isFolder == true { continue }
                entries.append(FolderEntry(name: name, size: nil))
                after = prefix + name + "/\u{10FFFF}"
                break
            }
        }
    }
}
