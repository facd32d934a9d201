import Contract
package import Kernel

/// Why something is refused of a logged model, in the words that MLflow's clients know.
package enum LoggedModelError: Fault, Equatable {
    case invalidName(String)
    case notFound(String)
    case noTag(String, model: String)
    case otherParam(String, model: String, old: String)
    case keyTwice(String)
    case noDatasetName
    case invalidPageToken(String)
    case otherPage(of: String, expected: String, found: String)

    package var kind: FaultKind {
        switch self {
        case .notFound, .noTag: .notFound
        default: .invalid
        }
    }

    package var message: String {
        switch self {
        case .invalidName(let name):
            "Invalid model name ('\(name.prefix(200))') provided. Model name must be a non-empty string and cannot contain "
                + "the following characters: ('/', ':', '.', '%', '\"', \"'\")"
        case .notFound(let id): "Logged model with ID '\(id.prefix(100))' not found."
        case .noTag(let key, let model): "No tag with key '\(key)' found for model with ID '\(model)'."
        case .otherParam(let key, let model, let old):
            "The param '\(key)' of model '\(model)' is '\(old)' already. Params are written once; log it under another key."
        case .keyTwice(let key): "The key '\(key)' is there twice. Give every key once."
        case .noDatasetName: "`dataset_name` in the `datasets` clause must be specified."
        case .invalidPageToken(let token): "Invalid page token: \(token.prefix(200))."
        case .otherPage(let what, let expected, let found):
            "\(what) in the page token \(what == "Experiment IDs" ? "do" : "does") not match the requested "
                + "\(what == "Experiment IDs" ? what : what.lowercased()). Expected: \(expected). Found: \(found)"
        }
    }
}
