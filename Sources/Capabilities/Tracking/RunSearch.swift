package import Contract
package import Database
import Search

/// Finds runs: by what they measured, were given and were tagged with, in any order, page by page.
///
/// A search is a `RunQuery`, which is valid as it stands. A page is read in one view of the database, with a handful of
/// statements however many runs it has; a page costs the same wherever in the order it lies. Values that were logged a
/// moment ago are seen (`Metrics.settle`).
package struct RunSearch: Sendable {
    /// One page of runs.
    package struct Page: Sendable {
        /// Whole, in the order that was asked for.
        package let runs: [TrackedRun]
        /// Gives the next page; nil on the last one.
        package let next: String?
    }

    private let database: Database
    private let metrics: Metrics

    package init(database: Database, metrics: Metrics) {
        self.database = database
        self.metrics = metrics
    }

    package func page(_ query: RunQuery) async throws -> Page {
        if query.namesMetrics { try await self.metrics.settle() }
        return try await self.database.read { reader in
            let found = try RunSearchStore.page(query, in: reader)
            let shown = found.prefix(query.limit)
            let rows = try RunSearchStore.rows(shown.map(\.run), in: reader)
            let runs = try TrackedRunStore.load(rows, in: reader)
            let next = found.count > query.limit ? shown.last?.place.encoded(for: query.fingerprint) : nil
            return Page(runs: runs, next: next)
        }
    }
}
