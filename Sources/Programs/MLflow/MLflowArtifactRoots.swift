import CloudPorts
import Contract
import Kernel

/// Where the artifacts of things lie, by their URIs.
package struct MLflowArtifactRoots: Sendable {
    package typealias Lookup = @Sendable (String) async throws -> String?

    /// The artifact URI of a run and of a logged model, by id; nil when there is none.
    package var run: Lookup
    package var loggedModel: Lookup
    /// The URI that a version of a registered model is downloaded from.
    package var modelVersion: @Sendable (_ name: String, _ version: String) async throws -> String

    package init(
        run: @escaping Lookup, loggedModel: @escaping Lookup,
        modelVersion: @escaping @Sendable (_ name: String, _ version: String) async throws -> String
    ) {
        self.run = run
        self.loggedModel = loggedModel
        self.modelVersion = modelVersion
    }
}

// Artifacts by what they belong to instead of by their path in the proxy.
extension MLflowArtifacts {
    /// As MLflow's page for small files has it.
    static let smallFileLimit = ByteCount.mebibytes(10)

    var ownedRoutes: [MLflowRoute] {
        [
            MLflowRoute("GET", "/mlflow/artifacts/list") { call in
                guard let run = try MLflowPermissions.run(call), !run.isEmpty else {
                    throw MLflowError.missing("run_id")
                }
                let path = try ArtifactPath.safe(try call.fields.string("path") ?? "")
                return try await self.list(path, at: try await self.rootOfRun(run))
            },
            MLflowRoute("GET", "/get-artifact", in: .root) { call in
                let path = try Self.path(call)
                let run = try MLflowPermissions.run(call) ?? "None"
                return try await self.file(path, at: try await self.rootOfRun(run), call)
            },
            MLflowRoute("GET", "/model-versions/get-artifact", in: .root) { call in
                let path = try Self.path(call)
                let name = try call.fields.required("name")
                let root = try await self.roots.modelVersion(name, try call.fields.required("version"))
                return try await self.file(path, at: root, call)
            },
            MLflowRoute("POST", "/mlflow/upload-artifact", .edit, body: .stream) { try await self.uploadSmall($0) },
            MLflowRoute("GET", "/mlflow/logged-models/{model_id}/artifacts/directories") { call in
                let path = try ArtifactPath.safe(try call.fields.string("artifact_directory_path") ?? "")
                return try await self.list(path, at: try await self.rootOfModel(call.path["model_id"] ?? ""))
            },
            MLflowRoute("GET", "/mlflow/logged-models/{model_id}/artifacts/files") { call in
                guard let raw = try call.fields.string("artifact_file_path"), !raw.isEmpty else {
                    throw MLflowError(
                        .badRequest, "Request must include the \"artifact_file_path\" query parameter.")
                }
                let path = try ArtifactPath.safe(raw)
                return try await self.file(path, at: try await self.rootOfModel(call.path["model_id"] ?? ""), call)
            },
            MLflowRoute("POST", "/mlflow/artifacts/presigned-upload-url", .edit) { try await self.presignUpload($0) },
            MLflowRoute("POST", "/mlflow/artifacts/presigned-download-url") { try await self.presignDownload($0) },
        ]
    }

    private static func path(_ call: MLflowCall) throws(MLflowError) -> String {
        guard let path = try call.fields.string("path") else { throw .missing("path") }
        return try ArtifactPath.safe(path)
    }

    private func rootOfRun(_ id: String) async throws -> String {
        if let root = try await self.roots.run(id) { return root }
        throw MLflowError(.resourceDoesNotExist, "Run with id=\(id) not found")
    }

    private func rootOfModel(_ id: String) async throws -> String {
        if let root = try await self.roots.loggedModel(id) { return root }
        throw MLflowError(.resourceDoesNotExist, "Logged model with ID '\(id)' not found.")
    }

    private func list(_ path: String, at root: String) async throws -> Answer {
        let key = ArtifactPath.normal(path)
        return try await self.list(ArtifactPath.join(try Self.key(of: root), key), below: key, root: root)
    }

    private func file(_ path: String, at root: String, _ call: MLflowCall) async throws -> Answer {
        let key = ArtifactPath.join(try Self.key(of: root), ArtifactPath.normal(path))
        return try await self.file(key, asked: ArtifactPath.join(try Self.key(of: root), path), call.http)
    }

