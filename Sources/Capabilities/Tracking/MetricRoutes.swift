package import Contract

/// The routes of metric points.
package struct MetricRoutes: Sendable {
    private let metrics: Metrics

    package init(metrics: Metrics) { self.metrics = metrics }

    package var bound: [BoundRoute] {
        let metrics = self.metrics
        return [
            Routes.appendMetrics.bind { call, batch in
                try await metrics.append(batch, of: try call.id(of: Attempt.self), worker: call.principal)
                return Acknowledgement()
            },
            Routes.runMetrics.bind { call in
                try await metrics.points(
                    of: try call.id(of: Run.self), name: call.query["name"], page: try call.page())
            },
        ]
    }
}
