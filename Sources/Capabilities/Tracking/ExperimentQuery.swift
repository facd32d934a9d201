package import Search

/// What a search of experiments asks for.
package struct ExperimentQuery: Sendable {
    package static let defaultLimit = 1000
    package static let maximumLimit = 50_000

    package let clauses: [SearchClause]
    /// Newest first when nothing else is asked for; what is alike comes by number.
    package let orders: [SearchOrder]
    package let view: LifecycleView
    package let limit: Int
    /// The place after which the page begins; nil for the first page.
    let after: PageToken?
    let fingerprint: SearchFingerprint

    /// - Throws: `invalidFilter`, `invalidOrder`, `invalidPageToken`.
    package init(
        filter: String? = nil, orderBy: [String] = [], view: LifecycleView = .active,
        limit: Int = Self.defaultLimit, pageToken: String? = nil
    ) throws(SearchError) {
        precondition(limit > 0, "a page has at least one row")
        self.clauses = try SearchDialect.experiments.filter(filter)
        var orders = try SearchDialect.experiments.orders(orderBy)
        if orders.isEmpty {
            orders = [
                SearchOrder(.attribute, "creation_time", isAscending: false), SearchOrder(.attribute, "experiment_id"),
            ]
        } else if !orders.contains(where: { $0.key == "experiment_id" }) {
            orders.append(SearchOrder(.attribute, "experiment_id", isAscending: false))
        }
        self.orders = orders
        self.view = view
        self.limit = limit
        self.fingerprint = SearchFingerprint(["experiments", view.rawValue, filter ?? "", "order"] + orderBy)
        self.after = try PageToken.decode(pageToken, for: self.fingerprint)
    }
}
