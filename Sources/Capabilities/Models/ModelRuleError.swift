package import Kernel

/// A name, tag, alias or stage that is none, in MLflow's words: its clients show them, and their tests read them.
package enum ModelRuleError: Fault, Equatable {
    case missing(field: String)
    case separatorInName(String)
    /// As a path it would be another name.
    case unstable(String, field: String, resolved: String)
    case characters(String, field: String)
    case tooLong(field: String, limit: Int)
    case promptTooLong(limit: Int)
    case emptyAlias
    case aliasCharacters(String)
    case aliasLatest
    case aliasVersion(String)
    case noInteger(String, field: String)
    case noStage(String)
    case noActiveStage(String)

    package var kind: FaultKind { .invalid }

    package var message: String {
        switch self {
        case .missing(let field): "Missing value for required parameter '\(field)'."
        case .separatorInName(let name): "Invalid model name '\(name)'. Names cannot contain '/' or ':'."
        case .unstable(let value, let field, let resolved):
            "\(Self.invalid(value, field)): Names may be treated as files in certain cases, and must not resolve to other "
                + "names when treated as such. This name would resolve to '\(resolved)'"
        case .characters(let value, let field):
            "\(Self.invalid(value, field)): Names may only contain alphanumerics, underscores (_), dashes (-), "
                + "periods (.), spaces ( ), colon(:) and slashes (/)."
        case .tooLong(let field, let limit): "'\(field)' exceeds the maximum length of \(limit) characters"
        case .promptTooLong(let limit): "Prompt text exceeds max length of \(limit) characters."
        case .emptyAlias: "Registered model alias name cannot be empty."
        case .aliasCharacters(let alias):
            "Invalid alias name: '\(alias)'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
        case .aliasLatest: "'latest' alias name (case insensitive) is reserved."
        case .aliasVersion(let alias): "Version alias name '\(alias)' is reserved."
        case .noInteger(let value, let field): "Parameter '\(field)' must be an integer, got '\(value)'."
        case .noStage(let stage):
            "Invalid Model Version stage: \(stage). Value must be one of None, Staging, Production, Archived."
        case .noActiveStage(let stage):
            "Model version transition cannot archive existing model versions because '\(stage)' is not an Active stage. "
                + "Valid stages are ['Staging', 'Production']"
        }
    }

    private static func invalid(_ value: String, _ field: String) -> String {
        var quoted = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "Invalid value \"\(quoted)\" for parameter '\(field)' supplied"
    }
}
