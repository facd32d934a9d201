import CloudPorts
import Contract
import Kernel

/// A driver that breaks one sentence of the contract, to prove that the suite notices.
struct FaultyObjectStore: ObjectStoreDriver {
    /// What is broken; its raw value is the check that must notice.
    enum Fault: String, CaseIterable, Sendable {
        case foldsCase = "any text without '.', '..' and empty parts is a key"
        case cutsKeys = "a key may have 1,024 bytes, in one part or many"
        case acceptsDots = "a key that is no relative path is refused and nothing is touched"
        case ignoresIfAbsent = "a put if absent leaves an object that is there alone"
        case checksThenPuts = "of many racing puts if absent exactly one wins, with all of its bytes"
        case trustsSize = "fewer or more bytes than announced are corrupt and change nothing"
        case trustsDigest = "bytes with another digest than announced are corrupt and change nothing"
        case keepsParts = "a put whose bytes fail changes nothing"
        case tearsPuts = "a reader sees the old object or the new one, never a part"
        case emptyIsNothing = "an empty object is an object"
        case shortRange = "a range is clamped to the object's end"
        case hugeChunks = "bytes come in chunks of at most 1 MiB"
        case failsDeleteOfNothing = "a delete removes, and succeeds where nothing is"
        case unsortedList = "a listing is sorted by the bytes of the key"
        case dropsPrefix = "a prefix is any beginning of a key"
        case repeatsAfter = "pages add up to the whole, whatever their size"
        case movesInsteadOfCopying = "a copy is an object of its own and replaces what was there"
        case putsAnything = "a presigned put takes exactly the announced bytes"
        case neverExpires = "a presigned request is refused after its time"
    }

    let base: any ObjectStoreDriver
    let fault: Fault

    /// The key under which the base store gets what is put at `key`.
    private func stored(_ key: String) -> String {
        switch self.fault {
        case .foldsCase: key.lowercased()
        case .cutsKeys: String(decoding: key.utf8.prefix(255), as: UTF8.self)
        default: key
        }
    }

    func head(_ key: String) async throws(ObjectError) -> ObjectDescription? {
        if self.fault == .acceptsDots, key.contains("..") { return nil }
        guard let found = try await self.base.head(self.stored(key)) else { return nil }
        return self.fault == .emptyIsNothing && found.size == .zero ? nil : found
    }

    func read(_ key: String, range: Range<Int64>?) async throws(ObjectError) -> ByteStream {
        switch (self.fault, range) {
        case (.shortRange, let range?) where range.count > 1:
            return try await self.base.read(key, range: range.lowerBound..<range.upperBound - 1)
        case (.hugeChunks, _):
            let all = try await Self.all(of: try await self.base.read(key, range: range))
            return Chunks([all])
        default: return try await self.base.read(self.stored(key), range: range)
        }
    }

    func put(
        _ key: String, size: ByteCount, sha256: ContentDigest?, ifAbsent: Bool, body: ByteStream
    ) async throws(ObjectError) {
        switch self.fault {
        case .ignoresIfAbsent:
            try await self.base.put(key, size: size, sha256: sha256, ifAbsent: false, body: body)
        case .checksThenPuts:
            if ifAbsent, try await self.base.head(key) != nil { throw .alreadyExists(key: key) }
            try await self.base.put(key, size: size, sha256: sha256, ifAbsent: false, body: body)
        case .trustsSize:
            let all = try await Self.all(of: body)
            try await self.base.put(
                key, size: ByteCount(Int64(all.count)), sha256: sha256, ifAbsent: ifAbsent, body: Chunks([all]))
        case .trustsDigest:
            try await self.base.put(key, size: size, sha256: nil, ifAbsent: ifAbsent, body: body)
        case .putsAnything:
            let all = try await Self.all(of: body)
            let size = ByteCount(Int64(all.count))
            try await self.base.put(key, size: size, sha256: nil, ifAbsent: ifAbsent, body: Chunks([all]))
        case .keepsParts:
            do { try await self.base.put(key, size: size, sha256: sha256, ifAbsent: ifAbsent, body: body) } catch {
                try await self.base.put(key, size: ByteCount(1), sha256: nil, ifAbsent: ifAbsent, body: Chunks([[0]]))
                throw error
            }
        case .acceptsDots where key.contains(".."): return
        case .tearsPuts:
            let all = try await Self.all(of: body)
            let half = Array(all.prefix(all.count / 2))
            try await self.base.put(
                key, size: ByteCount(Int64(half.count)), sha256: nil, ifAbsent: ifAbsent, body: Chunks([half]))
            try await self.base.put(key, size: size, sha256: sha256, ifAbsent: false, body: Chunks([all]))
        default: try await self.base.put(self.stored(key), size: size, sha256: sha256, ifAbsent: ifAbsent, body: body)
        }
    }

    func list(prefix: String, after: String?, limit: Int) async throws(ObjectError) -> [ObjectDescription] {
        switch self.fault {
        case .unsortedList: try await self.base.list(prefix: prefix, after: after, limit: limit).reversed()
        case .repeatsAfter:
            try await self.base.list(prefix: prefix, after: after.map { String($0.dropLast()) }, limit: limit)
        case .dropsPrefix: try await self.base.list(prefix: "", after: after, limit: limit)
        default: try await self.base.list(prefix: prefix, after: after, limit: limit)
        }
    }

    func copy(_ source: String, to destination: String) async throws(ObjectError) {
        try await self.base.copy(source, to: destination)
        if self.fault == .movesInsteadOfCopying, source != destination { try await self.base.delete(source) }
    }

    func delete(_ key: String) async throws(ObjectError) {
        if self.fault == .failsDeleteOfNothing, try await self.base.head(key) == nil { throw .notFound(key: key) }
        try await self.base.delete(key)
    }

    func presign(_ intent: PresignIntent, expires: Timestamp) throws(ObjectError) -> PresignedRequest {
        var request = try self.base.presign(
            intent, expires: self.fault == .neverExpires ? expires + .hours(1) : expires)
        request.expires = expires
        return request
    }

    private static func all(of body: ByteStream) async throws(ObjectError) -> [UInt8] {
        var all: [UInt8] = []
        do { for try await chunk in body { all += chunk } } catch let error as ObjectError { throw error } catch {
            throw .unavailable(store: "faulty", reason: "\(error)")
        }
        return all
    }
}

/// Chunks that are there already.
struct Chunks: AsyncSequence, Sendable {
    typealias Failure = any Error

    let chunks: [[UInt8]]

    init(_ chunks: [[UInt8]]) { self.chunks = chunks }

    func makeAsyncIterator() -> Iterator { Iterator(rest: self.chunks[...]) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<[UInt8]>

        mutating func next() async throws -> [UInt8]? { self.rest.popFirst() }
    }
}
