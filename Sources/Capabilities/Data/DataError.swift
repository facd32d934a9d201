import Contract
package import Kernel

/// What can go wrong with stores, datasets and transfers.
package enum DataError: Fault, Equatable {
    case noStore(String)
    case unknownType(store: String, type: String)
    case badEndpoint(store: String, endpoint: String)
    case badPath(store: String, path: String)
    /// Its objects would be lost from sight.
    case storeInUse(store: String, field: String, objects: Int)
    /// A dataset that lies there may not lie in the zones it would have.
    case zonesInUse(store: String, dataset: String, version: Int, residency: Residency)
    case noTree(ContentDigest)
    case noDataset(String)
    case noVersion(dataset: String, version: Int)
    case notAllowedThere(what: String, residency: Residency, store: String, zones: [String])
    case loosened(dataset: String, from: Residency, to: Residency)
    /// Blobs that were announced and do not lie in the store. `first` is the path, or the digest, of one of them.
    case notUploaded(store: String, missing: Int, of: Int, first: String)
    case wrongSize(store: String, name: String, announced: ByteCount, found: ByteCount)
    case nowhere(blob: ContentDigest, destination: String)
    case tooManyBlobs(Int)

    package var kind: FaultKind {
        switch self {
        case .noStore, .noTree, .noDataset, .noVersion, .nowhere: .notFound
        case .unknownType, .badEndpoint, .badPath, .notUploaded, .wrongSize, .tooManyBlobs: .invalid
        case .storeInUse, .zonesInUse: .conflict
        case .notAllowedThere, .loosened: .forbidden
        }
    }

    package var message: String {
        switch self {
        case .noStore(let name): "There is no store '\(name)'. Run 'martlet stores list' to see which there are."
        case .unknownType(let store, let type): "The store '\(store)' has the type '\(type)'. Use 'file'."
        case .badEndpoint(let store, let endpoint):
            "The endpoint '\(endpoint)' of the store '\(store)' is not of the form http://address:port. Correct it."
        case .badPath(let store, let path):
            "The path '\(path)' of the store '\(store)' is not a folder's path without '..', '.' and empty parts. Correct it."
        case .storeInUse(let store, let field, let objects):
            "The store '\(store)' holds \(objects) objects, so its \(field) cannot change. Declare a new store for another place."
        case .zonesInUse(let store, let dataset, let version, let residency):
            "The dataset '\(dataset)' version \(version) lies in the store '\(store)' and may lie only in \(residency). Keep the zone."
        case .noTree(let digest): "There is no tree \(digest)."
        case .noDataset(let name): "There is no dataset '\(name)'. Run 'martlet datasets list' to see which there are."
        case .noVersion(let dataset, let version):
            "The dataset '\(dataset)' has no version \(version). Run 'martlet datasets show \(dataset)' to see which it has."
        case .notAllowedThere(let what, let residency, let store, let zones):
            "\(what) may lie only in \(residency); the store '\(store)' is in \(Self.list(zones)). Choose a store in an allowed zone."
        case .loosened(let dataset, let from, let to):
            "The data of '\(dataset)' may lie only in \(from) so far; releasing it to \(to) needs the role operator."
        case .notUploaded(let store, let missing, let all, let first):
            "\(missing) of \(all) files do not lie in the store '\(store)', '\(first)' among them. Upload them, then send this again."
        case .wrongSize(let store, let name, let announced, let found):
            "'\(name)' has \(found.bytes) bytes in the store '\(store)', not the \(announced.bytes) announced. Send its true size, or upload it again."
        case .nowhere(let blob, let destination):
            "No store has the blob \(blob) that is needed in '\(destination)'. Upload it again, or run again what made it."
        case .tooManyBlobs(let count):
            "\(count) blobs are more than the \(Tree.maximumEntries) that one request may name. Send several requests."
        }
    }

    private static func list(_ zones: [String]) -> String {
        zones.isEmpty ? "no zone" : zones.sorted().joined(separator: ", ")
    }
}
