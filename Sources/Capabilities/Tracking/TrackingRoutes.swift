package import Contract

/// The routes of metric points.
package struct TrackingRoutes: Sendable {
    private let tracking: Tracking

    package init(tracking: Tracking) { self.tracking = tracking }

    package var bound: [BoundRoute] {
        let tracking = self.tracking
        return [
            Routes.appendMetrics.bind { call, batch in
                try await tracking.append(batch, of: try call.id(of: Attempt.self), worker: call.principal)
                return Acknowledgement()
            },
            Routes.runMetrics.bind { call in
                try await tracking.points(
                    of: try call.id(of: Run.self), name: call.query["name"], page: try call.page())
            },
        ]
    }
}
