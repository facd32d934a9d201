package import Contract
package import Database
package import Kernel

// Points of all metrics of a run, as our own API lists them: by time.
extension Metrics {
    /// Points of a run by time, step and value, of one metric or of all.
    package func points(of run: ID<Run>, name: String?, page: PageRequest) async throws -> Page<MetricPoint> {
        guard let skip = page.cursor.map(Int64.init) ?? 0, skip >= 0 else {
            throw MetricError.invalidCursor(page.cursor ?? "")
        }
        return try await self.database.read { reader in
            var points = try Self.merged(of: run, name: name, in: reader)
            try points.skip(skip)
            var items: [MetricPoint] = []
            while items.count < page.limit, let point = try points.next() { items.append(point) }
            let isLast = try items.count < page.limit || points.next() == nil
            return Page(items: items, next: isLast ? nil : "\(skip + Int64(items.count))")
        }
    }

    /// Points that a caller may hold in memory at once.
    package static let maximumHeld = 1_000_000

    /// Every point of a run by time, within the caller's view; of a longer history the first `maximumHeld`.
    ///
    /// - Parameter name: only this metric; all when nil.
    package func points(of run: ID<Run>, name: String?, in reader: any Reading) throws -> [MetricPoint] {
        var points = try Self.merged(of: run, name: name, in: reader)
        var items: [MetricPoint] = []
        while items.count < Self.maximumHeld, let point = try points.next() { items.append(point) }
        return items
    }

    /// The last points of a run, by time: of each metric those of its last chunks.
    package func recent(of run: ID<Run>, limit: Int) async throws -> [MetricPoint] {
        try await self.database.read { reader in
            guard let state = try MetricStore.state(of: run, in: reader) else { return [] }
            let keys = try Self.keys(of: state, in: reader)
            let names = try MetricStore.names(of: keys, in: reader)
            var points: [MetricPoint] = []
            for key in keys {
                var history = try Self.reading(of: state.run, key: key, lasting: limit, in: reader)
                while let sample = try history.next() { points.append(Self.point(names[key] ?? "", sample)) }
            }
            points.sort { $0.at < $1.at }
            return points.suffix(limit)
        }
    }

    private static func keys(of state: MetricStore.State, in reader: any Reading) throws -> [Int64] {
        let latest = try MetricStore.settledLatest(of: [state.run], in: reader)[state.run] ?? [:]
        let packs = try MetricStore.packs(of: state.run, after: state.settled, in: reader)
        return try MetricSettling.latest(of: packs, startingWith: latest).keys.sorted()
    }

    fileprivate static func point(_ name: String, _ sample: MetricSample) -> MetricPoint {
        MetricPoint(name: name, value: sample.value, step: sample.step, at: Timestamp(milliseconds: sample.at))
    }

    private static func merged(of run: ID<Run>, name: String?, in reader: any Reading) throws -> MergedPoints {
        guard let state = try MetricStore.state(of: run, in: reader) else { return MergedPoints([]) }
        let keys: [Int64]
        if let name {
            keys = try TrackingKeyStore.find(name, in: reader).map { [$0] } ?? []
        } else {
            keys = try self.keys(of: state, in: reader)
        }
        let names = try MetricStore.names(of: keys, in: reader)
        return MergedPoints(
            try keys.compactMap { key in
                try names[key].map { ($0, try self.reading(of: state.run, key: key, in: reader)) }
            })
    }
}

/// The histories of several metrics as one, by time; at the same time the metric that was known first comes first.
private struct MergedPoints {
    private struct Line {
        var name: String
        var history: MetricHistory
        var head: MetricSample
    }

    private var lines: [Line] = []
    private var pending: [(name: String, history: MetricHistory)]

    init(_ histories: [(String, MetricHistory)]) { self.pending = histories.map { (name: $0.0, history: $0.1) } }

    mutating func next() throws -> MetricPoint? {
        for (name, history) in self.pending {
            var history = history
            if let head = try history.next() { self.lines.append(Line(name: name, history: history, head: head)) }
        }
        self.pending = []
        guard var first = self.lines.indices.first else { return nil }
        for index in self.lines.indices where self.lines[index].head.at < self.lines[first].head.at { first = index }
        let sample = self.lines[first].head
        let name = self.lines[first].name
        if let next = try self.lines[first].history.next() {
            self.lines[first].head = next
        } else {
            self.lines.remove(at: first)
        }
        return Metrics.point(name, sample)
    }

    mutating func skip(_ count: Int64) throws {
        if self.pending.count == 1, self.lines.isEmpty { return try self.pending[0].history.skip(count) }
        var rest = count
        while rest > 0, try self.next() != nil { rest -= 1 }
    }
}
