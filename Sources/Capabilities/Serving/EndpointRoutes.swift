package import Contract
import Kernel

/// Endpoints over the API, and what gateways need.
package struct EndpointRoutes: Sendable {
    private let endpoints: Endpoints

    package init(endpoints: Endpoints) { self.endpoints = endpoints }

    package var bound: [BoundRoute] {
        let endpoints = self.endpoints
        return [
            Routes.listEndpoints.bind { call in try await endpoints.list(try call.page()) },
            Routes.getEndpoint.bind { call in try await endpoints.get(call.name()) },
            Routes.putEndpoint.bind { call, endpoint in
                guard endpoint.name == call.name() else {
                    throw PlainFault(
                        .invalid, "The path names '\(call.name())' and the body '\(endpoint.name)'. Make them the same."
                    )
                }
                return try await endpoints.declare(endpoint, dryRun: call.flag("dryRun"), by: call.principal)
            },
            Routes.deleteEndpoint.bind { call in try await endpoints.delete(call.name(), by: call.principal) },
            Routes.routing.bind { _ in try await endpoints.routing() },
            Routes.reportServing.bind { _, report in
                try await endpoints.report(report)
                return Acknowledgement()
            },
            Routes.endpointStatistics.bind { call in try await endpoints.statistics(of: call.name()) },
        ]
    }
}
