import Contract
import Kernel
package import Models

/// MLflow's model registry: registered models, their versions, and webhooks.
///
/// Models decides; this reads MLflow's fields, calls one verb and writes MLflow's answer, its faults in MLflow's words.
package struct MLflowRegistry: Sendable {
    let models: Models
    let webhooks: Webhooks

    package init(models: Models, webhooks: Webhooks) {
        self.models = models
        self.webhooks = webhooks
    }

    package var routes: [MLflowRoute] { self.modelRoutes + self.versionRoutes + self.searchRoutes + self.webhookRoutes }

    /// A route whose faults are those of the registry.
    ///
    /// - Parameter isVersion: whether it is about one version, so that an unknown model is an unknown version too.
    func route(
        _ method: String, _ path: String, _ permission: MLflowRoute.Permission = .read, isVersion: Bool = false,
        handle: @escaping MLflowRoute.Handler
    ) -> MLflowRoute {
        MLflowRoute(method, "/mlflow/\(path)", permission) { call in
            do { return try await handle(call) } catch let error as ModelError {
                throw MLflowError(error, version: isVersion ? try? call.fields.string("version") : nil)
            }
        }
    }
}

extension MLflowError {
    /// A fault of the registry as MLflow's server words it.
    ///
    /// - Parameter version: what the request named, when it was about a version.
    init(_ error: ModelError, version: String?) {
        switch error {
        case .noModel(let name):
            self =
                version.map { Self.noVersion($0, of: name) }
                ?? MLflowError(.resourceDoesNotExist, "Registered Model with name=\(name) not found")
        case .noVersion(let number, let model, _): self = .noVersion(version ?? String(number), of: model)
        case .noAlias(let alias, let model, _):
            self =
                alias.lowercased() == ModelRules.latest
                ? MLflowError(.resourceDoesNotExist, "Latest version not found for model \(model).")
                : MLflowError(.invalidParameterValue, "Registered model alias \(alias) not found.")
        case .taken(let name, let byPrompt, let forPrompt):
            let (old, new) = (byPrompt ? "Prompt" : "Registered Model", forPrompt ? "Prompt" : "Registered Model")
            self = MLflowError(
                .resourceAlreadyExists,
                byPrompt == forPrompt
                    ? "\(new) (name=\(name)) already exists."
                    : "Tried to create a \(new.lowercased()) with name '\(name)', but the name is already taken by a "
                        + "\(old.lowercased()). MLflow does not allow creating a model and a prompt with the same name."
            )
        default: self.init(any: error)
        }
    }

    private static func noVersion(_ version: String, of model: String) -> MLflowError {
        MLflowError(.resourceDoesNotExist, "Model Version (name=\(model), version=\(version)) not found")
    }
}

extension MLflowFields {
    /// The number of a version, which MLflow's clients send as text.
    ///
    /// - Throws: `invalidParameterValue` for what is no integer; an integer that no version can have is 0.
    func version(_ name: String = "version") throws -> Int {
        let text = try self.required(name)
        let digits = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        let unsigned = String(digits.first == "-" || digits.first == "+" ? Array(digits.dropFirst()) : Array(digits))
        guard !unsigned.isEmpty, unsigned.allSatisfy(\.isWholeNumber) else {
            throw ModelRuleError.noInteger(text, field: name)
        }
        return Int(unsigned).map { digits.first == "-" ? -$0 : $0 } ?? 0
    }

    /// A list of objects with `key` and `value`; of equal keys the last counts.
    func tags(_ name: String = "tags") throws -> [String: String] {
        let objects = try self.objects(name)
        guard objects.count <= ModelRules.maximumTags else {
            throw MLflowError(
                .invalidParameterValue,
                "There are \(objects.count) tags; at most \(ModelRules.maximumTags) may be given.")
        }
        let pairs = try objects.map { (try $0.string("key") ?? "", try $0.string("value") ?? "") }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }
}

extension MLflowWriter {
    mutating func tags(_ tags: [String: String]) {
        self.list("tags", tags.sorted { $0.key < $1.key }) { writer, tag in
            writer.object {
                $0.field("key", tag.key)
                $0.field("value", tag.value)
            }
        }
    }

    /// The fields of `RegisteredModel`.
    mutating func model(_ model: Model, latest: [ModelVersion]) {
        self.field("name", model.name)
        self.field("creation_timestamp", model.createdAt.milliseconds)
        self.field("last_updated_timestamp", model.updatedAt.milliseconds)
        if let description = model.description, !description.isEmpty { self.field("description", description) }
        self.list("latest_versions", latest) { writer, version in writer.object { $0.version(version, aliases: []) } }
        self.tags(model.tags)
        self.list("aliases", model.aliases.sorted { $0.key < $1.key }) { writer, alias in
            writer.object {
                $0.field("alias", alias.key)
                $0.field("version", String(alias.value))
            }
        }
    }

    /// The fields of `ModelVersion`.
    ///
    /// - Parameter aliases: those that MLflow's server tells here; it leaves them out in lists.
    mutating func version(_ version: ModelVersion, aliases: [String]) {
        self.field("name", version.model)
        self.field("version", String(version.version))
        self.field("creation_timestamp", version.createdAt.milliseconds)
        self.field("last_updated_timestamp", version.updatedAt.milliseconds)
        self.field("current_stage", version.stage.rawValue)
        self.field("description", version.description)
        self.field("source", version.source)
        self.field("run_id", version.runName ?? "")
        self.field("status", "READY")
        self.tags(version.tags)
        self.field("run_link", version.runLink ?? "")
        self.list("aliases", aliases) { $0.element($1) }
    }
}
