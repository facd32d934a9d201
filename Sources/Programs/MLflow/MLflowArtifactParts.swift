import CloudPorts
import Contract
import Kernel

// Large files: in parts, which go to the store by signed URLs of their own, and back by ranges of one signed URL.
extension MLflowArtifacts {
    /// A client gets the URLs of all its parts at once and cannot ask for new ones, so they live as long as an upload that
    /// nobody ends. Each takes one part of one upload, and none once that has ended.
    static let partLifetime = TimeSpan.hours(24)
    /// A client whose URL has run out asks for another.
    static let downloadLifetime = TimeSpan.minutes(15)

    var partRoutes: [MLflowRoute] {
        let uploads = "/mlflow-artifacts/mpu"
        var routes = [
            MLflowRoute("GET", "/mlflow-artifacts/presigned/{path...}") { call in
                let path = try ArtifactPath.safe(call.path["path"] ?? "")
                return try await self.download(ArtifactPath.normal(path), asked: path, call.http)
            }
        ]
        // At the top of the store there is no folder to be named.
        for end in ["", "/{path...}"] {
            routes += [
                MLflowRoute("POST", "\(uploads)/create\(end)", .edit) { try await self.begin($0) },
                MLflowRoute("POST", "\(uploads)/complete\(end)", .edit) { try await self.complete($0) },
                MLflowRoute("POST", "\(uploads)/abort\(end)", .edit) { try await self.abort($0) },
            ]
        }
        return routes
    }

    private func begin(_ call: MLflowCall) async throws -> Answer {
        let key = try Self.key(of: call)
        let count = Int(clamping: try call.fields.integer("num_parts") ?? 1)
        guard (1...PartLimits.parts).contains(count) else {
            throw MLflowError.invalid(.integer(Int64(count)), for: "num_parts")
        }
        let driver = try await self.store()
        guard let parts = driver as? any PartUploads else { throw Self.noUploads }
        let upload = try await parts.beginParts(of: key, count: count)
        let expires = self.time.now + Self.partLifetime
        let requests = try (1...count).map {
            try driver.presign(.part(key: key, upload: upload, number: $0), expires: expires)
        }
        return MLflowWriter.answer {
            $0.field("upload_id", upload)
            $0.list("credentials", Array(requests.enumerated())) { writer, request in
                writer.object {
                    $0.field("url", self.url(request.element, for: call.http))
                    $0.field("part_number", Int64(request.offset + 1))
                    Self.write(request.element.headers, to: &$0)
                }
            }
        }
    }

    private func complete(_ call: MLflowCall) async throws -> Answer {
        let key = try Self.key(of: call)
        let upload = try call.fields.required("upload_id")
        guard call.fields["parts"] != nil else { throw MLflowError.missing("parts") }
        let sent = try call.fields.objects("parts").map { fields throws(MLflowError) in
            guard let number = try fields.integer("part_number") else { throw .missing("part_number") }
            let tag = try fields.string("etag") ?? ""
            return UploadedPart(number: Int(clamping: number), tag: tag.filter { $0 != "\"" })
        }
        try await self.uploading(key) { try await $0.completeParts(sent, of: key, upload: upload) }
        return MLflowWriter.empty
    }

    private func abort(_ call: MLflowCall) async throws -> Answer {
        let key = try Self.key(of: call)
        let upload = try call.fields.required("upload_id")
        try await self.uploading(key) { try await $0.abortParts(of: key, upload: upload) }
        return MLflowWriter.empty
    }

    /// Where a file can be had without this API, in ranges as the client likes.
    private func download(_ key: String, asked: String, _ call: CompatibleCall) async throws -> Answer {
        let object = try await self.object(key, asked: asked)
        let expires = self.time.now + Self.downloadLifetime
        let request = try await self.store().presign(.get(key: key), expires: expires)
        return MLflowWriter.answer(isIndented: false) {
            $0.field("url", self.url(request, for: call))
            $0.object("headers") { Self.write(request.headers, into: &$0) }
            $0.field("file_size", object.size.bytes)
        }
    }

    private func uploading(
        _ key: String, _ work: (any PartUploads) async throws -> Void
    ) async throws {
        guard let parts = try await self.store() as? any PartUploads else { throw Self.noUploads }
        do { try await work(parts) } catch ObjectError.notFound {
            throw MLflowError(
                .resourceDoesNotExist, "There is no such upload of '\(key)': it has ended, or was swept. Begin anew.")
        }
    }

    private static let noUploads = MLflowError(
        .notImplemented, "Multipart upload is not supported for the current artifact repository")

    /// The key of an upload: the folder in the route, and the name of the file on the client's machine.
    private static func key(of call: MLflowCall) throws(MLflowError) -> String {
        let folder = try ArtifactPath.safe(call.path["path"] ?? "")
        let local = try call.fields.required("path")
        // A client on Windows separates folders in its own way.
        let isWindows = local.contains("\\") && (local.dropFirst().first == ":" || local.hasPrefix("\\\\"))
        let name = local.split(whereSeparator: { $0 == "/" || (isWindows && $0 == "\\") }).last ?? ""
        guard !local.hasSuffix("/") else { return try Self.fileKey(folder + "/") }
        return try Self.fileKey(ArtifactPath.join(folder, try ArtifactPath.safe(String(name))))
    }

    /// The URL of a signed request, by the address by which this client reaches us.
    private func url(_ request: PresignedRequest, for call: CompatibleCall) -> String {
        guard case .asked(let own) = self.origin, let host = call.header("host"), Self.isAuthority(host) else {
            return request.url
        }
        let base = own()
        guard request.url.hasPrefix(base + "/") else { return request.url }
        let scheme = call.header("x-forwarded-proto") == "https" ? "https" : "http"
        return "\(scheme)://\(host)\(request.url.dropFirst(base.count))"
    }

    private static func isAuthority(_ host: String) -> Bool {
        !host.isEmpty
            && host.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 32) || ".-_:[]".utf8.contains($0)
            }
    }

    private static func write(_ headers: [String: String], to writer: inout MLflowWriter) {
        if !headers.isEmpty { writer.object("headers") { self.write(headers, into: &$0) } }
    }

    private static func write(_ headers: [String: String], into writer: inout MLflowWriter) {
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { writer.field(key: name, value) }
    }
}
