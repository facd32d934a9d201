import CloudPorts

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file descriptor that is closed with its last user.
final class OpenFile: Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { if self.descriptor >= 0 { close(self.descriptor) } }
}

/// The bytes of a range of a file, a chunk at a time. The file stays readable when its name is replaced or deleted.
struct FileByteStream: AsyncSequence, Sendable {
    typealias Failure = any Error

    /// Few calls, little memory, in bytes.
    static let chunkBytes: Int64 = 512 << 10

    let file: OpenFile
    let range: Range<Int64>
    let store: String

    func makeAsyncIterator() -> Iterator {
        Iterator(file: self.file, store: self.store, offset: self.range.lowerBound, end: self.range.upperBound)
    }

    struct Iterator: AsyncIteratorProtocol {
        let file: OpenFile
        let store: String
        var offset: Int64
        let end: Int64

        mutating func next() async throws -> [UInt8]? {
            try Task.checkCancellation()
            guard self.offset < self.end else { return nil }
            let (file, store, offset) = (self.file, self.store, self.offset)
            let wanted = Int(Swift.min(FileByteStream.chunkBytes, self.end - offset))
            let chunk = try await BlockingWork.run { () throws(ObjectError) in
                try FileByteStream.read(file, at: offset, count: wanted, store: store)
            }
            // Objects do not shrink; a disk that loses the end of one has damaged it.
            guard !chunk.isEmpty else { throw ObjectError.unavailable(store: store, reason: "a file ended early") }
            self.offset += Int64(chunk.count)
            return chunk
        }
    }

    /// At most `count` bytes; none at the end.
    static func read(
        _ file: OpenFile, at offset: Int64, count: Int, store: String
    ) throws(ObjectError) -> [UInt8] {
        var code: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got = pread(file.descriptor, buffer.baseAddress, count, off_t(offset))
            while got < 0, errno == EINTR { got = pread(file.descriptor, buffer.baseAddress, count, off_t(offset)) }
            if got < 0 { code = errno }
            filled = Swift.max(0, got)
        }
        guard code == 0 else { throw .unavailable(store: store, reason: String(cString: strerror(code))) }
        return chunk
    }
}
