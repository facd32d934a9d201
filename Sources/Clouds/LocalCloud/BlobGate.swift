package import CloudPorts
import Contract
package import Kernel

/// A request to `/blobs/…` as it came in.
package struct BlobRequest: Sendable {
    package var method: String
    /// What follows `/blobs/`, percent-encoded as it came.
    package var path: String
    /// What follows `?`; empty when there is none. A credential: never logged.
    package var query: String
    /// The `Range` header.
    package var range: String?
    /// The `Content-Length` header; nil for a chunked body.
    package var length: Int64?
    package var body: ByteStream

    package init(
        method: String, path: String, query: String, range: String? = nil, length: Int64? = nil, body: ByteStream
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.range = range
        self.length = length
        self.body = body
    }
}

/// What it is answered with. Faults are thrown instead.
package struct BlobAnswer: Sendable {
    /// 200, 201, 206 or 416.
    package var status: Int
    /// Lower-case names; no `content-length`.
    package var headers: [String: String]
    /// Bytes that `body` will yield.
    package var length: Int64
    /// Nil: an empty body.
    package var body: ByteStream?
}

/// The door to the file stores: honours the URLs that `BlobURLs` has signed.
///
/// It takes values and gives values, so that any HTTP server can stand before it: bytes stream both ways at the pace of
/// the slower side and nothing is kept. A put is taken only whole and right: as long as was signed, with the digest that
/// was signed. It throws a `Fault`: `forbidden` for an address that is not ours or too old, `notFound`, `invalid` for
/// other bytes than announced, `unavailable` when the disk is full or broken.
package struct BlobGate: Sendable {
    private let urls: BlobURLs
    private let stores: @Sendable (String) async throws -> (any ObjectStoreDriver)?
    private let time: any TimeSource
    private let only: String?

    /// - Parameters:
    ///   - only: the one store that is served, for a listener of its own; nil is all of them.
    ///   - stores: the driver of a store; nil when there is none of that name.
    package init(
        urls: BlobURLs, time: any TimeSource, only: String? = nil,
        stores: @escaping @Sendable (String) async throws -> (any ObjectStoreDriver)?
    ) {
        self.urls = urls
        self.time = time
        self.only = only
        self.stores = stores
    }

    package func answer(_ request: BlobRequest) async throws -> BlobAnswer {
        let (store, intent) = try self.urls.verify(
            method: request.method, path: request.path, query: request.query, now: self.time.now)
        guard self.only == nil || self.only == store, let driver = try await self.stores(store) else {
            throw PlainFault(.notFound, "The store '\(store)' is not served here.")
        }
        switch intent {
        case .get(let key): return try await self.get(key, range: request.range, from: driver)
        case .put(let key, let size, let sha256):
            if let length = request.length, length != size.bytes {
                throw ObjectError.corrupt(key: key, expected: "\(size.bytes) bytes", found: "\(length) bytes")
            }
            try await driver.put(key, size: size, sha256: sha256, ifAbsent: false, body: request.body)
            return BlobAnswer(status: 201, headers: [:], length: 0, body: nil)
        case .part(let key, let upload, let number):
            guard let parts = driver as? any PartUploads else { throw ObjectError.notFound(key: key) }
            let tag = try await parts.putPart(
                number, of: key, upload: upload, length: request.length, body: request.body)
            return BlobAnswer(status: 200, headers: ["etag": "\"\(tag)\""], length: 0, body: nil)
        }
    }

    private func get(_ key: String, range: String?, from driver: any ObjectStoreDriver) async throws -> BlobAnswer {
        guard let size = try await driver.head(key)?.size.bytes else { throw ObjectError.notFound(key: key) }
        var headers = ["content-type": "application/octet-stream", "accept-ranges": "bytes"]
        switch ByteRange(header: range, size: size) {
        case .all:
            return BlobAnswer(status: 200, headers: headers, length: size, body: try await driver.read(key, range: nil))
        case .part(let part):
            headers["content-range"] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
            return BlobAnswer(
                status: 206, headers: headers, length: part.upperBound - part.lowerBound,
                body: try await driver.read(key, range: part))
        case .unsatisfiable:
            headers["content-range"] = "bytes */\(size)"
            return BlobAnswer(status: 416, headers: headers, length: 0, body: nil)
        }
    }
}
