import Contract
import Database
import Kernel

// Whole runs, many at a time: one query for each kind of value and for each hundred runs.
extension TrackedRunStore {
    /// Runs that one query asks for: more make a longer statement and no faster answer.
    private static let runsPerQuery = 128

    /// Puts the latest value of each metric, parameters, tags, inputs and outputs to runs.
    static func load(_ rows: [TrackedRunRow], in reader: any Reading) throws -> [TrackedRun] {
        var runs: [TrackedRun] = []
        runs.reserveCapacity(rows.count)
        var start = 0
        while start < rows.count {
            let end = min(start + self.runsPerQuery, rows.count)
            runs += try self.fill(rows[start..<end], in: reader)
            start = end
        }
        return runs
    }

    private static func fill(_ rows: ArraySlice<TrackedRunRow>, in reader: any Reading) throws -> [TrackedRun] {
        let numbers = rows.map(\.number)
        let parameters = try self.values(of: numbers, table: "run_params", in: reader)
        let tags = try self.values(of: numbers, table: "run_tags", in: reader)
        let metrics = try Metrics.latest(of: numbers, in: reader)
        let datasets = try self.datasets(of: numbers, in: reader)
        let inputs = try self.modelInputs(of: numbers, in: reader)
        let outputs = try self.modelOutputs(of: numbers, in: reader)
        return rows.map { row in
            var run = row.run
            run.metrics = (metrics[row.number] ?? []).map { metric in
                MetricPoint(
                    name: metric.name, value: metric.sample.value, step: metric.sample.step,
                    at: Timestamp(milliseconds: metric.sample.at))
            }
            run.parameters = parameters[row.number] ?? []
            run.tags = tags[row.number] ?? []
            run.datasetInputs = datasets[row.number] ?? []
            run.modelInputs = inputs[row.number] ?? []
            run.modelOutputs = outputs[row.number] ?? []
            return run
        }
    }

    private static func values(
        of runs: [Int64], table: String, in reader: any Reading
    ) throws -> [Int64: [KeyValue]] {
        let rows = try reader.rows(
            "SELECT run, key, value FROM \(raw: table) WHERE run IN \(SQL.list(runs)) ORDER BY run, key")
        // The runs of a page share most of their names: these are read once, and not joined to every value.
        let names = try TrackingKeyStore.names(of: Set(rows.map { row -> Int64 in try row.get(1) }), in: reader)
        var found: [Int64: [KeyValue]] = [:]
        var values: [KeyValue] = []
        for (index, row) in rows.enumerated() {
            let (run, key): (Int64, Int64) = (try row.get(0), try row.get(1))
            guard let name = names[key] else {
                throw DatabaseError.decoding(expected: "the name of \(key)", found: "none")
            }
            values.append(KeyValue(key: name, value: try row.get(2)))
            if index + 1 == rows.count || rows[index + 1][0] != .integer(run) {
                found[run] = values
                values.removeAll(keepingCapacity: true)
            }
        }
        return found
    }

    private static func datasets(of runs: [Int64], in reader: any Reading) throws -> [Int64: [DatasetInput]] {
        let rows = try reader.rows(
            """
            SELECT r.run, d.name, d.digest, d.source_type, d.source, d.schema, d.profile, r.dataset
            FROM run_datasets r JOIN tracked_datasets d ON d.number = r.dataset
            WHERE r.run IN \(SQL.list(runs)) ORDER BY r.run, r.dataset
            """)
        guard !rows.isEmpty else { return [:] }
        var tags: [Int64: [Int64: [KeyValue]]] = [:]
        for row in try reader.rows(
            """
            SELECT run, dataset, key, value FROM run_dataset_tags
            WHERE run IN \(SQL.list(runs)) ORDER BY run, dataset, key
            """)
        {
            let tag = KeyValue(key: try row.get(2), value: try row.get(3))
            tags[try row.get(0), default: [:]][try row.get(1), default: []].append(tag)
        }
        var found: [Int64: [DatasetInput]] = [:]
        for row in rows {
            let (run, dataset): (Int64, Int64) = (try row.get(0), try row.get(7))
            let described = TrackedDataset(
                name: try row.get(1), digest: try row.get(2), sourceType: try row.get(3), source: try row.get(4),
                schema: try row.get(5), profile: try row.get(6))
            found[run, default: []].append(DatasetInput(dataset: described, tags: tags[run]?[dataset] ?? []))
        }
        return found
    }

    private static func modelInputs(of runs: [Int64], in reader: any Reading) throws -> [Int64: [String]] {
        var found: [Int64: [String]] = [:]
        for row in try reader.rows("SELECT run, model FROM run_model_inputs WHERE run IN \(SQL.list(runs))") {
            found[try row.get(0), default: []].append(try row.get(1))
        }
        return found
    }

    private static func modelOutputs(of runs: [Int64], in reader: any Reading) throws -> [Int64: [ModelOutput]] {
        var found: [Int64: [ModelOutput]] = [:]
        for row in try reader.rows("SELECT run, model, step FROM run_model_outputs WHERE run IN \(SQL.list(runs))") {
            found[try row.get(0), default: []].append(ModelOutput(model: try row.get(1), step: try row.get(2)))
        }
        return found
    }
}
