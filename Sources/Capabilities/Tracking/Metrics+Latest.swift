import Contract
package import Database
import Kernel

extension Metrics {
    /// Runs brought up to date in one transaction: some milliseconds of the writer.
    static let settledAtOnce = 64

    /// Brings the latest values, by which SQL filters and orders, up to what was acknowledged before the call.
    ///
    /// Whoever searches by a metric calls it first. It costs one look-up when there is nothing to do, which is so within a
    /// second of the last append anyway.
    package func settle() async throws {
        var last: Int64 = 0
        while true {
            let after = last
            let runs = try await self.database.read {
                try MetricStore.unsettled(after: after, limit: Self.settledAtOnce, in: $0)
            }
            guard let final = runs.last else { return }
            try await self.database.write(durability: .relaxed) { transaction in
                for run in runs {
                    guard var state = try MetricStore.state(of: run, in: transaction) else { continue }
                    try MetricSettling(transaction: transaction).run(&state)
                    try MetricStore.save(state, in: transaction)
                }
            }
            last = final
        }
    }

    /// The latest value of every metric of some runs, by number of the run and then by name; exact, also when points have just
    /// come.
    ///
    /// - Complexity: two look-ups and a row for each metric, and the points that have just come.
    package static func latest(
        of runs: [Int64], in reader: any Reading
    ) throws -> [Int64: [LatestMetric]] {
        guard !runs.isEmpty else { return [:] }
        var samples = try MetricStore.settledLatest(of: runs, in: reader)
        for (run, settled) in try MetricStore.unsettled(among: runs, in: reader) {
            let packs = try MetricStore.packs(of: run, after: settled, in: reader)
            samples[run] = try MetricSettling.latest(of: packs, startingWith: samples[run] ?? [:])
        }
        let names = try MetricStore.names(of: Set(samples.values.flatMap(\.keys)), in: reader)
        return samples.mapValues { metrics in
            metrics.compactMap { key, sample in
                names[key].map { LatestMetric(name: $0, sample: sample) }
            }.sorted { $0.name < $1.name }
        }
    }
}
