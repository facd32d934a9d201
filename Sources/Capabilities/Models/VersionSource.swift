import Contract
import Database
import Kernel

/// What a source turns out to be: where it leads, and whose it is.
struct SourceResolution {
    /// As it is kept: a `models:/` source names its version.
    var source: String
    /// Where clients get the files, when that is not the source.
    var location: String?
    var run: String?
    var loggedModel: String?
    /// The registered version that the source names.
    var version: ModelVersion?
}

/// Decides whether the files at a source may become a version.
///
/// A client may only register what it could read anyway: files of the run or the logged model that it names, another
/// registered version, or objects of a store that it needs its own keys for. Paths of the server's machine, paths that
/// climb, and addresses of hosts that the server would have to connect to are refused.
///
/// - Source: MLflow 3.17, `server/handlers.py`, `_create_model_version`; the sentences are its own.
struct VersionSource {
    let models: Models
    let reader: any Reading

    /// What clients say when they make a version of a prompt, whose text is a tag.
    private static let promptPlaceholders: Set<String> = ["dummy-source", "prompt-template"]
    /// In characters.
    static let maximumSource = 8192

    /// - Throws: `invalid` for a source that may not be registered, `notFound` for one that names no version.
    func resolve(_ draft: VersionDraft, isPrompt: Bool) throws -> SourceResolution {
        guard draft.source.unicodeScalars.count <= Self.maximumSource else {
            throw ModelRuleError.tooLong(field: "source", limit: Self.maximumSource)
        }
        if isPrompt {
            guard Self.promptPlaceholders.contains(draft.source) else {
                throw ModelError.badPromptSource(draft.source)
            }
            return SourceResolution(source: draft.source, run: draft.run)
        }
        let uri = SourceURI(draft.source)
        if uri.isHostAddressed { throw ModelError.hostAddressed(scheme: uri.scheme) }
        guard uri.scheme == "models" else {
            return try self.resolve(uri, run: draft.run, loggedModel: draft.loggedModel)
        }
        guard uri.authority.isEmpty else {
            throw ModelError.badSource(uri.text, why: "Registered model sources must use the active model registry.")
        }
        guard let meaning = ModelURI(uri) else { throw self.foreign(uri, "model_id") }
        if case .logged(let id) = meaning { return try self.resolve(uri, logged: id, draft) }
        return try self.resolve(uri, meaning, draft)
    }

    // MARK: Kinds of sources

    /// Another registered version.
    private func resolve(_ uri: SourceURI, _ meaning: ModelURI, _ draft: VersionDraft) throws -> SourceResolution {
        let version = try self.version(meaning, of: uri)
        guard draft.run ?? version.runName ?? "" == version.runName ?? "", (draft.loggedModel ?? "").isEmpty else {
            throw ModelError.badSource(
                uri.text, why: "The run_id and model_id request parameters must match the referenced model version.")
        }
        return SourceResolution(
            source: "models:/\(version.model)/\(version.version)",
            location: try ModelStore.location(version.model, version.version, in: self.reader),
            run: draft.run ?? version.runName, version: version)
    }

    private func version(_ meaning: ModelURI, of uri: SourceURI) throws -> ModelVersion {
        switch meaning {
        case .logged(let id): throw ModelError.noModel(id)
        case .version(let model, let version):
            try self.refusePrompt(model, uri)
            return try self.models.existing(model, version, in: self.reader)
        case .alias(let model, let alias):
            try self.refusePrompt(model, uri)
            return try self.models.version(model, alias: alias, in: self.reader)
        case .newest(let model, let stage):
            try self.refusePrompt(model, uri)
            let wanted = try stage.map { try ModelRules.stage($0) }
            let found = try ModelStore.latest(of: model, in: self.reader).filter { wanted == nil || $0.stage == wanted }
            guard let newest = found.max(by: { $0.version < $1.version }) else {
                throw ModelError.noVersions(model, stage: stage)
            }
            return newest
        }
    }

    private func refusePrompt(_ model: String, _ uri: SourceURI) throws {
        let found = try self.models.existing(model, in: self.reader)
        if PromptTag.marks(found.tags) {
            throw ModelError.badSource(uri.text, why: "Prompt versions cannot be used as model version sources.")
        }
    }

    /// A logged model.
    private func resolve(_ uri: SourceURI, logged id: String, _ draft: VersionDraft) throws -> SourceResolution {
        guard uri.isPlain else { throw self.climbing(uri) }
        guard draft.loggedModel == id, let found = try self.models.sources.loggedModel(id, in: self.reader) else {
            throw self.foreign(uri, "model_id")
        }
        return SourceResolution(
            source: uri.text, location: found.location, run: self.given(draft.run) ?? found.run, loggedModel: id)
    }

    /// Files of a run, of a logged model, or of a store.
    private func resolve(_ uri: SourceURI, run: String?, loggedModel: String?) throws -> SourceResolution {
        let (run, loggedModel) = (self.given(run), self.given(loggedModel))
        let owner = loggedModel == nil ? "run_id" : "model_id"
        let logged = try loggedModel.flatMap { try self.models.sources.loggedModel($0, in: self.reader) }
        func root() throws -> String? {
            loggedModel == nil
                ? try run.flatMap { try self.models.sources.artifacts(ofRun: $0, in: self.reader) } : logged?.location
        }
        if uri.isLocal {
            guard (loggedModel ?? run) != nil else { throw self.local(uri, owner) }
            guard let root = try root() else { throw self.foreign(uri, owner) }
            let folder = SourceURI(root)
            guard folder.isLocal, Self.isBelow(uri.path, folder.path) else { throw self.local(uri, owner) }
        } else {
            guard uri.isPlain else { throw self.climbing(uri) }
            if uri.scheme == "runs" {
                let named = uri.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().first
                guard loggedModel == nil, uri.authority.isEmpty, let run, named.map(String.init) == run else {
                    throw self.foreign(uri, owner)
                }
            }
            if uri.isProxied {
                guard let root = try root(), uri.isWithin(root) else { throw self.foreign(uri, owner) }
            }
        }
        if let loggedModel, logged == nil { throw ModelError.noLoggedModel(loggedModel) }
        return SourceResolution(source: uri.text, run: run ?? logged?.run, loggedModel: loggedModel)
    }

    // MARK: Parts

    /// Clients send an empty text for what they do not know.
    private func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    private static func isBelow(_ path: String, _ folder: String) -> Bool {
        let (path, folder) = (ModelRules.resolved(path), ModelRules.resolved(folder))
        return path.hasPrefix("/") && (path == folder || path.hasPrefix(folder + "/"))
    }

    private func foreign(_ uri: SourceURI, _ field: String) -> ModelError {
        .badSource(
            uri.text, why: "The \(field) request parameter must identify the resource that contains the source.")
    }

    private func local(_ uri: SourceURI, _ field: String) -> ModelError {
        .badSource(
            uri.text,
            why:
                "To use a local path as a model version source, the \(field) request parameter has to be specified and "
                + "the local path has to be contained within the artifact directory of the run specified by the \(field)."
        )
    }

    private func climbing(_ uri: SourceURI) -> ModelError {
        .badSource(
            uri.text,
            why:
                "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an "
                + "absolute path must be provided without relative path references present. "
                + "Please provide an absolute path.")
    }
}
