import Database

/// Turns the packs of a run into chunks, in the transaction of the append that made the tail long.
///
/// The new points of a metric are first merged with its last chunks as long as those are no larger than what is there already
/// (the logarithmic method), so that a point is written again O(log) times and chunks get full. It is idempotent: packs go in
/// the transaction in which their points come.
///
/// - Complexity: O(points of the tail) and a few statements for each of its metrics.
/// - Source: Bentley and Saxe, *Decomposable searching problems* (1980), for the method.
struct MetricCompaction {
    /// Packs that a run may have before they become chunks: a reader decodes them all.
    static let maximumPacks: Int64 = 256
    /// Points in them, for the same reason: some 2 MB in memory.
    static let maximumPoints: Int64 = 65_536

    let transaction: Transaction

    static func isDue(_ state: MetricStore.State) -> Bool {
        state.tail >= Self.maximumPacks || state.tailPoints >= Self.maximumPoints
    }

    /// Folds every pack of the run into chunks and into the latest values; `state` then has no tail.
    func run(_ state: inout MetricStore.State) throws {
        try MetricSettling(transaction: self.transaction).run(&state)
        var points: [Int64: [MetricSample]] = [:]
        for pack in try MetricStore.packs(of: state.run, in: self.transaction) {
            try MetricPack.read(pack) { key, reader throws(MetricChunkError) in
                while let sample = try reader.next() { points[key, default: []].append(sample) }
            }
        }
        for (key, samples) in points.sorted(by: { $0.key < $1.key }) {
            try self.append(samples, key: key, of: state.run)
        }
        try MetricStore.deletePacks(of: state.run, in: self.transaction)
        state.tail = 0
        state.tailPoints = 0
        state.settled = 0
    }

    private func append(_ samples: [MetricSample], key: Int64, of run: Int64) throws {
        var samples = samples
        var position: Int64 = 1
        while let last = try MetricStore.lastSpan(of: run, key: key, in: self.transaction) {
            position = last.position + 1
            guard last.points <= samples.count, Int(last.points) + samples.count <= MetricChunk.maximumPoints else {
                break
            }
            let bytes = try MetricStore.chunks(of: run, key: key, at: [last.position], in: self.transaction)
            samples = try MetricChunk.decode(bytes[last.position] ?? []) + samples
            try MetricStore.deleteChunk(at: last.position, of: run, key: key, in: self.transaction)
            position = last.position
        }
        samples.arrange()
        for start in stride(from: 0, to: samples.count, by: MetricChunk.maximumPoints) {
            let end = min(start + MetricChunk.maximumPoints, samples.count)
            try MetricStore.insert(samples[start..<end], at: position, of: run, key: key, in: self.transaction)
            position += 1
        }
    }
}

/// Brings `metric_latest` up to the last pack of a run.
struct MetricSettling {
    let transaction: Transaction

    func run(_ state: inout MetricStore.State) throws {
        guard state.settled < state.tail else { return }
        let packs = try MetricStore.packs(of: state.run, after: state.settled, in: self.transaction)
        for (key, sample) in try Self.latest(of: packs).sorted(by: { $0.key < $1.key }) {
            try MetricStore.offer(
                sample, key: key, of: state.run, experiment: state.experiment, in: self.transaction)
        }
        state.settled = state.tail
    }

    /// The latest of each metric in some packs.
    static func latest(
        of packs: [[UInt8]], startingWith known: [Int64: MetricSample] = [:]
    ) throws -> [Int64: MetricSample] {
        var latest = known
        for pack in packs {
            try MetricPack.read(pack) { key, reader throws(MetricChunkError) in
                var best = latest[key]
                while let sample = try reader.next() {
                    if best.map({ sample.isLater(than: $0) }) ?? true { best = sample }
                }
                latest[key] = best
            }
        }
        return latest
    }
}
