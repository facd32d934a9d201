package import Contract
import Database
package import Kernel

extension Endpoints {
    /// Series that one report may have.
    package static let maximumSeries = 1024
    /// Of a gateway's id, a revision's or an environment's name.
    private static let maximumName = 200

    /// Takes a gateway's running totals; what it says of endpoints that are not there is left out. Not synced to disk: the next
    /// report says all of it again.
    ///
    /// - Throws: `invalid` for a report that is too large or has impossible numbers.
    package func report(_ report: ServingReport) async throws {
        guard report.statistics.count <= Self.maximumSeries else {
            throw PlainFault(
                .invalid, "The report has \(report.statistics.count) series, above the limit of \(Self.maximumSeries).")
        }
        let names = report.statistics.flatMap { [$0.revision, $0.environment] } + [report.gateway]
        guard names.allSatisfy({ $0.utf8.count <= Self.maximumName }), report.statistics.allSatisfy(\.isPossible) else {
            throw PlainFault(
                .invalid, "The report has a name that is too long or a number that cannot be. Report totals.")
        }
        let now = self.time.now
        try await self.database.write(durability: .relaxed) { transaction in
            let known = Set(
                try EndpointStore.declared(after: "", limit: Self.maximumEndpoints, in: transaction).map(
                    \.endpoint.name))
            for statistics in report.statistics where known.contains(statistics.endpoint) {
                try ServingStatisticsStore.save(statistics, gateway: report.gateway, at: now, in: transaction)
            }
        }
    }

    /// What gateways served of an endpoint, by revision and environment.
    ///
    /// - Throws: `notFound`.
    package func statistics(of name: String) async throws -> Page<ServingStatistics> {
        try await self.database.read { reader in
            _ = try self.existing(name, in: reader)
            return Page(items: try ServingStatisticsStore.sums(of: name, in: reader))
        }
    }
}

extension ServingStatistics {
    fileprivate var isPossible: Bool {
        [self.requests, self.failures, self.retries].allSatisfy { $0 >= 0 }
            && [self.latencyP50, self.latencyP99].allSatisfy { $0.isFinite && $0 >= 0 }
    }
}
