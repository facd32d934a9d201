import Kernel

/// Chunks that are there already, then the end or an error.
struct Bytes: AsyncSequence, Sendable {
    typealias Failure = any Error

    let chunks: [[UInt8]]
    let error: (any Error)?

    init(_ chunks: [[UInt8]], error: (any Error)? = nil) {
        self.chunks = chunks
        self.error = error
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: self.chunks[...], error: self.error) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<[UInt8]>
        let error: (any Error)?

        mutating func next() async throws -> [UInt8]? {
            if let chunk = self.rest.popFirst() { return chunk }
            if let error { throw error }
            return nil
        }
    }
}

/// One chunk, then nothing until the task is cancelled.
struct StallingBytes: AsyncSequence, Sendable {
    typealias Failure = any Error

    let first: [UInt8]
    /// Yields when the first chunk was taken and another is asked for.
    let stalled: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(first: [UInt8]) {
        self.first = first
        (self.stalled, self.signal) = AsyncStream.makeStream()
    }

    func makeAsyncIterator() -> Iterator { Iterator(first: self.first, signal: self.signal) }

    struct Iterator: AsyncIteratorProtocol {
        var first: [UInt8]?
        let signal: AsyncStream<Void>.Continuation

        mutating func next() async throws -> [UInt8]? {
            if let chunk = self.first {
                self.first = nil
                return chunk
            }
            self.signal.yield()
            let (never, continuation) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            continuation.finish()
            throw CancellationError()
        }
    }
}

/// Bytes that look like nothing in particular, the same for the same seed.
func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
    bytes.removeLast(bytes.count - count)
    return bytes
}
