package import Contract
package import Database
package import Kernel

/// What runs measured: points of named metrics, in the order in which they came.
///
/// A worker reads them off the command's output and appends them in batches. A batch says how many points of the attempt came
/// before it, as a chunk of the log does, so that what arrives twice, because its answer was lost, is stored once. Points are not journal lines and their answers promise less than those of other
/// changes: a power cut may lose the last moments (`relaxed`), a crash of the program does not.
///
/// It knows runs by their id only, and asks `AttemptOwners` whether the worker may speak for the attempt. Points of an
/// attempt that was lost stay: they are facts about the past. It is bounded by points in a batch, names' length and points
/// in a run. An append costs one insert a point and one look-up.
package struct Tracking: Sendable {
    /// A million of points in a run draws any curve; more is a log.
    package static let maximumPointsPerRun: Int64 = 1_000_000
    /// More points than any attempt prints: a larger offset is a mistake.
    package static let maximumOffset: Int64 = 1 << 53
    /// Long enough for `metric/variant/variant`.
    package static let maximumNameLength = 250

    private let database: Database
    private let owners: any AttemptOwners

    package init(database: Database, owners: any AttemptOwners) {
        self.database = database
        self.owners = owners
    }

    /// Stores the points of `batch` for the run of `attempt`.
    ///
    /// - Throws: `invalid` for a batch that is too large or has a name that cannot be; `exhausted` when the run has all the
    ///   points it may have; what `AttemptOwners` throws.
    package func append(_ batch: MetricBatch, of attempt: ID<Attempt>, worker: Principal) async throws {
        try Self.check(batch)
        try await self.database.write(durability: .relaxed) { transaction in
            let run = try self.owners.run(of: attempt, fence: batch.fence, worker: worker, in: transaction)
            let head = try TrackingStore.head(of: run, in: transaction)
            let received = head?.attempt == attempt ? head?.received ?? 0 : 0
            let offset = batch.offset ?? received
            let fresh = Array(batch.points.dropFirst(Int(clamping: max(0, received - offset))))
            guard !fresh.isEmpty else { return }
            let count = head?.count ?? 0
            guard count + Int64(fresh.count) <= Self.maximumPointsPerRun else {
                throw TrackingError.tooManyPoints(run: run, limit: Self.maximumPointsPerRun)
            }
            try TrackingStore.append(fresh, to: run, after: count, in: transaction)
            let end = offset + Int64(batch.points.count)
            try TrackingStore.save(
                MetricHead(count: count + Int64(fresh.count), attempt: attempt, received: end), of: run,
                in: transaction)
        }
    }

    /// Points of a run in the order they came, of one metric or of all.
    package func points(of run: ID<Run>, name: String?, page: PageRequest) async throws -> Page<MetricPoint> {
        guard let after = page.cursor.map(Int64.init) ?? 0 else { throw TrackingError.invalidCursor(page.cursor ?? "") }
        return try await self.database.read { reader in
            let found = try TrackingStore.points(
                of: run, name: name, after: after, limit: page.limit + 1, in: reader)
            let items = found.prefix(page.limit)
            return Page(
                items: items.map(\.point), next: found.count > page.limit ? items.last.map { "\($0.position)" } : nil)
        }
    }

    /// Every point of a run in the order they came, within the caller's view.
    ///
    /// - Parameter name: only this metric; all when nil.
    package func points(of run: ID<Run>, name: String?, in reader: any Reading) throws -> [MetricPoint] {
        try TrackingStore.points(
            of: run, name: name, after: 0, limit: Int(Self.maximumPointsPerRun), in: reader
        ).map(\.point)
    }

    /// The last points of a run, in the order they came.
    package func recent(of run: ID<Run>, limit: Int) async throws -> [MetricPoint] {
        try await self.database.read { try TrackingStore.recent(of: run, limit: limit, in: $0) }
    }

    private static func check(_ batch: MetricBatch) throws(TrackingError) {
        guard batch.points.count <= MetricBatch.maximumPoints else { throw .batchTooLarge(points: batch.points.count) }
        guard (0...Self.maximumOffset).contains(batch.offset ?? 0) else { throw .invalidOffset(batch.offset ?? 0) }
        for point in batch.points where !(1...Self.maximumNameLength).contains(point.name.utf8.count) {
            throw .invalidName(point.name)
        }
    }
}

/// How many points a run has, and how many the attempt that came last has sent.
struct MetricHead: Sendable {
    var count: Int64
    var attempt: ID<Attempt>
    var received: Int64
}
