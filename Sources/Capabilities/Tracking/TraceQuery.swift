/// What a search of traces asks for.
package struct TraceQuery: Sendable {
    /// Ids as the client writes them.
    package var experiments: [String]
    package var filter: String?
    package var order: [String]
    /// `Traces.defaultPage` when nil.
    package var limit: Int64?
    package var pageToken: String?

    package init(
        experiments: [String], filter: String? = nil, order: [String] = [], limit: Int64? = nil,
        pageToken: String? = nil
    ) {
        self.experiments = experiments
        self.filter = filter
        self.order = order
        self.limit = limit
        self.pageToken = pageToken
    }
}
