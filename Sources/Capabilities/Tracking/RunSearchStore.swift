import Contract
import Database
import Search

/// Searches of runs as SQL.
///
/// One search is asked in one of three forms, chosen by what is known when it runs:
///
/// - *Rare*: a comparison of the filter holds for few runs, as an index says that is asked for no more than `rare` of them. Those
///   runs are read by number, whatever the order. A pattern without a beginning (`%x%`) is compared with every value of its key
///   first, unless a glance at the first runs of the order fills the page.
/// - *Walk*: the order is that of an index: of the start, or of one metric. The index is walked from the place where the page
///   begins, every other comparison is probed for each run, and the walk ends when the page is full. Runs without the metric
///   come after those that have it, and are a walk by start.
/// - *Sort*: any other order. Every run of the experiments is probed, and the best are kept.
///
/// Names of metrics, parameters and tags are numbers here (`TrackingKeyStore`). Values from outside are always bound; one that
/// was never used as a name has the number -1, which nothing has.
enum RunSearchStore {
    /// Fewer runs than these are sorted in a few milliseconds.
    static let rare = 1000
    /// Runs that are probed before all values of a key are read, some milliseconds for each hundred thousand, to learn whether
    /// a pattern is rare: when it is not, the page is full before that.
    static let glance = 2000
    /// A walk goes through each experiment and stage apart; beyond these the search sorts.
    static let maximumBranches = 100

    /// A run on a page, and its place in the order.
    struct Found: Sendable {
        let run: Int64
        let place: PageToken
    }

    /// A search with the numbers of its names.
    struct Request {
        let experiments: [Int64]
        let stages: [LifecycleStage]
        let clauses: [(clause: SearchClause, key: Int64)]
        let orders: [(order: SearchOrder, key: Int64)]
        let after: [PageToken.Value]?
        /// One row more than the page shows.
        let limit: Int

        init(_ query: RunQuery, in reader: any Reading) throws {
            func number(_ entity: SearchEntity, _ key: String) throws -> Int64 {
                switch entity {
                case .metric, .parameter, .tag: try TrackingKeyStore.find(key, in: reader) ?? -1
                default: -1
                }
            }
            self.experiments = query.experiments
            self.stages = query.view.stages
            self.clauses = try query.clauses.map { clause in
                // As MLflow has it, the name of a run is what its tag says.
                guard clause.entity == .attribute, clause.key == "run_name" else {
                    return (clause, try number(clause.entity, clause.key))
                }
                let tag = SearchClause(.tag, "mlflow.runName", clause.comparison, clause.value)
                return (tag, try number(.tag, tag.key))
            }
            self.orders = try query.orders.map { ($0, try number($0.entity, $0.key)) }
            self.after = query.after?.values
            self.limit = query.limit + 1
        }

        /// The metric, when it is all that is ordered by.
        var metric: (key: Int64, isAscending: Bool)? {
            guard self.orders.count == 1, self.orders[0].order.entity == .metric else { return nil }
            return (self.orders[0].key, self.orders[0].order.isAscending)
        }

        /// Whether the start is all that is ordered by, and in which direction.
        var startIsAscending: Bool? {
            if self.orders.isEmpty { return false }
            guard self.orders.count == 1, self.orders[0].order.entity == .attribute,
                self.orders[0].order.key == "start_time"
            else { return nil }
            return self.orders[0].order.isAscending
        }
    }

    /// The runs of a page and at most one more, in order.
    static func page(_ query: RunQuery, in reader: any Reading) throws -> [Found] {
        let request = try Request(query, in: reader)
        guard !request.experiments.isEmpty else { return [] }
        if let candidates = try self.candidates(request, from: self.isQuick, in: reader) {
            return try self.sorted(request, among: candidates, in: reader)
        }
        let branches = request.experiments.count * request.stages.count
        let mayWalk = branches <= self.maximumBranches && (request.metric != nil || request.startIsAscending != nil)
        if request.clauses.contains(where: { self.isSlow($0.clause) }) {
            if mayWalk, branches == 1 {
                let found = try self.walk(request, among: self.glance, in: reader)
                if found.count == request.limit { return found }
            }
            if let candidates = try self.candidates(request, from: self.isSlow, in: reader) {
                return try self.sorted(request, among: candidates, in: reader)
            }
        }
        return try mayWalk ? self.walk(request, in: reader) : self.sorted(request, among: nil, in: reader)
    }

    /// Every condition that a run `r` must meet, but for experiment and stage.
    static func conditions(_ request: Request) -> [SQL] {
        request.clauses.map { self.probe($0.clause, key: $0.key) }
    }

    /// Rows of runs by number, in the order of the numbers.
    static func rows(_ numbers: [Int64], in reader: any Reading) throws -> [TrackedRunRow] {
        var byNumber: [Int64: TrackedRunRow] = [:]
        byNumber.reserveCapacity(numbers.count)
        var rest = numbers[...]
        while !rest.isEmpty {
            let some = rest.prefix(self.rowsPerQuery)
            rest = rest.dropFirst(self.rowsPerQuery)
            for row in try reader.rows(
                "SELECT \(TrackedRunStore.columns) FROM tracked_runs WHERE number IN \(SQL.list(some))")
            {
                let decoded = try TrackedRunStore.decode(row)
                byNumber[decoded.number] = decoded
            }
        }
        return numbers.compactMap { byNumber[$0] }
    }

    /// Values that one statement binds.
    private static let rowsPerQuery = 512
}
