package import Kernel

/// What can go wrong with endpoints.
package enum EndpointError: Fault, Equatable {
    case noEndpoint(String, known: [String])
    case badField(endpoint: String, field: String, why: String)
    case badTraffic(endpoint: String, sum: Int)
    case doubledRevision(String, endpoint: String)
    case noModelVersion(model: String, version: Int, endpoint: String)
    /// It was registered where its files lie, outside of our stores, so no replica could read them.
    case noFiles(model: String, version: Int, source: String)
    /// A source from outside has no residency that could be checked.
    case mayNotNameSource(endpoint: String, revision: String)
    case tooMany(limit: Int)

    package var kind: FaultKind {
        switch self {
        case .noEndpoint: .notFound
        case .badField, .badTraffic, .doubledRevision, .noModelVersion, .noFiles: .invalid
        case .mayNotNameSource: .forbidden
        case .tooMany: .exhausted
        }
    }

    package var message: String {
        switch self {
        case .noEndpoint(let name, let known):
            known.isEmpty
                ? "There is no endpoint '\(name)', nor any other. Declare one with 'martlet apply' or a deploy node."
                : "There is no endpoint '\(name)'. There is \(known.map { "'\($0)'" }.joined(separator: ", "))."
        case .badField(let endpoint, let field, let why): "The \(field) of the endpoint '\(endpoint)' cannot be: \(why)"
        case .badTraffic(let endpoint, let sum):
            "The traffic of the endpoint '\(endpoint)' adds up to \(sum) per cent. Make it 100."
        case .doubledRevision(let revision, let endpoint):
            "The endpoint '\(endpoint)' has two revisions '\(revision)'. Give each a name of its own."
        case .noFiles(let model, let version, let source):
            "'\(model)' version \(version) has its files at \(source.prefix(200)), outside of our stores. "
                + "Serve a version that a run of ours made, or make one with a 'register' node."
        case .noModelVersion(let model, let version, let endpoint):
            "The endpoint '\(endpoint)' asks for '\(model)' version \(version), which is not there. Run 'martlet models list' to see what is."
        case .mayNotNameSource(let endpoint, let revision):
            "The revision '\(revision)' of '\(endpoint)' names a source that it did not have. Deploy it from a pipeline, or ask an operator."
        case .tooMany(let limit): "There are \(limit) endpoints, which is the limit. Delete one first."
        }
    }
}