    /// The key below which the artifacts of a URI lie in our store.
    ///
    /// - Throws: for a URI that leads elsewhere: its clients go there themselves, and we hold no keys for it.
    static func key(of root: String) throws(MLflowError) -> String {
        let anchor = "/mlflow-artifacts/artifacts/"
        var path: Substring
        if root.hasPrefix("mlflow-artifacts:") {
            path = root.dropFirst("mlflow-artifacts:".count)
            // A host names the server, not the artifact.
            if path.hasPrefix("//") { path = path.dropFirst(2).drop { $0 != "/" } }
        } else if root.hasPrefix("http"), let range = root.ranges(of: anchor).first {
            path = root[range.upperBound...]
        } else {
            let scheme = root.prefix { $0 != ":" }
            throw MLflowError(
                .notImplemented,
                "The artifacts at '\(scheme)' are not kept by this server. Read them from there with the client.")
        }
        return ArtifactPath.normal(try ArtifactPath.safe(String(path.drop { $0 == "/" })))
    }

    /// A small file of a run, as a page sends it.
    private func uploadSmall(_ call: MLflowCall) async throws -> Answer {
        func refuse(_ message: String) -> MLflowError { MLflowError(.invalidParameterValue, message) }
        guard let run = try MLflowPermissions.run(call), !run.isEmpty else {
            throw refuse("Request must specify run_uuid.")
        }
        guard let raw = try call.fields.string("path"), !raw.isEmpty else { throw refuse("Request must specify path.") }
        let path = try ArtifactPath.safe(raw)
        guard let bytes = try await call.http.body.bytes(upTo: Self.smallFileLimit) else {
            throw refuse("Artifact size is too large. Max size is 10MB.")
        }
        guard !bytes.isEmpty else { throw refuse("Request must specify data.") }
        let root = try Self.key(of: try await self.rootOfRun(run))
        let key = try Self.fileKey(ArtifactPath.join(root, path))
        try await self.storing {
            try await $0.put(
                key, size: ByteCount(Int64(bytes.count)), sha256: nil, ifAbsent: false, body: OneChunk(bytes: bytes))
        }
        return Answer(contentType: "application/json", body: .bytes([]))
    }

    // What MLflow's server says of artifacts that come through its proxy: the parts of `MLflowArtifactParts` are for them.

    private func presignUpload(_ call: MLflowCall) async throws -> Answer {
        let run = try call.fields.string("run_id") ?? ""
        let model = try call.fields.string("model_id") ?? ""
        _ = try ArtifactPath.safe(try call.fields.required("path"))
        guard run.isEmpty != model.isEmpty else {
            throw MLflowError(.invalidParameterValue, "Exactly one of run_id and model_id must be provided.")
        }
        let root = run.isEmpty ? try await self.rootOfModel(model) : try await self.rootOfRun(run)
        throw MLflowError(
            .invalidParameterValue,
            "Presigned upload is not supported for proxied artifact storage (artifact URI scheme: "
                + "\(root.prefix { $0 != ":" })). This endpoint requires a direct cloud storage artifact URI.")
    }

    private func presignDownload(_ call: MLflowCall) async throws -> Answer {
        let run = try call.fields.required("run_id")
        _ = try ArtifactPath.safe(try call.fields.required("path"))
        let expiration = try call.fields.integer("expiration") ?? 900
        guard (1...604_800).contains(expiration) else {
            throw MLflowError(
                .invalidParameterValue, "expiration must be between 1 and 604800 seconds (got \(expiration)).")
        }
        let root = try await self.rootOfRun(run)
        throw MLflowError(
            .invalidParameterValue,
            "Presigned download is not supported for runs with proxied artifact storage (artifact URI scheme: "
                + "\(root.prefix { $0 != ":" })). This endpoint requires a run with a direct cloud storage artifact URI."
        )
    }
}

/// Bytes that are there already, as a stream.
private struct OneChunk: AsyncSequence, Sendable {
    typealias Failure = any Error

    let bytes: [UInt8]

    func makeAsyncIterator() -> Iterator { Iterator(rest: self.bytes) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: [UInt8]?

        mutating func next() async throws -> [UInt8]? {
            defer { self.rest = nil }
            return self.rest
        }
    }
}
