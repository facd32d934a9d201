import Contract
import Database
import Kernel

// The latest value of each metric of each run.
extension MetricStore {
    /// Sets the latest value of a metric unless a later one is there.
    static func offer(
        _ sample: MetricSample, key: Int64, of run: Int64, experiment: Int64, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO metric_latest (run, key, experiment, value, is_nan, step, at)
            VALUES (\(run), \(key), \(experiment), \(sample.rank), \(sample.value.isNaN), \(sample.step), \(sample.at))
            ON CONFLICT (run, key) DO UPDATE
            SET value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, at = excluded.at
            WHERE (excluded.step, excluded.at, excluded.value)
                > (metric_latest.step, metric_latest.at, metric_latest.value)
            """)
    }

    /// The latest values of some runs as `metric_latest` has them, by run and key.
    static func settledLatest(
        of runs: [Int64], in reader: any Reading
    ) throws -> [Int64: [Int64: MetricSample]] {
        var found: [Int64: [Int64: MetricSample]] = [:]
        let rows = try reader.rows(
            "SELECT run, key, value, is_nan, step, at FROM metric_latest WHERE run IN \(SQL.list(runs))")
        for row in rows {
            let isNaN: Bool = try row.get(3)
            let value: Double = try row.get(2)
            let sample = MetricSample(at: try row.get(5), step: try row.get(4), value: isNaN ? .nan : value)
            let run: Int64 = try row.get(0)
            found[run, default: [:]][try row.get(1)] = sample
        }
        return found
    }

    /// Of some runs, those with packs that are not in `metric_latest`, and how far it goes.
    static func unsettled(among runs: [Int64], in reader: any Reading) throws -> [(run: Int64, settled: Int64)] {
        try reader.rows("SELECT run, settled FROM metric_runs WHERE settled < tail AND run IN \(SQL.list(runs))").map {
            (try $0.get(0), try $0.get(1))
        }
    }

    static func names(of keys: some Collection<Int64>, in reader: any Reading) throws -> [Int64: String] {
        try TrackingKeyStore.names(of: keys, in: reader)
    }
}
