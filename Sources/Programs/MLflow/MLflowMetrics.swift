import Contract
import Kernel
package import Tracking

/// MLflow's routes of metrics: logging points, alone or in a batch with parameters and tags, and reading histories.
///
/// The two routes that log are the busiest of all, so what clients usually send is read from the bytes
/// (`MLflowMetricScanner`); the rest goes through the rules one by one. Histories are written as they are read off the store.
package struct MLflowMetrics: Sendable {
    /// Points in an answer of `get-history-bulk`.
    static let bulkLimit = 25_000
    /// Points that are written at once of a longer history: some 100 KB.
    static let streamed = 1000
    /// Runs that one request may ask for.
    static let runsPerRequest = 100
    /// Points of each run in an answer of `get-history-bulk-interval`.
    static let sampleLimit = 2500

    let metrics: Metrics
    let runs: TrackedRuns
    let models: LoggedModels

    package init(metrics: Metrics, runs: TrackedRuns, models: LoggedModels) {
        self.metrics = metrics
        self.runs = runs
        self.models = models
    }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/runs/log-metric", .edit, body: .stream) { try await self.logMetric($0) },
            MLflowRoute("POST", "/mlflow/runs/log-batch", .edit, body: .stream) { try await self.logBatch($0) },
            MLflowRoute("GET", "/mlflow/metrics/get-history") { try await self.history($0) },
            MLflowRoute("GET", "/mlflow/metrics/get-history-bulk") { try await self.bulk($0) },
            MLflowRoute("GET", "/mlflow/metrics/get-history-bulk-interval") { try await self.sampled($0) },
        ]
    }

    // Logging

    private func logMetric(_ call: MLflowCall) async throws -> Answer {
        let body = try await MLflowFields.body(of: call.http)
        if let reading = MLflowMetricScanner.metric(body) {
            try await self.metrics.log(reading.records, to: reading.run)
            return MLflowWriter.empty
        }
        let fields = try MLflowFields(json: body)
        let run = try fields.runID()
        try await self.log([try MLflowMetricFields(fields)], parameters: [], tags: [], to: run)
        return MLflowWriter.empty
    }

    private func logBatch(_ call: MLflowCall) async throws -> Answer {
        let body = try await MLflowFields.body(of: call.http)
        if let reading = MLflowMetricScanner.batch(body, limit: TrackingRules.metricsPerBatch),
            !reading.records.isEmpty
        {
            try await self.metrics.log(reading.records, to: reading.run)
            return MLflowWriter.empty
        }
        let fields = try MLflowFields(json: body)
        let run = try fields.required("run_id")
        let metrics = try fields.objects("metrics")
        try TrackingRules.checkRunID(run)
        let parameters = try fields.keyValues("params")
        let tags = try fields.keyValues("tags")
        for (name, items) in [("params", parameters), ("tags", tags)] {
            if let index = items.firstIndex(where: \.key.isEmpty) {
                throw MLflowError.missing("\(name)[\(index)].key")
            }
        }
        try TrackingRules.checkBatch(metrics: metrics.count, parameters: parameters.count, tags: tags.count)
        let points = try metrics.enumerated().map { try MLflowMetricFields($1, at: $0) }
        try await self.log(points, parameters: parameters, tags: tags, to: run)
        return MLflowWriter.empty
    }

    /// Logs all in one change; a point that names a logged model is a point of that model too.
    private func log(
        _ points: [MLflowMetricFields], parameters: [KeyValue], tags: [KeyValue], to run: String
    ) async throws {
        try await self.runs.log(parameters: parameters, tags: tags, to: run) { id, transaction in
            var records = MetricRecords()
            for point in points { records.append(point.key, point.sample) }
            if !records.isEmpty { try self.metrics.log(records, to: id, in: transaction) }
            try self.models.record(points.compactMap { $0.ofModel(run: id) }, in: transaction)
        }
    }

    // Reading

    private func history(_ call: MLflowCall) async throws -> Answer {
        let run = try call.fields.runID()
        let key = try call.fields.required("metric_key")
        let limit = try call.fields.integer("max_results")
        if let limit, limit <= 0 {
            throw MLflowError(
                .invalidParameterValue,
                "Invalid value \(limit) for parameter 'max_results' supplied. It must be a positive integer.")
        }
        let skip = try MLflowPageToken.offset(try call.fields.string("page_token"))
        guard let id = ID<Run>(hexadecimal: run) else { return MLflowWriter.empty }
        let stretch = try await self.metrics.history(
            of: id, name: key, skip: Int64(skip), limit: limit.map { Int(clamping: $0) })
        let token = stretch.next.map { MLflowPageToken.text(offset: Int($0)) }
        guard stretch.samples.count > Self.bulkLimit else {
            var writer = MLflowMetricWriter(capacity: stretch.samples.count)
            writer.write(stretch.samples[...], of: key, run: nil)
            return writer.answer(next: token)
        }
        return Answer(
            contentType: "application/json",
            body: .stream { body in
                var writer = MLflowMetricWriter(capacity: Self.streamed)
                for start in stride(from: 0, to: stretch.samples.count, by: Self.streamed) {
                    let end = min(start + Self.streamed, stretch.samples.count)
                    writer.write(stretch.samples[start..<end], of: key, run: nil)
                    try await body.write(writer.take(isFirst: start == 0))
                }
                try await body.write(writer.end(next: token))
            })
    }

    private func bulk(_ call: MLflowCall) async throws -> Answer {
        let runs = try call.fields.strings("run_id")
        guard !runs.isEmpty else {
            throw MLflowError(
                .invalidParameterValue, "GetMetricHistoryBulk request must specify at least one run_id.")
        }
        guard runs.count <= Self.runsPerRequest else {
            throw MLflowError(
                .invalidParameterValue,
                "GetMetricHistoryBulk request cannot specify more than \(Self.runsPerRequest) run_ids. "
                    + "Received \(runs.count) run_ids.")
        }
        guard let key = try call.fields.string("metric_key") else {
            throw MLflowError(.invalidParameterValue, "GetMetricHistoryBulk request must specify a metric_key.")
        }
        var rest = min(Self.bulkLimit, Int(clamping: max(0, try call.fields.integer("max_results") ?? .max)))
        var writer = MLflowMetricWriter(capacity: 0, style: .bulk)
        for run in Set(runs).sorted() {
            guard rest > 0, let id = ID<Run>(hexadecimal: run) else { continue }
            let samples = try await self.metrics.history(of: id, name: key, limit: rest).samples
            rest -= samples.count
            writer.write(samples[...], of: key, run: run)
        }
        return writer.answer(next: nil)
    }

    private func sampled(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let runs = try fields.strings("run_ids")
        guard !runs.isEmpty else { throw MLflowError.missing("run_ids") }
        guard runs.count <= Self.runsPerRequest else {
            throw MLflowError.checked(
                "GetMetricHistoryBulkInterval request must specify at most \(Self.runsPerRequest) run_ids. "
                    + "Received \(runs.count) run_ids.")
        }
        let key = try fields.required("metric_key")
        let (start, end) = (try fields.integer("start_step"), try fields.integer("end_step"))
        let wanted = try fields.integer("max_results") ?? Int64(Self.sampleLimit)
        guard (1...Int64(Self.sampleLimit)).contains(wanted) else {
            throw MLflowError.checked("max_results must be between 1 and \(Self.sampleLimit).")
        }
        let steps = try Self.steps(start, end)
        var writer = MLflowMetricWriter(capacity: 0)
        for run in runs {
            guard let id = ID<Run>(hexadecimal: run) else { continue }
            let samples = try await self.metrics.sampled(of: id, name: key, steps: steps, wanted: Int(wanted))
            writer.write(samples[...], of: key, run: run)
        }
        return writer.answer(next: nil)
    }

    private static func steps(_ start: Int64?, _ end: Int64?) throws(MLflowError) -> ClosedRange<Int64>? {
        guard let start, let end else {
            guard start == nil, end == nil else {
                throw MLflowError(
                    .invalidParameterValue,
                    "If either start step or end step are specified, both must be specified.")
            }
            return nil
        }
        guard start <= end else {
            throw MLflowError(
                .invalidParameterValue,
                "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end).")
        }
        return start...end
    }
}

extension MLflowError {
    /// A value that is not what its field may hold, with where to read about that.
    fileprivate static func checked(_ message: String) -> MLflowError {
        MLflowError(
            .invalidParameterValue, message + " See the API docs for more information about request parameters.")
    }
}
