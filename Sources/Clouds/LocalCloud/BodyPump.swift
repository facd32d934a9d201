import CloudPorts
import Digest
import Kernel

/// Brings a body to a disk in blocks: while one is hashed and written, the next is awaited from the sender.
///
/// It holds two blocks and no more, so memory is flat and the sender is slowed to the disk.
struct BodyPump {
    /// Large enough that the hand-over to a thread costs nothing beside the write, in bytes.
    static let blockBytes = 512 << 10

    /// For errors.
    let store: String
    /// Nothing is written once more than so many bytes have come.
    let limit: Int64
    let isHashed: Bool

    /// - Parameter write: gets each block and its distance from the beginning, in order, on a thread that may wait.
    /// - Returns: bytes that came, more than `limit` when there were more, and their digest when it is wanted.
    /// - Throws: what `write` throws; `unavailable` when the bytes stop coming or the task is cancelled.
    func run(
        _ body: ByteStream, write: @escaping @Sendable ([UInt8], Int64) throws(ObjectError) -> Void
    ) async throws(ObjectError) -> (count: Int64, digest: ContentDigest?) {
        var source = Blocks(iterator: body.makeAsyncIterator())
        var hasher: SHA256Hasher? = self.isHashed ? SHA256Hasher() : nil
        var count: Int64 = 0
        do {
            var next = try await source.next()
            while let block = next {
                try Task.checkCancellation()
                let offset = count
                count += Int64(block.count)
                guard count <= self.limit else { break }
                let before = hasher
                async let written = Self.take(block, at: offset, before, write)
                next = try await source.next()
                hasher = try await written
            }
            try Task.checkCancellation()
        } catch let error as ObjectError {
            throw error
        } catch {
            throw .unavailable(store: self.store, reason: "the bytes stopped coming: \(error)")
        }
        return (count, hasher?.finish())
    }

    private static func take(
        _ block: [UInt8], at offset: Int64, _ hasher: SHA256Hasher?,
        _ write: @escaping @Sendable ([UInt8], Int64) throws(ObjectError) -> Void
    ) async throws(ObjectError) -> SHA256Hasher? {
        try await BlockingWork.run { () throws(ObjectError) in
            var hasher = hasher
            hasher?.update(block)
            try write(block, offset)
            return hasher
        }
    }

    /// Small chunks gathered into blocks.
    private struct Blocks {
        var iterator: any AsyncIteratorProtocol<[UInt8], any Error>

        mutating func next() async throws -> [UInt8]? {
            guard var block = try await self.iterator.next(isolation: nil) else { return nil }
            if block.count >= BodyPump.blockBytes { return block }
            block.reserveCapacity(BodyPump.blockBytes + (64 << 10))
            while block.count < BodyPump.blockBytes, let chunk = try await self.iterator.next(isolation: nil) {
                block.append(contentsOf: chunk)
            }
            return block
        }
    }
}
