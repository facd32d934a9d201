package import Kernel

/// What can go wrong with registered models.
package enum ModelError: Fault, Equatable {
    case noModel(String)
    case noVersion(Int, model: String, latest: Int)
    case noAlias(String, model: String, known: [String])
    case noCandidates(model: String)
    /// The evaluation did not write the metric that the node names.
    case noMetric(String, model: String, known: [String])

    package var kind: FaultKind {
        switch self {
        case .noModel, .noVersion, .noAlias: .notFound
        case .noCandidates, .noMetric: .invalid
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
