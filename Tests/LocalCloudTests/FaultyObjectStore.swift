import CloudPorts
import Contract
import Kernel
import Synchronization

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
        case flattensFolders = "a folder's entries are what lies directly in it"
        case movesInsteadOfCopying = "a copy is an object of its own and replaces what was there"
        case putsAnything = "a presigned put takes exactly the announced bytes"
        case neverExpires = "a presigned request is refused after its time"
        case deletesBelow = "a key may be the beginning of another"
        case keepsTheFirst = "a put replaces what was there"
        case outlivesCancellation = "a put that is cancelled changes nothing"
        case nothingIsEmpty = "what is not there is told as such"
        case countsPages = "pages are stable against concurrent puts and deletes"
        case leavesDrafts = "racing copies to one key leave a whole object"
        case signsAnotherKey = "a presigned get gives the object, whatever its key"
        /// Of the door before the driver: `FileStoreSubject` breaks it.
        case honoursForgeries = "a presigned request allows nothing else"
    }

    let base: any ObjectStoreDriver
    let fault: Fault
    private let given = Counter()

    init(base: any ObjectStoreDriver, fault: Fault) {
        self.base = base
        self.fault = fault
    }

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
        case (.nothingIsEmpty, _):
            guard try await self.base.head(key) != nil else { return Chunks([]) }
            return try await self.base.read(key, range: range)
        default: return try await self.base.read(self.stored(key), range: range)
        }
    }

    func put(
        _ key: String, size: ByteCount?, sha256: ContentDigest?, ifAbsent: Bool, body: ByteStream
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
        case .keepsTheFirst where !ifAbsent:
            do { try await self.base.put(key, size: size, sha256: sha256, ifAbsent: true, body: body) } catch {
                if case .alreadyExists = error { return }
                throw error
            }
        case .outlivesCancellation:
            var all: [UInt8] = []
            do { for try await chunk in body { all += chunk } } catch {}
            let (base, bytes) = (self.base, all)
            // A task of its own, which nobody cancels.
            let done = await Task {
                try await base.put(key, size: size, sha256: sha256, ifAbsent: ifAbsent, body: Chunks([bytes]))
            }.result
            if case .failure(let error as ObjectError) = done { throw error }
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
        case .countsPages:
            try await self.page(prefix: prefix, isFirst: after == nil, limit: limit)
        case .dropsPrefix: try await self.base.list(prefix: "", after: after, limit: limit)
        default: try await self.base.list(prefix: prefix, after: after, limit: limit)
        }
    }

    func entries(in folder: String) async throws(ObjectError) -> [FolderEntry] {
        guard self.fault == .flattensFolders else { return try await self.base.entries(in: folder) }
        return try await self.base.list(prefix: folder + "/", after: nil, limit: 1000).map {
            FolderEntry(name: String($0.key.dropFirst(folder.count + 1)), size: $0.size)
        }
    }

    /// Goes on after as many objects as were given before, whichever those were.
    private func page(prefix: String, isFirst: Bool, limit: Int) async throws(ObjectError) -> [ObjectDescription] {
        let skipped = isFirst ? 0 : self.given.value.withLock { $0 }
        let all = try await self.base.list(prefix: prefix, after: nil, limit: 1000)
        let page = Array(all.dropFirst(skipped).prefix(limit))
        self.given.value.withLock { $0 = skipped + page.count }
        return page
    }

    func copy(_ source: String, to destination: String) async throws(ObjectError) {
        if self.fault == .leavesDrafts {
            try await self.base.copy(source, to: "\(destination).\(UInt64.random(in: 0...UInt64.max))")
        }
        try await self.base.copy(source, to: destination)
        if self.fault == .movesInsteadOfCopying, source != destination { try await self.base.delete(source) }
    }

    func delete(_ key: String) async throws(ObjectError) {
        if self.fault == .failsDeleteOfNothing, try await self.base.head(key) == nil { throw .notFound(key: key) }
        if self.fault == .deletesBelow {
            for object in try await self.base.list(prefix: key + "/", after: nil, limit: 1000) {
                try await self.base.delete(object.key)
            }
        }
        try await self.base.delete(key)
    }

    func presign(_ intent: PresignIntent, expires: Timestamp) throws(ObjectError) -> PresignedRequest {
        if self.fault == .signsAnotherKey, case .get(let key) = intent {
            return try self.base.presign(.get(key: key.replacing("+", with: " ")), expires: expires)
        }
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

/// A number that a driver should not need to remember.
private final class Counter: Sendable {
    let value = Mutex(0)
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
