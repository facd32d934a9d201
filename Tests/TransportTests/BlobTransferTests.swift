import Client
import Contract
import Digest
import Foundation
import Hummingbird
import Kernel
import NIOCore
import Synchronization
import Testing
import Transport

@Suite struct BlobTransferTests {
    /// Blobs by digest, as a store holds them.
    final class MemoryStore: Sendable {
        let blobs = Mutex<[String: [UInt8]]>([:])
        let puts = Counter()

        func serve(_ router: Router<BasicRequestContext>, failing: @escaping @Sendable (Int) -> HTTPResponse.Status?) {
            router.put("blobs/:digest") { request, context in
                let body = try await request.body.collect(upTo: 64 << 20)
                if let status = failing(self.puts.increment()) { return Response.text("", status: status) }
                #expect(request.headers[.authorization] == nil)
                self.blobs.withLock { $0[context.parameters.get("digest") ?? ""] = Array(body.readableBytesView) }
                return Response.text("")
            }
            router.get("blobs/:digest") { _, context in
                let bytes = self.blobs.withLock { $0[context.parameters.get("digest") ?? ""] } ?? []
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
            }
        }

        func presign(_ digest: String, _ method: String, at url: String) -> PresignedRequest {
            PresignedRequest(
                method: method, url: "\(url)/blobs/\(digest)?sig=secret", headers: [:],
                expires: Timestamp(milliseconds: 0))
        }
    }

    let transport = HTTPTransport(rule: RetryRule(limit: 1, base: .milliseconds(1), cap: .milliseconds(2)))

    @Test("files go up and come down whole, and only what is missing travels")
    func roundTrip() async throws {
        let store = MemoryStore()
        try await withFolder { root in
            for number in 0..<40 { try write("file \(number)", to: "\(root)/in/\(number)") }
            try write("", to: root + "/in/empty")
            try write(String(repeating: "large ", count: 1 << 20), to: root + "/in/large")
            let folder = try LocalFolder(root + "/in", rules: .dataset)
            // Expired once, away once: both are worth another try.
            try await withServer {
                store.serve($0) { [3: .forbidden, 9: .serviceUnavailable][$0] }
            } _: { [transport] url in
                let transfer = BlobTransfer(transport: transport)
                let progress = Mutex(ByteCount.zero)
                let sent = try await transfer.upload(folder.files) { blobs in
                    let there = store.blobs.withLock { Set($0.keys) }
                    return UploadGrant(
                        missing: Dictionary(
                            uniqueKeysWithValues: blobs.filter { !there.contains($0.sha256.hex) }.map {
                                ($0.sha256.hex, store.presign($0.sha256.hex, "PUT", at: url))
                            }))
                } progress: { size in
                    progress.withLock { $0 += size }
                }
                #expect(sent == folder.size)
                #expect(progress.withLock { $0 } == folder.size)
                #expect(try await transfer.upload(folder.files, asking: { _ in UploadGrant(missing: [:]) }) == .zero)

                mkdir(root + "/out", 0o755)
                try await transfer.download(folder.files.map(\.blob)) { digests in
                    DownloadGrant(
                        blobs: Dictionary(
                            uniqueKeysWithValues: digests.map { ($0.hex, store.presign($0.hex, "GET", at: url)) }))
                } to: {
                    "\(root)/out/\($0)"
                }
                for file in folder.files {
                    #expect(try LocalFolder.hash("\(root)/out/\(file.sha256)") == (file.sha256, file.size))
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/out").count == folder.files.count)
            }
        }
    }

    @Test(
        "what is not the blob is refused and leaves no file, whichever way it is wrong",
        arguments: ["", "otter", "longer than asked for"])
    func corrupt(content: String) async throws {
        let store = MemoryStore()
        let digest = Digest.sha256("right")
        store.blobs.withLock { $0[digest.hex] = Array(content.utf8) }
        try await withFolder { root in
            try await withServer {
                store.serve($0) { _ in nil }
            } _: { [transport] url in
                let error = await #expect(throws: BlobError.self) {
                    try await BlobTransfer(transport: transport).download([
                        BlobDescription(sha256: digest, size: ByteCount(5))
                    ]) { _ in
                        DownloadGrant(blobs: [digest.hex: store.presign(digest.hex, "GET", at: url)])
                    } to: { _ in
                        root + "/file"
                    }
                }
                #expect(error?.message.contains("is not it") == true)
                #expect(error?.message.contains("secret") == false)
                let left = try FileManager.default.contentsOfDirectory(atPath: root)
                #expect(left.isEmpty)
            }
        }
    }

    @Test("a folder that takes no files, a disk that is full and a blob that lies nowhere are told")
    func local() async throws {
        let store = MemoryStore()
        let digest = Digest.sha256("right")
        store.blobs.withLock { $0[digest.hex] = Array("right".utf8) }
        try await withServer {
            store.serve($0) { _ in nil }
        } _: { [transport] url in
            let transfer = BlobTransfer(transport: transport)
            let blob = BlobDescription(sha256: digest, size: ByteCount(5))
            let request = store.presign(digest.hex, "GET", at: url)
            await #expect(throws: BlobError.unwritable(path: "/nowhere/file", reason: "No such file or directory")) {
                try await transfer.fetch(blob, by: request, to: "/nowhere/file")
            }
            await #expect(throws: BlobError.missing(digest)) {
                try await transfer.download([blob], asking: { _ in DownloadGrant(blobs: [:]) }, to: { _ in "/nowhere" })
            }
        }
    }
}
