package import Contract
package import Search

/// Which lifecycle stages a search sees, in MLflow's words.
package enum LifecycleView: String, Sendable, CaseIterable {
    case active = "ACTIVE_ONLY"
    case deleted = "DELETED_ONLY"
    case all = "ALL"

    package var stages: [LifecycleStage] {
        switch self {
        case .active: [.active]
        case .deleted: [.deleted]
        case .all: [.active, .deleted]
        }
    }
}

/// What a search of runs asks for.
///
/// Runs come in the order that is asked for, those without a value for it last and those whose metric is not a number before
/// these; runs that are alike come newest first, and those of one moment by id.
package struct RunQuery: Sendable {
    package static let defaultLimit = 1000
    package static let maximumLimit = 50_000
    /// Experiments that one search goes through: each is a value that a statement of the database binds.
    package static let maximumExperiments = 8192

    package let experiments: [Int64]
    package let clauses: [SearchClause]
    package let orders: [SearchOrder]
    package let view: LifecycleView
    package let limit: Int
    /// The place after which the page begins; nil for the first page.
    let after: PageToken?
    let fingerprint: SearchFingerprint

    /// - Throws: `invalidScope`, `invalidFilter`, `invalidOrder`, `invalidPageToken`.
    package init(
        experiments: [Int64], filter: String? = nil, orderBy: [String] = [], view: LifecycleView = .active,
        limit: Int = Self.defaultLimit, pageToken: String? = nil
    ) throws(SearchError) {
        precondition(limit > 0, "a page has at least one row")
        guard experiments.count <= Self.maximumExperiments else {
            throw .invalidScope(
                "The search names \(experiments.count) experiments. At most \(Self.maximumExperiments) are searched at once."
            )
        }
        self.experiments = Set(experiments).sorted()
        self.clauses = try SearchDialect.runs.filter(filter)
        self.orders = try SearchDialect.runs.orders(orderBy)
        self.view = view
        self.limit = limit
        self.fingerprint = SearchFingerprint(
            ["runs", view.rawValue, filter ?? ""] + self.experiments.map(String.init) + ["order"] + orderBy)
        self.after = try PageToken.decode(pageToken, for: self.fingerprint)
    }

    /// Whether a metric is compared or ordered by.
    var namesMetrics: Bool {
        self.clauses.contains { $0.entity == .metric } || self.orders.contains { $0.entity == .metric }
    }
}
