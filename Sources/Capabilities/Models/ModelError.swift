import Contract
package import Kernel

/// What can go wrong with registered models.
package enum ModelError: Fault, Equatable {
    case noModel(String)
    case noVersion(Int, model: String, latest: Int)
    case noAlias(String, model: String, known: [String])
    case noLoggedModel(String)
    /// The name is taken; prompts and models share their names.
    case taken(String, byPrompt: Bool, forPrompt: Bool)
    /// A source that may not be registered, and why.
    case badSource(String, why: String)
    case badPromptSource(String)
    /// Whoever fetched from it would connect to a host that the client chose.
    case hostAddressed(scheme: String)
    /// A source asks for the newest version of a model that has none, or none in the stage.
    case noVersions(String, stage: String?)
    case noCandidates(model: String)
    /// The evaluation did not write the metric that the node names.
    case noMetric(String, model: String, known: [String])

    package var kind: FaultKind {
        switch self {
        case .noModel, .noVersion, .noAlias, .noLoggedModel: .notFound
        case .taken: .conflict
        case .badSource, .badPromptSource, .hostAddressed, .noVersions, .noCandidates, .noMetric: .invalid
        }
    }

    package var message: String {
        switch self {
        case .noModel(let model):
            "There is no model '\(model)'. Run 'martlet models list' to see which there are."
        case .noVersion(let version, let model, let latest):
            "The model '\(model)' has no version \(version); its latest is \(latest)."
        case .noAlias(let alias, let model, let known):
            "The model '\(model)' has no alias '\(alias)'; it has \(Self.list(known)). Set it, or use one that is there."
        case .noLoggedModel(let id): "Logged model with ID '\(id)' not found."
        case .taken(let name, let byPrompt, let forPrompt):
            "There is a \(byPrompt ? "prompt" : "model") '\(name)' already. "
                + "Choose another name for the \(forPrompt ? "prompt" : "model")."
        case .badSource(let source, let why): "Invalid model version source: '\(source)'. \(why)"
        case .badPromptSource(let source):
            "Invalid prompt source: '\(source)'. Prompt sources must use an MLflow placeholder."
        case .hostAddressed(let scheme):
            "'source' cannot use the '\(scheme)' scheme: the '\(scheme)' scheme addresses a host other than the tracking "
                + "server's configured artifact storage, so the server would connect to the host named in the URI. "
                + "Log the files to a run, or name the object store that holds them."
        case .noVersions(let model, let stage):
            "No versions of model with name '\(model)'\(stage.map { " and stage '\($0)'" } ?? "") found"
        case .noCandidates(let model):
            "There is nothing to register as '\(model)'. Name the nodes that make it in 'from'."
        case .noMetric(let metric, let model, let known):
            "'\(model)' is compared by the metric '\(metric)', which was not written; there is \(Self.list(known)). "
                + "Print it as a JSON line, or name another."
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    }
}
