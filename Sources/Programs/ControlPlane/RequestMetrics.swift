import Contract
import Synchronization

/// Counts requests by route and status, and how long their answers took to begin.
///
/// One lock a route, held for a few additions, so that two event loops rarely meet.
final class RequestMetrics: Sendable {
    /// One route's numbers.
    final class Series: Sendable {
        struct Numbers: Sendable {
            var byStatus: [Int: Int64] = [:]
            var latency = LatencyHistogram()
        }

        let route: String
        private let state = Mutex(Numbers())

        init(route: String) { self.route = route }

        var numbers: Numbers { self.state.withLock { $0 } }

        func record(status: Int, duration: Duration) {
            self.state.withLock { state in
                state.byStatus[status, default: 0] += 1
                state.latency.record(duration)
            }
        }
    }

    private let routes: [Series]
    /// Pages, and what has no route: the path is not a label, or a scanner would fill the memory.
    private let other = Series(route: "other")
    private let reads = Series(route: "GET /blobs")
    private let writes = Series(route: "PUT /blobs")
    /// APIs of others' shapes, all their routes together.
    private let compatible = Series(route: "compatible")

    init(routes: [BoundRoute]) { self.routes = routes.map { Series(route: $0.row.key) } }

    func record(route: Int?, status: Int, duration: Duration) {
        (route.map { self.routes[$0] } ?? self.other).record(status: status, duration: duration)
    }

    func recordBlob(method: String, status: Int, duration: Duration) {
        (method == "PUT" ? self.writes : self.reads).record(status: status, duration: duration)
    }

    func recordCompatible(status: Int, duration: Duration) {
        self.compatible.record(status: status, duration: duration)
    }

    /// Every series that counted something.
    var families: [MetricFamily] {
        let seen = (self.routes + [self.other, self.reads, self.writes, self.compatible]).map { ($0.route, $0.numbers) }
            .filter { !$0.1.byStatus.isEmpty }
        var requests = MetricFamily("martlet_http_requests_total", .counter, "Requests answered, by route and status.")
        var latency = MetricFamily(
            "martlet_http_request_duration_seconds", .histogram, "Time from a request's head to its answer's, by route."
        )
        for (route, numbers) in seen {
            for (status, count) in numbers.byStatus.sorted(by: { $0.key < $1.key }) {
                requests.add(Double(count), ["route": route, "status": String(status)])
            }
            latency.add(numbers.latency, ["route": route])
        }
        return [requests, latency]
    }
}
