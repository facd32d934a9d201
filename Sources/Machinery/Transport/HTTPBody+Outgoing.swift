import AsyncHTTPClient
import Kernel
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension HTTPBody {
    /// - Throws: `unreadable` when the file cannot be opened.
    func outgoing() throws(TransportError) -> HTTPClientRequest.Body? {
        switch self {
        case .none: return nil
        case .bytes(let bytes): return .bytes(ByteBuffer(bytes: bytes))
        case .file(let path, let size):
            // An empty file needs no descriptor, and a length of 0 ends the request at once.
            if size == .zero { return .bytes(ByteBuffer()) }
            return .stream(FileChunks(file: try OpenFile(path)), length: .known(size.bytes))
        case .stream(let length, let chunks):
            return .stream(BufferChunks(chunks: chunks), length: length.map { .known($0.bytes) } ?? .unknown)
        }
    }
}

/// A descriptor that closes itself.
private final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    init(_ path: String) throws(TransportError) {
        self.descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        if self.descriptor < 0 { throw TransportError.unreadable(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit { close(self.descriptor) }
}

/// A file in chunks. Reading blocks for as long as the disk takes, which is short beside the network it feeds.
private struct FileChunks: AsyncSequence, Sendable {
    /// Large enough that system calls do not matter, small enough that many uploads fit in memory.
    static let chunk = 256 << 10

    let file: OpenFile

    func makeAsyncIterator() -> Iterator { Iterator(file: self.file) }

    struct Iterator: AsyncIteratorProtocol {
        let file: OpenFile

        func next() async throws -> ByteBuffer? {
            var buffer = ByteBuffer()
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: FileChunks.chunk) {
                Swift.max(0, read(self.file.descriptor, $0.baseAddress, FileChunks.chunk))
            }
            return count == 0 ? nil : buffer
        }
    }
}

/// Chunks of bytes as NIO's buffers.
private struct BufferChunks: AsyncSequence, Sendable {
    let chunks: any AsyncSequence<[UInt8], any Error> & Sendable

    func makeAsyncIterator() -> Iterator { Iterator(chunks: self.chunks.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: any AsyncIteratorProtocol<[UInt8], any Error>

        mutating func next() async throws -> ByteBuffer? {
            while let chunk = try await self.chunks.next(isolation: nil) {
                if !chunk.isEmpty { return ByteBuffer(bytes: chunk) }
            }
            return nil
        }
    }
}
