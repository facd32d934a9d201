package import Contract
import Digest
package import Kernel
package import Transport

/// A blob that lies in a file of this machine.
package struct BlobFile: Sendable, Hashable {
    package var sha256: ContentDigest
    package var size: ByteCount
    /// The file's absolute path.
    package var path: String

    package init(sha256: ContentDigest, size: ByteCount, path: String) {
        self.sha256 = sha256
        self.size = size
        self.path = path
    }

    package var blob: BlobDescription { BlobDescription(sha256: self.sha256, size: self.size) }
}

/// Carries blobs between files of this machine and stores, by presigned requests.
///
/// Many small ones go at a time, each streamed; what arrives is hashed on the way and put in its place by a rename, so that a
/// file under its final name is always whole and right. Presigned requests live for minutes, so they are asked for in
/// batches, just before they are used, and once more for what failed.
package struct BlobTransfer: Sendable {
    /// Presigned requests asked for at a time: at the slowest, a batch of files of a source folder travels in minutes.
    static let batch = 256
    /// Transfers at the same time: enough to fill a link with small files.
    static let parallel = 8
    /// Rounds of asking anew for what failed.
    static let rounds = 3
    /// The slowest link that is waited for; a transfer gets half a minute more than its size needs at this pace.
    static let slowestBytesPerSecond: Int64 = 64 << 10

    private let transport: HTTPTransport

    package init(transport: HTTPTransport) { self.transport = transport }

    /// Uploads those of `files` that the store does not have.
    ///
    /// - Parameters:
    ///   - grant: asks the control plane where to put them; what it does not list is there already.
    ///   - progress: called with the bytes of each blob that is stored, from several tasks at once.
    /// - Returns: the bytes that had to travel.
    /// - Throws: `BlobError` or `TransportError`, of the first blob that failed in every round.
    @discardableResult
    package func upload(
        _ files: [BlobFile], asking grant: @Sendable ([BlobDescription]) async throws -> UploadGrant,
        progress: @escaping @Sendable (ByteCount) -> Void = { _ in }
    ) async throws -> ByteCount {
        var sent = ByteCount.zero
        for batch in Self.batches(files, by: \.sha256) {
            sent += try await self.rounds(batch) { remaining in
                let granted = try await grant(remaining.map(\.blob))
                for file in remaining where granted.missing[file.sha256.hex] == nil { progress(file.size) }
                return remaining.compactMap { file in
                    granted.missing[file.sha256.hex].map { request in
                        (file, { try await self.put(file, by: request, progress) })
                    }
                }
            }
        }
        return sent
    }

    /// Downloads `blobs`, each to the file that `place` names for it.
    ///
    /// - Parameter grant: asks the control plane where to get them.
    /// - Throws: as `upload`; `BlobError.missing` for one that the grant does not list.
    package func download(
        _ blobs: [BlobDescription], asking grant: @Sendable ([ContentDigest]) async throws -> DownloadGrant,
        to place: @escaping @Sendable (ContentDigest) -> String,
        progress: @escaping @Sendable (ByteCount) -> Void = { _ in }
    ) async throws {
        for batch in Self.batches(blobs, by: \.sha256) {
            _ = try await self.rounds(batch) { remaining in
                let granted = try await grant(remaining.map(\.sha256))
                return try remaining.map { blob in
                    guard let request = granted.blobs[blob.sha256.hex] else { throw BlobError.missing(blob.sha256) }
                    return (
                        blob,
                        {
                            try await self.fetch(blob, by: request, to: place(blob.sha256))
                            progress(blob.size)
                            return blob.size
                        }
                    )
                }
            }
        }
    }

    /// Downloads one blob to the file `path`, which appears whole or not at all.
    ///
    /// - Throws: `BlobError.corrupt` when what came is not the blob; `BlobError.noSpace`, `.unwritable`; `TransportError`.
    package func fetch(_ blob: BlobDescription, by request: PresignedRequest, to path: String) async throws {
        let deadline = Self.deadline(for: blob.size)
        try await Deadline.race(
            deadline, else: TransportError.timedOut(url: RedactedURL.of(request.url), after: deadline)
        ) {
            let stream = try await self.transport.open(HTTPRequest(.get, request.url, headers: request.headers))
            let file = try PartialFile(for: path)
            var hasher = SHA256Hasher()
            for try await chunk in stream.body {
                guard file.count + Int64(chunk.count) <= blob.size.bytes else {
                    throw BlobError.corrupt(blob.sha256, found: "more than \(blob.size.bytes) bytes")
                }
                hasher.update(chunk)
                try file.write(chunk)
            }
            let found = hasher.finish()
            guard found == blob.sha256 else { throw BlobError.corrupt(blob.sha256, found: found.hex) }
            try file.commit()
        }
    }

    private func put(
        _ file: BlobFile, by request: PresignedRequest, _ progress: @Sendable (ByteCount) -> Void
    ) async throws -> ByteCount {
        _ = try await self.transport.send(
            HTTPRequest(.put, request.url, headers: request.headers, body: .file(path: file.path, size: file.size)),
            within: Self.deadline(for: file.size))
        progress(file.size)
        return file.size
    }

    // MARK: Rounds

    private typealias Job<Item> = (item: Item, run: @Sendable () async throws -> ByteCount)

    /// Performs the jobs that `plan` makes of what remains, until nothing does. The last round's first failure is thrown.
    private func rounds<Item: Sendable & Hashable>(
        _ items: [Item], plan: ([Item]) async throws -> [Job<Item>]
    ) async throws -> ByteCount {
        var remaining = items
        var moved = ByteCount.zero
        for round in 1...Self.rounds {
            var failed: [(Item, any Error)] = []
            for (item, result) in try await self.perform(try await plan(remaining)) {
                switch result {
                case .success(let size): moved += size
                case .failure(let error): failed.append((item, error))
                }
            }
            guard let (_, error) = failed.first else { return moved }
            if round == Self.rounds || failed.contains(where: { !Self.isWorthAnotherRound($0.1) }) { throw error }
            remaining = failed.map(\.0)
        }
        return moved
    }

    private func perform<Item: Sendable>(_ jobs: [Job<Item>]) async throws -> [(Item, Result<ByteCount, any Error>)] {
        try await withThrowingTaskGroup(of: (Item, Result<ByteCount, any Error>).self) { group in
            var done: [(Item, Result<ByteCount, any Error>)] = []
            for (index, job) in jobs.enumerated() {
                if index >= Self.parallel, let next = try await group.next() { done.append(next) }
                group.addTask {
                    do { return (job.item, .success(try await job.run())) } catch let error as CancellationError {
                        throw error
                    } catch { return (job.item, .failure(error)) }
                }
            }
            for try await next in group { done.append(next) }
            return done
        }
    }

    /// A presigned request may have expired, a store may have been away, bytes may have been damaged on the way.
    private static func isWorthAnotherRound(_ error: any Error) -> Bool {
        switch error {
        case BlobError.corrupt: true
        case let fault as any Fault:
            fault.kind.isRetryable || fault.kind == .forbidden || fault.kind == .unauthenticated
        default: false
        }
    }

    private static func batches<Item>(_ items: [Item], by digest: (Item) -> ContentDigest) -> [[Item]] {
        var seen: Set<ContentDigest> = []
        let unique = items.filter { seen.insert(digest($0)).inserted }
        return stride(from: 0, to: unique.count, by: Self.batch).map {
            Array(unique[$0..<min($0 + Self.batch, unique.count)])
        }
    }

    private static func deadline(for size: ByteCount) -> TimeSpan {
        .seconds(30 + size.bytes / Self.slowestBytesPerSecond)
    }
}
