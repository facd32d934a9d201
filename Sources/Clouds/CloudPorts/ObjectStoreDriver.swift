package import Contract
package import Kernel

/// What went wrong at an object store, in the store-independent terms that callers act on.
package enum ObjectError: Fault, Equatable {
    case notFound(key: String)
    case alreadyExists(key: String)
    /// The bytes that arrived are not the ones that were announced.
    case corrupt(key: String, expected: String, found: String)
    case invalidKey(key: String)
    /// A store whose keys are paths of files has a folder where the object would lie, or a file where a folder would.
    case obstructed(key: String)
    case full(store: String)
    case unavailable(store: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .notFound: .notFound
        case .alreadyExists, .obstructed: .conflict
        case .corrupt, .invalidKey: .invalid
        case .full, .unavailable: .unavailable
        }
    }

    package var message: String {
        switch self {
        case .notFound(let key): "No object is stored at '\(key)'."
        case .alreadyExists(let key): "An object is stored at '\(key)' already."
        case .corrupt(let key, let expected, let found):
            "The bytes for '\(key)' are not those announced: expected \(expected), found \(found). Send them again."
        case .invalidKey(let key): "'\(key)' is not a key: keys are relative paths without '..', '.' or empty parts."
        case .obstructed(let key):
            "'\(key)' cannot be stored: a folder of that name is there, or a file where its folder should be. "
                + "Choose another name."
        case .full(let store):
            "The store '\(store)' has no room left. Free space there; the request may then be retried."
        case .unavailable(let store, _): "The store '\(store)' did not answer. The request may be retried."
        }
    }

    package var detail: String {
        if case .unavailable(_, let reason) = self { reason } else { "" }
    }
}

package struct ObjectDescription: Sendable, Hashable {
    package var key: String
    package var size: ByteCount
    package var modifiedAt: Timestamp

    package init(key: String, size: ByteCount, modifiedAt: Timestamp) {
        self.key = key
        self.size = size
        self.modifiedAt = modifiedAt
    }
}

/// Bytes on their way, in chunks of at most 1 MiB.
package typealias ByteStream = any AsyncSequence<[UInt8], any Error> & Sendable

/// One bucket, container or folder of objects.
///
/// The contract that the conformance suite checks:
/// - Keys are relative, `/`-separated; any other is refused with `invalidKey` and nothing is touched.
/// - `put` is atomic: a reader sees the old object, the new one or none, never a part; after an error or cancellation
///   nothing has changed. Announced size and digest are verified; a mismatch is `corrupt`.
/// - `put(ifAbsent: true)` on an existing key is `alreadyExists` and leaves it alone, however many race.
/// - `put` without a size takes what comes; a client that cuts off its body must make the body throw.
/// - An empty object is an object. `delete` of what is not there succeeds.
/// - `list` is sorted by the bytes of the key and pages are stable against concurrent puts.
package protocol ObjectStoreDriver: Sendable {
    /// - Returns: nil when there is none.
    func head(_ key: String) async throws(ObjectError) -> ObjectDescription?

    /// - Parameter range: bytes; clamped to the object's end; nil is all of it.
    func read(_ key: String, range: Range<Int64>?) async throws(ObjectError) -> ByteStream

    /// - Parameters:
    ///   - size: bytes that `body` will yield; nil when the caller does not know it.
    ///   - sha256: of the whole body; nil when the caller does not know it.
    func put(_ key: String, size: ByteCount?, sha256: ContentDigest?, ifAbsent: Bool, body: ByteStream)
        async throws(ObjectError)

    /// At most `limit` objects whose keys start with `prefix` and come after `after`.
    func list(prefix: String, after: String?, limit: Int) async throws(ObjectError) -> [ObjectDescription]

    /// What lies directly below a folder, sorted by the bytes of the name: the objects there, and once each the folders
    /// that further keys go through.
    ///
    /// - Parameter folder: a key's beginning without its last `/`; empty is the top. None of what is not there.
    func entries(in folder: String) async throws(ObjectError) -> [FolderEntry]

    /// Copies within the store without the bytes passing through the caller; overwrites.
    func copy(_ source: String, to destination: String) async throws(ObjectError)

    func delete(_ key: String) async throws(ObjectError)

    /// A request that its bearer may send without a key until `expires`.
    func presign(_ intent: PresignIntent, expires: Timestamp) throws(ObjectError) -> PresignedRequest
}

/// An object or a folder, as seen from the folder that it lies in.
package struct FolderEntry: Sendable, Hashable {
    /// The last part of its path.
    package var name: String
    /// Nil of a folder.
    package var size: ByteCount?

    package init(name: String, size: ByteCount?) {
        self.name = name
        self.size = size
    }

    package var isFolder: Bool { self.size == nil }

    /// By the bytes of the name; an object before the folder of its name.
    package static func areInOrder(_ a: FolderEntry, _ b: FolderEntry) -> Bool {
        a.name.utf8.elementsEqual(b.name.utf8)
            ? !a.isFolder && b.isFolder : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }
}

/// What a presigned request allows, and nothing more.
package enum PresignIntent: Sendable, Hashable {
    case get(key: String)
    /// Exactly this many bytes with exactly this digest.
    case put(key: String, size: ByteCount, sha256: ContentDigest)
    /// One part of an upload in parts (`PartUploads`), of any content; as often as it is sent until the upload ends.
    case part(key: String, upload: String, number: Int)
}
