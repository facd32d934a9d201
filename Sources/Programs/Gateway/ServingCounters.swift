package import Contract

import Synchronization

/// Running totals since this gateway started, by endpoint, revision and environment: what it reports and shows.
package final class ServingCounters: Sendable {
    /// What one series is of.
    package struct Key: Hashable, Sendable {
        package var endpoint: String
        package var revision: String
        package var environment: String
    }

    fileprivate struct Series {
        var requests: Int64 = 0
        var failures: Int64 = 0
        var retries: Int64 = 0
        var latency = LatencyHistogram()
    }

    fileprivate struct State {
        var series: [Key: Series] = [:]
        var changes: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// A request ended: answered or failed, after one try or more.
    ///
    /// - Parameters:
    ///   - choice: the last replica that was tried.
    ///   - microseconds: from the request's head to the end of the answer.
    package func record(_ choice: Choice, microseconds: UInt64, failed: Bool, retried: Bool) {
        let key = Key(endpoint: choice.endpoint, revision: choice.revision, environment: choice.environment)
        self.state.withLock { state in
            guard state.series[key] != nil || state.series.count < GatewayLimits.series else { return }
            state.changes += 1
            state.series[key, default: Series()].add(microseconds: microseconds, failed: failed, retried: retried)
        }
    }

    /// Grows with every request that is counted.
    package var changes: UInt64 { self.state.withLock { $0.changes } }

    /// Sorted by endpoint, revision, environment; of one endpoint or of all.
    package func statistics(of endpoint: String? = nil) -> [ServingStatistics] {
        let series = self.state.withLock { $0.series }
        return series.filter { endpoint == nil || $0.key.endpoint == endpoint }
            .sorted { $0.key.order < $1.key.order }
            .map { key, series in
                ServingStatistics(
                    endpoint: key.endpoint, revision: key.revision, environment: key.environment,
                    requests: series.requests,
                    failures: series.failures, retries: series.retries, latencyP50: series.latency.quantile(0.5),
                    latencyP99: series.latency.quantile(0.99))
            }
    }

    /// The sums of latency in seconds, in the order of `statistics()`; Prometheus makes means of them.
    package func latencySums() -> [Double] {
        let series = self.state.withLock { $0.series }
        return series.sorted { $0.key.order < $1.key.order }.map {
            Double($0.value.latency.totalMicroseconds) / 1_000_000
        }
    }
}

extension ServingCounters.Key {
    fileprivate var order: (String, String, String) { (self.endpoint, self.revision, self.environment) }
}

extension ServingCounters.Series {
    fileprivate mutating func add(microseconds: UInt64, failed: Bool, retried: Bool) {
        self.requests += 1
        if failed { self.failures += 1 }
        if retried, !failed { self.retries += 1 }
        self.latency.record(microseconds: microseconds)
    }
}
