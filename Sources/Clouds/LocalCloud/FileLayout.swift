import CloudPorts

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a file store keeps the object of a key, and what it is still writing.
package enum FileLayout: Sendable {
    /// `objects/` with names that stand for any key (`ObjectPath`), and `incoming/`.
    case encoded
    /// The key is the path below the store's folder, for a folder that people and other programs read too. Two keys of
    /// which one is a folder of the other cannot both be there, a name has at most 255 bytes, and a symbolic link that
    /// leads out of the folder is not followed.
    case plain

    /// The one name at the top of a plain folder that is no key.
    private static let reserved = ".martlet-incoming"
    /// As in POSIX's `NAME_MAX`.
    private static let maximumNameBytes = 255
    /// Below `PATH_MAX`, with room for the store's own folder.
    private static let maximumKeyBytes = 3072

    func objects(of folder: String) -> String {
        switch self {
        case .encoded: "\(folder)/objects"
        case .plain: folder
        }
    }

    func incoming(of folder: String) -> String {
        switch self {
        case .encoded: "\(folder)/incoming"
        case .plain: "\(folder)/\(Self.reserved)"
        }
    }

    /// The path of a key below `objects`.
    ///
    /// - Throws: `invalidKey`.
    func path(of key: String) throws(ObjectError) -> String {
        switch self {
        case .encoded: return try ObjectPath.encode(key)
        case .plain:
            let parts = key.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
            let isValid =
                !key.isEmpty && key.utf8.count <= Self.maximumKeyBytes && !key.utf8.contains(0)
                && parts.allSatisfy {
                    !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
                        && $0.count <= Self.maximumNameBytes
                } && !(parts.first?.elementsEqual(Self.reserved.utf8) ?? false)
            guard isValid else { throw .invalidKey(key: key) }
            return key
        }
    }

    /// What an entry of a folder stands for; nil for what is no object of ours.
    ///
    /// - Parameter isTop: whether the folder is `objects` itself.
    func entry(_ name: [UInt8], isFolder: Bool, isTop: Bool) -> ObjectPath.Entry? {
        switch self {
        case .encoded: return ObjectPath.decode(name: name)
        case .plain:
            if isTop, name.elementsEqual(Self.reserved.utf8) { return nil }
            return isFolder ? .folder(name + [0x2F]) : .object(name)
        }
    }

    /// Who may read what is made: in a plain folder whoever the process's mask lets.
    var fileMode: mode_t { self == .plain ? 0o666 : 0o600 }
    var folderMode: mode_t { self == .plain ? 0o777 : 0o700 }
}
