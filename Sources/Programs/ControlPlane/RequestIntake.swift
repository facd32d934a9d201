import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore

/// The body of one request, read once, and by one task at a time: by its handler, then by whoever clears away the rest.
///
/// A connection cannot carry the next request before this one's body has been read, and a client that is cut off while it
/// sends may never see the answer. So the rest of a refused body is read and dropped, within a bound.
// SAFETY: read by one task at a time, as said above: the handler first, then whoever drops the rest.
final class RequestIntake: @unchecked Sendable {
    /// More of a refused body than this is not read to keep the connection: closing it is cheaper. Twice the largest limit of
    /// a route, so that who sent somewhat too much reads why instead of seeing the connection break. In bytes.
    static let maximumDiscard: Int64 = 64 << 20

    /// The handler reads first; what is left is dropped only after it has returned.
    private var iterator: RequestBody.AsyncIterator?
    private let body: RequestBody
    /// What the head announced; nil for a body in chunks.
    let announced: Int64?
    /// Whether the client waits for a word before it sends.
    let isAwaited: Bool
    /// Whether there may be more to read.
    private var isOpen: Bool

    init(_ request: Request) {
        self.body = request.body
        self.announced = request.headers.contentBytes
        self.isOpen = request.headers.announcesBody
        self.isAwaited = self.isOpen && request.headers[.expect]?.lowercased() == "100-continue"
    }

    /// The next bytes; nil at the end.
    func next() async throws -> ByteBuffer? {
        guard self.isOpen else { return nil }
        if self.iterator == nil { self.iterator = self.body.makeAsyncIterator() }
        do {
            let buffer = try await self.iterator?.next()
            if buffer == nil { self.isOpen = false }
            return buffer
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            // The connection ended in the middle of it: nobody is there to be answered, and nothing is wrong here.
            self.isOpen = false
            throw PlainFault(.cancelled, "The client left while it sent its body.", detail: "\(error)")
        }
    }

    /// The whole body.
    ///
    /// - Throws: `tooLarge` as soon as more than `limit` bytes have come.
    func bytes(upTo limit: ByteCount, tooLarge: () -> any Error) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        if let announced { bytes.reserveCapacity(Int(min(announced, limit.bytes))) }
        while let buffer = try await self.next() {
            guard Int64(bytes.count + buffer.readableBytes) <= limit.bytes else { throw tooLarge() }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    /// Reads and drops what is left of a refused body.
    ///
    /// - Returns: whether all of it is gone, and the connection can go on.
    func clearAway() async throws -> Bool {
        guard self.isOpen else { return true }
        if let announced, announced > Self.maximumDiscard { return false }
        var dropped: Int64 = 0
        while let buffer = try await self.next() {
            dropped += Int64(buffer.readableBytes)
            if dropped > Self.maximumDiscard { return false }
        }
        return true
    }
}
