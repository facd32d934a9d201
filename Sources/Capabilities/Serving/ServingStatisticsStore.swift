import Contract
import Database
import Kernel

/// The rows of what gateways reported: running totals, one row for each start of a gateway, endpoint, revision and environment.
enum ServingStatisticsStore {
    static let migrations = [
        Migration(
            id: "serving-statistics-0001",
            statements: [
                """
                CREATE TABLE serving_statistics (
                    endpoint TEXT NOT NULL, revision TEXT NOT NULL, environment TEXT NOT NULL, gateway TEXT NOT NULL,
                    requests BIGINT NOT NULL, failures BIGINT NOT NULL, retries BIGINT NOT NULL,
                    latency_p50 DOUBLE PRECISION NOT NULL, latency_p99 DOUBLE PRECISION NOT NULL, reported_at BIGINT NOT NULL,
                    PRIMARY KEY (endpoint, revision, environment, gateway))
                """
            ])
    ]

    /// Starts of gateways that are kept apart for one endpoint, revision and environment. The oldest beyond them are dropped.
    static let maximumGateways = 100

    static func save(
        _ statistics: ServingStatistics, gateway: String, at now: Timestamp, in transaction: Transaction
    ) throws {
        let (endpoint, revision, environment) = (statistics.endpoint, statistics.revision, statistics.environment)
        try transaction.execute(
            """
            INSERT INTO serving_statistics (endpoint, revision, environment, gateway, requests, failures, retries, latency_p50,
                                            latency_p99, reported_at)
            VALUES (\(endpoint), \(revision), \(environment), \(gateway), \(statistics.requests), \(statistics.failures),
                    \(statistics.retries), \(statistics.latencyP50), \(statistics.latencyP99), \(now))
            ON CONFLICT (endpoint, revision, environment, gateway) DO UPDATE SET
                requests = excluded.requests, failures = excluded.failures, retries = excluded.retries,
                latency_p50 = excluded.latency_p50, latency_p99 = excluded.latency_p99, reported_at = excluded.reported_at
            WHERE excluded.requests >= serving_statistics.requests
            """)
        try transaction.execute(
            """
            DELETE FROM serving_statistics
            WHERE endpoint = \(endpoint) AND revision = \(revision) AND environment = \(environment) AND gateway IN (
                SELECT gateway FROM serving_statistics
                WHERE endpoint = \(endpoint) AND revision = \(revision) AND environment = \(environment)
                ORDER BY reported_at DESC, gateway LIMIT 1000 OFFSET \(Self.maximumGateways))
            """)
    }

    /// Summed over gateways, by revision and environment. Of the quantiles the mean, weighted by requests: exact for one gateway.
    static func sums(of endpoint: String, in reader: any Reading) throws -> [ServingStatistics] {
        try reader.rows(
            """
            SELECT revision, environment, SUM(requests), SUM(failures), SUM(retries),
                   SUM(latency_p50 * requests) / MAX(1, SUM(requests)), SUM(latency_p99 * requests) / MAX(1, SUM(requests))
            FROM serving_statistics WHERE endpoint = \(endpoint)
            GROUP BY revision, environment ORDER BY revision, environment LIMIT 1000
            """
        ).map { row in
            ServingStatistics(
                endpoint: endpoint, revision: try row.get(0), environment: try row.get(1), requests: try row.get(2),
                failures: try row.get(3), retries: try row.get(4), latencyP50: try row.get(5),
                latencyP99: try row.get(6))
        }
    }

    static func remove(endpoint: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM serving_statistics WHERE endpoint = \(endpoint)")
    }
}
