import Client
import Contract
import Kernel

extension AttemptRunner {
    /// How long a source or input may fail to arrive before another worker is to try.
    static let downloadPatience = TimeSpan.minutes(2)

    /// Fetches source and inputs and lays them out.
    func prepare() async -> AttemptMachine.Event {
        do {
            try self.checkImage()
            let blobs = self.blobs
            self.bench.cache.retain(blobs.map(\.sha256))
            defer { self.bench.cache.release(blobs.map(\.sha256)) }
            try await self.makingRoom { try await self.fetch(blobs) }
            try await self.makingRoom { try await self.fill() }
            return .prepared
        } catch {
            return .preparationFailed(.of(error))
        }
    }

    private func checkImage() throws(PlainFault) {
        guard let image = self.assignment.step.image, self.bench.facts.containerEngine == nil else { return }
        throw PlainFault(
            .invalid,
            "The step asks for the image '\(image)', but the worker '\(self.bench.facts.name)' has no container engine: "
                + "neither podman nor docker was found. Install one there, or remove 'image' from the step.")
    }

    /// Each blob once.
    private var blobs: [BlobDescription] {
        let entries = (self.assignment.source?.entries ?? []) + self.assignment.inputs.flatMap(\.tree.entries)
        let sizes = Dictionary(entries.map { ($0.sha256, $0.size) }, uniquingKeysWith: { first, _ in first })
        return sizes.sorted { $0.key < $1.key }.map { BlobDescription(sha256: $0.key, size: $0.value) }
    }

    private func fetch(_ blobs: [BlobDescription]) async throws {
        let cache = self.bench.cache
        try await self.patiently(for: Self.downloadPatience) {
            let missing = blobs.filter { !cache.contains($0.sha256) }
            if missing.isEmpty { return }
            // What arrived has arrived, even when its neighbours did not.
            defer {
                for blob in missing where Disk.facts(of: cache.path(of: blob.sha256))?.size == blob.size {
                    try? cache.add(blob.sha256, size: blob.size)
                }
            }
            try await self.bench.link.download(missing, of: self.key, to: { cache.path(of: $0) })
        }
    }

    private func fill() async throws {
        try await offThread { [folder = self.folder, assignment = self.assignment, cache = self.bench.cache] in
            try folder.fill(with: assignment, from: cache)
        }
    }

    /// When the disk is full, gives up what the cache can spare and does `work` once more.
    private func makingRoom(_ work: () async throws -> Void) async throws {
        do { try await work() } catch  where error.isDiskFull {
            try self.bench.cache.makeRoom()
            try await work()
        }
    }

    /// Does `work` again while it fails in a way that may pass, at most for `patience`.
    func patiently(for patience: TimeSpan, _ work: () async throws -> Void) async throws {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        var end: TimeSpan?
        while true {
            do { return try await work() } catch  where error.isWorthRetrying && !error.isDiskFull {
                let now = self.bench.time.monotonic
                let deadline = end ?? now + patience
                end = deadline
                guard now < deadline, !Task.isCancelled else { throw error }
                await pause(backoff.next(using: &random))
            }
        }
    }
}

extension Error {
    /// Whether there was no room on this machine.
    var isDiskFull: Bool {
        if case .full = self as? DiskError { return true }
        if case .noSpace = self as? BlobError { return true }
        return false
    }
}

extension AttemptMachine.Ending {
    /// What an error in preparing or collecting means for the attempt: what is wrong with the run itself fails it, the rest
    /// is the worker's or the network's trouble, and another worker may do better.
    static func of(_ error: any Error) -> AttemptMachine.Ending {
        if case BlobError.noSpace(let path) = error { return .of(DiskError.full(path: path)) }
        if case BlobError.unwritable = error { return .init(.unavailable, error.sentence) }
        guard let fault = error as? any Fault else { return .init(.unavailable, error.sentence) }
        return .init(fault.kind == .invalid || fault.kind == .notFound ? .failed : .unavailable, fault.message)
    }
}
