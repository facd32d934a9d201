package import Kernel

/// An address that answers predictions. Declared by `kind: Endpoint` or by a `deploy` node.
package struct Endpoint: Codable, Sendable, Hashable {
    package var name: String
    package var project: String
    package var revisions: [Revision]

    package init(name: String, project: String, revisions: [Revision]) {
        self.name = name
        self.project = project
        self.revisions = revisions
    }
}

/// One model version served by one step, with its share of the traffic.
package struct Revision: Codable, Sendable, Hashable {
    /// Unique in its endpoint: `<alias>-v<version>`.
    package var name: String
    package var model: String
    package var version: Int
    package var step: StepSpec
    package var source: ContentDigest?
    /// Per cent of the requests; an endpoint's sum to 100.
    package var traffic: Int
    package var replicas: Int

    package init(
        name: String, model: String, version: Int, step: StepSpec, source: ContentDigest? = nil, traffic: Int,
        replicas: Int
    ) {
        self.name = name
        self.model = model
        self.version = version
        self.step = step
        self.source = source
        self.traffic = traffic
        self.replicas = replicas
    }
}

/// A replica as the control plane sees it.
package struct ReplicaStatus: Codable, Sendable, Hashable {
    package var run: ID<Run>
    package var revision: String
    package var status: RunStatus
    package var environment: String?
    /// `http://address:port`, once it is ready.
    package var url: String?

    package init(run: ID<Run>, revision: String, status: RunStatus, environment: String? = nil, url: String? = nil) {
        self.run = run
        self.revision = revision
        self.status = status
        self.environment = environment
        self.url = url
    }
}

package struct EndpointStatus: Codable, Sendable, Hashable {
    package var endpoint: Endpoint
    package var replicas: [ReplicaStatus]
    /// Whether every revision has as many ready replicas as it asks for.
    package var steady: Bool
    /// Why a replica could not be started, in a sentence; absent when all could.
    package var reason: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        endpoint: Endpoint, replicas: [ReplicaStatus], steady: Bool, reason: String? = nil, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.endpoint = endpoint
        self.replicas = replicas
        self.steady = steady
        self.reason = reason
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What gateways route by: all endpoints with their ready replicas. Newer versions replace older ones.
package struct RoutingTable: Codable, Sendable, Hashable {
    /// The journal's sequence number as of which it was made.
    package var version: Int64
    package var endpoints: [Route]

    package struct Route: Codable, Sendable, Hashable {
        package var endpoint: String
        package var revisions: [RevisionRoute]

        package init(endpoint: String, revisions: [RevisionRoute]) {
            self.endpoint = endpoint
            self.revisions = revisions
        }
    }

    package struct RevisionRoute: Codable, Sendable, Hashable {
        package var revision: String
        package var traffic: Int
        package var replicas: [Replica]

        package init(revision: String, traffic: Int, replicas: [Replica]) {
            self.revision = revision
            self.traffic = traffic
            self.replicas = replicas
        }
    }

    package struct Replica: Codable, Sendable, Hashable {
        package var run: String
        package var environment: String
        package var url: String

        package init(run: String, environment: String, url: String) {
            self.run = run
            self.environment = environment
            self.url = url
        }
    }

    package init(version: Int64, endpoints: [Route]) {
        self.version = version
        self.endpoints = endpoints
    }
}

/// What a gateway served of one revision since it started; it reports the running totals.
package struct ServingStatistics: Codable, Sendable, Hashable {
    package var endpoint: String
    package var revision: String
    package var environment: String
    package var requests: Int64
    /// Requests that got no answer from any replica.
    package var failures: Int64
    /// Requests that were answered by a second replica after the first failed.
    package var retries: Int64
    /// From the request's head to the end of the answer, in seconds.
    package var latencyP50: Double
    package var latencyP99: Double

    package init(
        endpoint: String, revision: String, environment: String, requests: Int64, failures: Int64, retries: Int64,
        latencyP50: Double, latencyP99: Double
    ) {
        self.endpoint = endpoint
        self.revision = revision
        self.environment = environment
        self.requests = requests
        self.failures = failures
        self.retries = retries
        self.latencyP50 = latencyP50
        self.latencyP99 = latencyP99
    }
}

package struct ServingReport: Codable, Sendable, Hashable {
    /// A new one for each start of a gateway.
    package var gateway: String
    package var statistics: [ServingStatistics]

    package init(gateway: String, statistics: [ServingStatistics]) {
        self.gateway = gateway
        self.statistics = statistics
    }
}
