package import Contract
package import Kernel

package enum PipelineError: Fault, Equatable {
    case unknownRun(String)
    case unknownPipeline(String, known: [String])
    case badReference(String)
    case unknownNode(String, of: String, known: [String])
    case notAStep(String, of: String)
    case fannedOut(String, of: String)
    case cycle([String])
    case tooManyNodes(limit: Int)
    case unknownStep(String, node: String)
    case mayNotDeclassify(step: String, user: String, role: Role)
    case noPlace(String)
    /// Deadline or budget.
    case noPlan(String)
    case blobsMissing(count: Int, first: String)
    case nothingWritten(reference: String, node: String)
    case longKey(limit: Int)
    case badCursor(String)

    package var kind: FaultKind {
        switch self {
        case .unknownRun: .notFound
        case .mayNotDeclassify: .forbidden
        case .noPlace, .noPlan: .exhausted
        default: .invalid
        }
    }

    package var message: String {
        switch self {
        case .unknownRun(let id): "There is no pipeline run \(id). List them with `martlet pipeline list`."
        case .unknownPipeline(let name, let known):
            "There is no pipeline '\(name)'. " + Self.there(known, "The file has none; add one under `pipelines:`.")
        case .badReference(let text):
            "'\(text)' is no source of an input. Write <node>, <node>.<output>, <node>[<variant>].<output> or "
                + "dataset://<name>@<version>."
        case .unknownNode(let text, let node, let known):
            "'\(node)' names '\(text)', and there is no such node. " + Self.there(known, "The pipeline has no nodes.")
        case .notAStep(let text, let node):
            "'\(node)' reads '\(text)', a built-in node that writes no files. Name a node with a step."
        case .fannedOut(let text, let node):
            "'\(node)' reads its metric from '\(text)', which is fanned out. Name one variant's or another node's metric."
        case .cycle(let nodes): "The nodes \(nodes.joined(separator: ", ")) wait for each other. Break the cycle."
        case .tooManyNodes(let limit): "The pipeline has more than \(limit) nodes, fan-outs included. Split it."
        case .unknownStep(let step, let node): "'\(node)' names the step '\(step)', and there is no such step. Add it."
        case .mayNotDeclassify(let step, let user, let role):
            "'\(step)' releases its outputs (declassify), and '\(user)' is \(role.rawValue) and may not. "
                + "Ask an operator to submit it."
        case .noPlace(let sentence), .noPlan(let sentence): sentence
        case .blobsMissing(let count, let first):
            "\(count) file\(count == 1 ? "" : "s") of the source, such as '\(first)', were not uploaded. Upload them first."
        case .nothingWritten(let reference, let node): "'\(node)' needs '\(reference)', and nothing was written there."
        case .longKey(let limit): "The idempotency key is longer than \(limit) characters. Shorten it."
        case .badCursor(let text): "The cursor '\(text)' is not one of this listing. Leave it out to start anew."
        }
    }

    private static func there(_ known: [String], _ none: String) -> String {
        known.isEmpty ? none : "There are: \(known.joined(separator: ", "))."
    }
}
