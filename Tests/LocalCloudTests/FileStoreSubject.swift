import CloudPorts
import Conformance
import Contract
import Digest
import Kernel
import LocalCloud

/// A file store in a temporary folder, with the gate that honours its URLs.
struct FileStoreSubject: Sendable {
    static let base = "http://store.test:7070"

    let folder: TemporaryFolder
    let driver: FileStoreDriver
    let urls: BlobURLs

    init() throws {
        self.folder = try TemporaryFolder()
        self.urls = BlobURLs(key: .random()) { Self.base }
        self.driver = FileStoreDriver(store: "eu 1", folder: self.folder.path, urls: self.urls)
    }

    func gate(over driver: any ObjectStoreDriver) -> BlobGate {
        BlobGate(urls: self.urls, time: SystemTime()) { name in name == "eu 1" ? driver : nil }
    }

    /// The subject of the suite, over this driver.
    func subject() -> ObjectStoreSubject { self.subject(over: self.driver, isDoorOpen: false) }

    /// The subject of the suite with something broken.
    func subject(breaking fault: FaultyObjectStore.Fault) -> ObjectStoreSubject {
        self.subject(
            over: FaultyObjectStore(base: self.driver, fault: fault), isDoorOpen: fault == .honoursForgeries)
    }

    /// - Parameter isDoorOpen: whether what the gate refuses is let in all the same.
    private func subject(over driver: any ObjectStoreDriver, isDoorOpen: Bool) -> ObjectStoreSubject {
        let gate = self.gate(over: driver)
        return ObjectStoreSubject(
            driver: driver, prefix: "conformance/", now: { SystemTime().now },
            send: { request, body in
                let answer = try await Self.send(request, body, to: gate)
                return isDoorOpen && answer.status == 403 ? PresignedAnswer(status: 200) : answer
            })
    }

    /// Sends a presigned request as an HTTP server would hand it on.
    static func send(
        _ request: PresignedRequest, _ body: [UInt8], range: String? = nil, to gate: BlobGate
    ) async throws -> PresignedAnswer {
        let target = request.url.dropFirst("\(self.base)/blobs/".count)
        let parts = target.split(separator: "?", maxSplits: 1)
        let incoming = BlobRequest(
            method: request.method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
            range: range,
            length: Int64(body.count),
            body: AsyncThrowingStream<[UInt8], any Error> { continuation in
                continuation.yield(body)
                continuation.finish()
            })
        do {
            let answer = try await gate.answer(incoming)
            var bytes: [UInt8] = []
            if let body = answer.body { for try await chunk in body { bytes += chunk } }
            return PresignedAnswer(status: answer.status, body: bytes)
        } catch let fault as any Fault {
            return PresignedAnswer(status: fault.kind.httpStatus, body: Array(fault.message.utf8))
        }
    }
}
