package import Contract
package import Database
package import Kernel
import Models

/// What a `deploy` node asks: serve a model's aliases with these shares.
package struct DeployRequest: Sendable {
    /// The same key twice changes nothing and says the same. Of the pipeline run and the node.
    package var key: String
    package var project: String
    package var user: Principal
    package var spec: DeploySpec
    /// The step that serves.
    package var step: StepSpec
    /// The tree of the pipeline run's source.
    package var source: ContentDigest?

    package init(
        key: String, project: String, user: Principal, spec: DeploySpec, step: StepSpec, source: ContentDigest? = nil
    ) {
        self.key = key
        self.project = project
        self.user = user
        self.spec = spec
        self.step = step
        self.source = source
    }
}

extension Endpoints {
    /// Declares the endpoint with the versions that its aliases name now, in the caller's transaction.
    ///
    /// The versions are fixed here: moving an alias later changes nothing until the next deployment.
    /// - Returns: what it did, in a sentence; for a key that was seen before what it said then.
    /// - Throws: `notFound` for an alias that is not there, `invalid` for what cannot be.
    package func deploy(_ request: DeployRequest, in transaction: Transaction) throws -> String {
        if let result = try EndpointStore.deployment(request.key, in: transaction) { return result }
        let endpoint = try self.endpoint(for: request, in: transaction)
        try EndpointCheck.check(endpoint)
        let before = try EndpointStore.find(endpoint.name, in: transaction).flatMap { $0.isDeleted ? nil : $0.endpoint }
        if before == nil, try EndpointStore.count(in: transaction) >= Self.maximumEndpoints {
            throw EndpointError.tooMany(limit: Self.maximumEndpoints)
        }
        let result = try ApplyResult.between(kind: "Endpoint", name: endpoint.name, before: before, after: endpoint)
        let sentence = Self.sentence(endpoint, change: result.change)
        try EndpointStore.saveDeployment(request.key, result: sentence, in: transaction)
        if result.change != .unchanged {
            try self.save(endpoint, by: request.user, change: result.change.rawValue, in: transaction)
        }
        return sentence
    }

    private func endpoint(for request: DeployRequest, in reader: any Reading) throws -> Endpoint {
        let spec = request.spec
        let shares = spec.traffic.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let revisions = try shares.map { alias, traffic in
            let version = try self.models.version(spec.model, alias: alias, in: reader)
            return Revision(
                name: "\(alias)-v\(version.version)", model: spec.model, version: version.version, step: request.step,
                source: request.source, traffic: traffic, replicas: spec.replicas?[alias] ?? 1)
        }
        if let alias = spec.replicas?.keys.sorted().first(where: { spec.traffic[$0] == nil }) {
            throw EndpointError.badField(
                endpoint: spec.endpoint, field: "replicas",
                why: "'\(alias)' has replicas and no traffic. Give it a share.")
        }
        return Endpoint(name: spec.endpoint, project: request.project, revisions: revisions)
    }

    private static func sentence(_ endpoint: Endpoint, change: ApplyResult.Change) -> String {
        let shares = endpoint.revisions.map { revision in
            let replicas = revision.replicas == 1 ? "1 replica" : "\(revision.replicas) replicas"
            return "\(revision.name) with \(revision.traffic) % (\(replicas))"
        }
        let list = shares.joined(separator: ", ")
        return change == .unchanged
            ? "'\(endpoint.name)' serves \(list) already." : "'\(endpoint.name)' serves \(list)."
    }
}
