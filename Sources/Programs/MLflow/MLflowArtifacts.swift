package import CloudPorts
import Contract
package import Kernel

/// The artifacts of runs and models: MLflow's `mlflow-artifacts` proxy over one of our stores.
///
/// An artifact's key in the store is its path, `<experiment>/<run>/artifacts/…`, so a store of plain files has MLflow's own
/// layout. Bytes stream both ways at the pace of the slower side and are never held; an upload is seen whole or not at
/// all. A path is made safe before anything looks at it (`ArtifactPath`), and the store refuses what would leave it once
/// more. It keeps nothing of its own: folders are what the keys of objects say.
package struct MLflowArtifacts: Sendable {
    /// By which address a client that was told a signed URL of ours reaches us.
    package enum Origin: Sendable {
        /// The one that signed URLs have anyway.
        case fixed
        /// The one that the client has used, in place of this.
        case asked(own: @Sendable () -> String)
    }

    let store: @Sendable () async throws -> any ObjectStoreDriver
    let time: any TimeSource
    let origin: Origin
    let roots: MLflowArtifactRoots

    /// - Parameter store: where the artifacts lie; asked for every request, because it may be declared anew.
    package init(
        time: any TimeSource, origin: Origin, roots: MLflowArtifactRoots,
        store: @escaping @Sendable () async throws -> any ObjectStoreDriver
    ) {
        self.time = time
        self.origin = origin
        self.roots = roots
        self.store = store
    }

    private static let path = "/mlflow-artifacts/artifacts"

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("GET", Self.path) { call in
                let path = try ArtifactPath.safe(try call.fields.string("path") ?? "")
                return try await self.list(ArtifactPath.normal(path), below: "")
            },
            MLflowRoute("GET", Self.path + "/{path...}") { call in
                let path = try ArtifactPath.safe(call.path["path"] ?? "")
                return try await self.file(ArtifactPath.normal(path), asked: path, call.http)
            },
            MLflowRoute("PUT", Self.path + "/{path...}", .edit, body: .stream) { call in
                let path = try ArtifactPath.safe(call.path["path"] ?? "")
                try await self.upload(path, call.http)
                return Answer(contentType: "text/plain", headers: Self.nosniff, body: .bytes([]))
            },
            MLflowRoute("DELETE", Self.path + "/{path...}", .edit) { call in
                try await self.delete(ArtifactPath.normal(try ArtifactPath.safe(call.path["path"] ?? "")))
                return MLflowWriter.empty
            },
        ] + self.partRoutes + self.ownedRoutes
    }

    /// How MLflow's own server names what it is still writing; another server on the same folder would hide it.
    private static let reservedName = ".artifact.uploading."
    static let nosniff = ["x-content-type-options": "nosniff"]

    /// What lies directly in a folder, with paths that begin with `prefix`.
    func list(_ folder: String, below prefix: String, root: String? = nil) async throws -> Answer {
        let entries = try await self.storing { try await $0.entries(in: folder) }
        return MLflowWriter.answer {
            $0.field("root_uri", root)
            $0.list("files", entries) { writer, entry in
                writer.object {
                    $0.field("path", prefix.isEmpty ? entry.name : "\(prefix)/\(entry.name)")
                    $0.field("is_dir", entry.isFolder)
                    if let size = entry.size, size > .zero { $0.field("file_size", size.bytes) }
                }
            }
        }
    }

    /// The file at `key`, or the range of it that was asked for.
    ///
    /// - Parameter asked: its path as the client knows it.
    func file(_ key: String, asked: String, _ call: CompatibleCall) async throws -> Answer {
        let object = try await self.object(key, asked: asked)
        let size = object.size.bytes
        let name = ArtifactPath.split(key).name
        let tag = "\"\(object.modifiedAt.milliseconds)-\(size)\""
        var headers = Self.nosniff
        headers["content-disposition"] = Attachment.header(for: name)
        headers["accept-ranges"] = "bytes"
        headers["etag"] = tag
        // A range of what is not there any more would be glued to the wrong bytes.
        let isSame = call.header("if-range").map { $0 == tag } ?? true
        let answer = { (status: Int, part: Range<Int64>, body: Answer.Body) in
            headers["content-length"] = String(part.count)
            return Answer(status: status, contentType: MediaType.of(name), headers: headers, body: body)
        }
        switch ByteRange(header: isSame ? call.header("range") : nil, size: size) {
        case .all:
            return answer(200, 0..<size, try await self.body(of: key, nil))
        case .part(let part):
            headers["content-range"] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
            return answer(206, part, try await self.body(of: key, part))
        case .unsatisfiable:
            headers["content-range"] = "bytes */\(size)"
            return answer(416, 0..<0, .bytes([]))
        }
    }

    /// The object at `key`.
    ///
    /// - Throws: `resourceDoesNotExist`; `invalidParameterValue` when a folder is there.
    func object(_ key: String, asked: String) async throws -> ObjectDescription {
        if key.isEmpty { throw Self.isFolder(asked) }
        if !asked.hasSuffix("/"), let object = try await self.storing({ try await $0.head(key) }) { return object }
        let below = try await self.storing { try await $0.list(prefix: key + "/", after: nil, limit: 1) }
        if !below.isEmpty { throw Self.isFolder(asked) }
        throw MLflowError(.resourceDoesNotExist, "No such artifact: '\(asked)'")
    }

    private static func isFolder(_ path: String) -> MLflowError {
        MLflowError(.invalidParameterValue, "Artifact path refers to a directory, not a file: '\(path)'")
    }

    /// Opens the object now, so that one that is gone is an answer and not a broken body.
    private func body(of key: String, _ range: Range<Int64>?) async throws -> Answer.Body {
        let bytes = try await self.storing { try await $0.read(key, range: range) }
        return .stream { writer in for try await chunk in bytes { try await writer.write(chunk) } }
    }

    /// Takes the body as the file at `path`.
    func upload(_ path: String, _ call: CompatibleCall) async throws {
        let key = try Self.fileKey(path)
        try await self.storing { driver in
            try await driver.put(
                key, size: call.body.announced.map { ByteCount($0) }, sha256: nil, ifAbsent: false,
                body: BodyChunks(body: call.body))
        }
    }

    /// The key of a file that is to be written.
    ///
    /// - Throws: for a path that names no file, or in which folders are named in a roundabout way.
    static func fileKey(_ path: String) throws(MLflowError) -> String {
        let (folder, name) = ArtifactPath.split(path)
        guard !name.isEmpty else {
            throw MLflowError(
                .invalidParameterValue, "Artifact path must include a filename (cannot end with '/').")
        }
        guard !name.hasPrefix(self.reservedName) else {
            throw MLflowError(
                .invalidParameterValue,
                "Invalid artifact file name: '\(name)'. Artifact names starting with '\(self.reservedName)' are reserved."
            )
        }
        let plain = ArtifactPath.normal(folder)
        guard plain == folder, name != "." else {
            throw MLflowError(
                .invalidParameterValue,
                "Invalid artifact path: '\(folder)'. Names may be treated as files in certain cases, and must not resolve "
                    + "to other names when treated as such. This name would resolve to '\(plain)'")
        }
        return ArtifactPath.join(folder, name)
    }

    /// Deletes a file, or a folder with all that is in it; what is not there is deleted already.
    func delete(_ key: String) async throws {
        // Nobody means to delete the artifacts of every run at once.
        guard !key.isEmpty else { throw MLflowError(.invalidParameterValue, "Invalid path") }
        try await self.storing { try await $0.delete(key) }
        while true {
            let page = try await self.storing { try await $0.list(prefix: key + "/", after: nil, limit: 1000) }
            if page.isEmpty { return }
            for object in page { try await self.storing { try await $0.delete(object.key) } }
        }
    }

    /// Calls the store, and says of a key that it cannot have what MLflow says of a bad path.
    func storing<Value: Sendable>(
        _ work: (any ObjectStoreDriver) async throws -> Value
    ) async throws -> Value {
        let driver = try await self.store()
        do { return try await work(driver) } catch ObjectError.invalidKey {
            throw MLflowError(.invalidParameterValue, "Invalid path")
        }
    }
}

/// The body of a request as a store reads it.
struct BodyChunks: AsyncSequence, Sendable {
    typealias Failure = any Error

    let body: any IncomingBody

    func makeAsyncIterator() -> Iterator { Iterator(body: self.body) }

    struct Iterator: AsyncIteratorProtocol {
        let body: any IncomingBody

        mutating func next() async throws -> [UInt8]? { try await self.body.chunk() }
    }
}
