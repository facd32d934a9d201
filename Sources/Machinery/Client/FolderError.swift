package import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a folder cannot be packed.
package enum FolderError: Fault, Equatable {
    package struct Item: Sendable, Hashable {
        package var path: String
        package var size: ByteCount
    }

    case unreadable(path: String, reason: String)
    case tooLarge(path: String, size: ByteCount, limit: ByteCount, largest: [Item])
    case tooMany(path: String, limit: Int)
    case tooDeep(path: String, limit: Int)
    case escapingLink(path: String, target: String)
    case danglingLink(path: String)
    case circularLink(path: String)
    case special(path: String, type: String)
    case badName(folder: String, name: String)

    package var kind: FaultKind { .invalid }

    package var message: String {
        switch self {
        case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)."
        case .tooLarge(let path, let size, let limit, let largest):
            "The folder '\(path)' has \(size), above the limit of \(limit). Its largest files are "
                + largest.map { "'\($0.path)' (\($0.size))" }.joined(separator: ", ")
                + ". List what is not code in .martletignore, or add it as a dataset."
        case .tooMany(let path, let limit):
            "The folder '\(path)' has more than \(limit) files. Pack them into an archive, or list them in .martletignore."
        case .tooDeep(let path, let limit):
            "'\(path.prefix(60))…' lies more than \(limit) folders deep. Remove the link that goes round, or list it in .martletignore."
        case .escapingLink(let path, let target):
            "The link '\(path)' leads out of the folder, to '\(target)'. Copy what it points to into the folder, or list it in .martletignore."
        case .danglingLink(let path): "The link '\(path)' leads nowhere. Remove it, or list it in .martletignore."
        case .circularLink(let path):
            "The link '\(path)' leads to a folder that it lies in. Remove it, or list it in .martletignore."
        case .special(let path, let type):
            "'\(path)' is \(type) and cannot be packed. Remove it, or list it in .martletignore."
        case .badName(let folder, let name): "The name '\(name)' in '\(folder)' is not UTF-8. Rename it."
        }
    }

    static func lastReason() -> String { String(cString: strerror(errno)).lowercased() }
}
