package import Contract
import Database
package import Kernel

extension Metrics {
    /// A stretch of a metric's history, and where the next one begins.
    package struct Stretch: Sendable {
        package var samples: [MetricSample]
        /// Nil when nothing follows.
        package var next: Int64?
    }

    /// Points of one metric in MLflow's order: by time, step and value, each once.
    ///
    /// - Parameters:
    ///   - skip: how many to pass over.
    ///   - limit: at most so many; all when nil.
    /// - Returns: nothing for a run or a metric that is not there, as MLflow does.
    package func history(
        of run: ID<Run>, name: String, skip: Int64 = 0, limit: Int? = nil
    ) async throws -> Stretch {
        try await self.database.read { reader in
            var samples: [MetricSample] = []
            guard var history = try Self.reading(of: run, name: name, in: reader) else {
                return Stretch(samples: samples)
            }
            try history.skip(skip)
            while limit.map({ samples.count < $0 }) ?? true, let sample = try history.next() { samples.append(sample) }
            guard let limit, samples.count == limit, try history.next() != nil else { return Stretch(samples: samples) }
            return Stretch(samples: samples, next: skip + Int64(limit))
        }
    }

    /// About `wanted` points of one metric that stand for all, by step (`MetricSampling`).
    ///
    /// - Parameter steps: only points with these.
    package func sampled(
        of run: ID<Run>, name: String, steps: ClosedRange<Int64>?, wanted: Int
    ) async throws -> [MetricSample] {
        try await self.database.read { reader in
            var survey = MetricSampling.Survey()
            try Self.walk(of: run, name: name, steps: steps, in: reader) { survey.take($0) }
            guard survey.isByStep || survey.count > Self.maximumSorted else {
                var points: [MetricSample] = []
                try Self.walk(of: run, name: name, steps: steps, in: reader) { points.append($0) }
                return MetricSampling.choose(points, wanted: wanted)
            }
            var choice = MetricSampling.Choice(survey, wanted: wanted)
            try Self.walk(of: run, name: name, steps: steps, in: reader) { choice.take($0) }
            return choice.points()
        }
    }

    /// A history whose steps do not follow its times is sorted in memory up to so many points, 24 MB; a longer one is sampled by
    /// time.
    static let maximumSorted = 1_000_000

    private static func walk(
        of run: ID<Run>, name: String, steps: ClosedRange<Int64>?, in reader: any Reading,
        _ take: (MetricSample) -> Void
    ) throws {
        guard var history = try Self.reading(of: run, name: name, in: reader) else { return }
        while let sample = try history.next() {
            if steps?.contains(sample.step) ?? true { take(sample) }
        }
    }

    static func reading(of run: ID<Run>, name: String, in reader: any Reading) throws -> MetricHistory? {
        guard let state = try MetricStore.state(of: run, in: reader),
            let key = try TrackingKeyStore.find(name, in: reader)
        else { return nil }
        return try self.reading(of: state.run, key: key, in: reader)
    }

    /// - Parameter lasting: only the last chunks that together have so many points; all when nil.
    static func reading(
        of run: Int64, key: Int64, lasting: Int? = nil, in reader: any Reading
    ) throws -> MetricHistory {
        var tail: [MetricSample] = []
        for pack in try MetricStore.packs(of: run, in: reader) {
            try MetricPack.read(pack, key: key) { _, points throws(MetricChunkError) in
                while let sample = try points.next() { tail.append(sample) }
            }
        }
        tail.arrange()
        var spans = try MetricStore.spans(of: run, key: key, in: reader)
        if let lasting {
            var kept = tail.count
            spans = spans.reversed().prefix { span in
                defer { kept += Int(span.points) }
                return kept < lasting
            }
        }
        return MetricHistory(spans: spans, tail: tail) { positions in
            try MetricStore.chunks(of: run, key: key, at: positions, in: reader)
        }
    }
}
