package import Contract
package import Database
import Search

/// Finds experiments by name, number, times and tags, page by page.
package struct ExperimentSearch: Sendable {
    /// One page of experiments.
    package struct Page: Sendable {
        /// With their tags, in the order that was asked for.
        package let experiments: [Experiment]
        /// Gives the next page; nil on the last one.
        package let next: String?
    }

    private let database: Database

    package init(database: Database) { self.database = database }

    /// - Throws: `invalidExperimentID` where the filter compares the number with what is none.
    package func page(_ query: ExperimentQuery) async throws -> Page {
        try await self.database.read { reader in
            let found = try ExperimentSearchStore.page(query, in: reader)
            let shown = found.prefix(query.limit)
            let next = found.count > query.limit ? shown.last?.place.encoded(for: query.fingerprint) : nil
            return Page(experiments: shown.map(\.experiment), next: next)
        }
    }
}
