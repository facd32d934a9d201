import Contract
import Kernel

/// What can be said about a declared endpoint by looking at it alone.
enum EndpointCheck {
    /// A request is one draw over these; more are an experiment of another kind.
    static let maximumRevisions = 20
    /// Of one revision.
    static let maximumReplicas = 100
    /// Under `$MARTLET_INPUTS`.
    static let modelInput = "model"

    static func check(_ endpoint: Endpoint) throws {
        try ResourceName.check(endpoint.name, of: "endpoint")
        func refuse(_ field: String, _ why: String) -> EndpointError {
            .badField(endpoint: endpoint.name, field: field, why: why)
        }
        guard (1...200).contains(endpoint.project.utf8.count) else {
            throw refuse("project", "use 1 to 200 characters.")
        }
        guard (1...Self.maximumRevisions).contains(endpoint.revisions.count) else {
            throw refuse("revisions", "there are \(endpoint.revisions.count); give 1 to \(Self.maximumRevisions).")
        }
        var seen: Set<String> = []
        for revision in endpoint.revisions {
            try ResourceName.check(revision.name, of: "revision")
            guard seen.insert(revision.name).inserted else {
                throw EndpointError.doubledRevision(revision.name, endpoint: endpoint.name)
            }
            guard (0...100).contains(revision.traffic) else {
                throw refuse("traffic", "\(revision.traffic) is not between 0 and 100.")
            }
            guard (1...Self.maximumReplicas).contains(revision.replicas) else {
                throw refuse("replicas", "\(revision.replicas) is not between 1 and \(Self.maximumReplicas).")
            }
            if let inputs = revision.step.inputs, inputs.names != [Self.modelInput] {
                throw refuse(
                    "step", "its inputs are \(inputs.names); a step that serves reads '\(Self.modelInput)' only.")
            }
        }
        let sum = endpoint.revisions.reduce(0) { $0 + $1.traffic }
        guard sum == 100 else { throw EndpointError.badTraffic(endpoint: endpoint.name, sum: sum) }
    }
}
