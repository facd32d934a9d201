package import Contract
package import Kernel

package enum RunError: Fault, Equatable {
    case unknownRun(String)
    case unknownAttempt(String)
    case unknownParameter(String, step: String, known: [String])
    case parameterType(String, step: String, expected: String, found: String)
    case missingInput(String, step: String)
    case unknownInput(String, step: String, known: [String])
    case unknownDataset(String)
    case sourceNotReady(run: String, status: RunStatus)
    case unknownOutput(path: String, run: String, known: [String])
    case unknownTree(String)
    case blobsMissing(count: Int, first: String)
    case badField(String, why: String)
    case mayNotDeclassify(user: String, role: Role)
    case staleFence(attempt: String, fence: Int)
    case logOffset(expected: Int64, found: Int64)
    case logFull(limit: ByteCount)
    case nothingStored(run: String)
    /// The whole sentence of the planner.
    case nowhere(String)

    package var kind: FaultKind {
        switch self {
        case .unknownRun, .unknownAttempt, .unknownTree: .notFound
        case .unknownParameter, .parameterType, .missingInput, .unknownInput, .unknownDataset, .unknownOutput,
            .blobsMissing,
            .badField:
            .invalid
        case .sourceNotReady, .staleFence, .logOffset, .nothingStored: .conflict
        case .mayNotDeclassify: .forbidden
        case .logFull, .nowhere: .exhausted
        }
    }

    package var message: String {
        switch self {
        case .unknownRun(let id): "There is no run \(id). List runs with `martlet runs list`."
        case .unknownAttempt(let id): "There is no attempt \(id)."
        case .unknownParameter(let name, let step, let known):
            "The step '\(step)' has no parameter '\(name)'. " + Self.there(known, "It has no parameters.")
        case .parameterType(let name, let step, let expected, let found):
            "The parameter '\(name)' of '\(step)' must be \(expected), not \(found), as its default is."
        case .missingInput(let name, let step): "The step '\(step)' needs the input '\(name)'. Give it under `inputs:`."
        case .unknownInput(let name, let step, let known):
            "The step '\(step)' has no input '\(name)'. " + Self.there(known, "It has no inputs.")
        case .unknownDataset(let name): "There is no dataset '\(name)'. List datasets with `martlet datasets list`."
        case .sourceNotReady(let run, let status): "The run \(run) has no outputs to read: it is \(status.rawValue)."
        case .unknownOutput(let path, let run, let known):
            "The run \(run) wrote no '\(path)'. " + Self.there(known, "It wrote nothing.")
        case .unknownTree(let digest): "There is no tree \(digest)."
        case .blobsMissing(let count, let first):
            "\(count) file\(count == 1 ? "" : "s") of the source, such as '\(first)', were not uploaded. Upload them first."
        case .badField(let field, let why): "The \(field) cannot be so: \(why)"
        case .mayNotDeclassify(let user, let role):
            "'\(user)' is \(role.rawValue) and may not release data from its residency. Ask an operator to submit it."
        case .staleFence(let attempt, let fence):
            "Attempt \(attempt) (number \(fence)) no longer holds its run. Stop it; nothing of it is committed."
        case .logOffset(let expected, let found):
            "The log continues at byte \(expected), not \(found). Send from there."
        case .logFull(let limit): "The log has reached its limit of \(limit). The rest is not kept."
        case .nothingStored(let run): "The run \(run) has no outputs."
        case .nowhere(let sentence): sentence
        }
    }

    private static func there(_ known: [String], _ none: String) -> String {
        known.isEmpty ? none : "There are: \(known.sorted().joined(separator: ", "))."
    }
}
