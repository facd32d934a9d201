import AsyncHTTPClient
package import Kernel
import NIOCore

/// The body of an answer as it comes off the wire, in chunks. Slow readers slow the sender.
///
/// - Throws (while iterating): `TransportError.interrupted` when the connection breaks or stays silent for a minute.
package struct ResponseBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    private let body: HTTPClientResponse.Body
    private let url: String

    init(_ body: HTTPClientResponse.Body, url: String) {
        self.body = body
        self.url = url
    }

    package func makeAsyncIterator() -> Iterator { Iterator(base: self.body.makeAsyncIterator(), url: self.url) }

    package struct Iterator: AsyncIteratorProtocol {
        package typealias Failure = any Error

        private var base: HTTPClientResponse.Body.AsyncIterator
        private let url: String

        init(base: HTTPClientResponse.Body.AsyncIterator, url: String) {
            self.base = base
            self.url = url
        }

        package mutating func next() async throws -> [UInt8]? {
            do {
                guard var buffer = try await self.base.next() else { return nil }
                return buffer.readBytes(length: buffer.readableBytes) ?? []
            } catch {
                throw TransportError.receiving(error, from: self.url)
            }
        }
    }

    /// The whole body.
    ///
    /// - Throws: `tooLarge` as soon as it has more than `limit` bytes.
    package func collect(upTo limit: ByteCount) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in self {
            guard bytes.count + chunk.count <= Int(limit.bytes) else {
                throw TransportError.tooLarge(url: self.url, limit: limit)
            }
            bytes += chunk
        }
        return bytes
    }
}
