package import Contract
package import Kernel

/// What went wrong at an object store, in the store-independent terms that callers act on.
package enum ObjectError: Fault, Equatable {
    case notFound(key: String)
    case alreadyExists(key: String)
    /// The bytes that arrived are not the ones that were announced.
    case corrupt(key: String, expected: String, found: String)
    case invalidKey(key: String)
    case full(store: String)
    case unavailable(store: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .notFound: .notFound
        case .alreadyExists: .conflict
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
/// - An empty object is an object. `delete` of what is not there succeeds.
/// - `list` is sorted by the bytes of the key and pages are stable against concurrent puts.
package protocol ObjectStoreDriver: Sendable {
    /// - Returns: nil when there is none.
    func head(_ key: String) async throws(ObjectError) -> ObjectDescription?

    /// - Parameter range: bytes; clamped to the object's end; nil is all of it.
    func read(_ key: String, range: Range<Int64>?) async throws(ObjectError) -> ByteStream

    /// - Parameters:
    ///   - size: bytes that `body` will yield.
    ///   - sha256: of the whole body; nil when the caller does not know it.
    func put(_ key: String, size: ByteCount, sha256: ContentDigest?, ifAbsent: Bool, body: ByteStream)
        async throws(ObjectError)

    /// At most `limit` objects whose keys start with `prefix` and come after `after`.
    func list(prefix: String, after: String?, limit: Int) async throws(ObjectError) -> [ObjectDescription]

    /// Copies within the store without the bytes passing through the caller; overwrites.
    func copy(_ source: String, to destination: String) async throws(ObjectError)

    func delete(_ key: String) async throws(ObjectError)

    /// A request that its bearer may send without a key until `expires`.
    func presign(_ intent: PresignIntent, expires: Timestamp) throws(ObjectError) -> PresignedRequest
}

/// What a presigned request allows, and nothing more.
package enum PresignIntent: Sendable, Hashable {
    case get(key: String)
    /// Exactly this many bytes with exactly this digest.
    case put(key: String, size: ByteCount, sha256: ContentDigest)
}
