package import Database

/// In which experiment a tracked thing lies, and where its artifacts do.
///
/// Whoever permits a request, or serves a file, asks this before anything else, so each question is one indexed row and
/// nothing of the thing itself is loaded. Deleted things are still where they were.
package struct Places: Sendable {
    package struct Place: Sendable, Hashable {
        package var experiment: Int64
        /// Such as `mlflow-artifacts:/<experiment>/<run>/artifacts`.
        package var artifactURI: String
    }

    private let database: Database

    package init(database: Database) { self.database = database }

    /// Nil when there is none.
    package func experiment(named name: String) async throws -> Int64? {
        try await self.database.read { try PlaceStore.experiment(named: name, in: $0) }
    }

    /// Nil when there is none.
    package func run(_ id: String) async throws -> Place? {
        try await self.database.read { try PlaceStore.run(id, in: $0) }
    }
}
