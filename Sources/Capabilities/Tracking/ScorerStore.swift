import Contract
package import Database
import Kernel

/// The rows of scorers and their versions.
package enum ScorerStore {
    package static let migrations = [
        Migration(
            id: "scorers-0001",
            statements: [
                """
                CREATE TABLE scorers (
                    id TEXT NOT NULL PRIMARY KEY, experiment BIGINT NOT NULL, name TEXT NOT NULL, UNIQUE (experiment, name))
                """,
                """
                CREATE TABLE scorer_versions (
                    scorer TEXT NOT NULL, version BIGINT NOT NULL, serialized TEXT NOT NULL, created_at BIGINT NOT NULL,
                    PRIMARY KEY (scorer, version))
                """,
            ])
    ]

    private static let selection: SQL = """
        SELECT s.id, s.experiment, s.name, v.version, v.serialized, v.created_at
        FROM scorers s JOIN scorer_versions v ON v.scorer = s.id
        """

    static func id(of name: String, experiment: Int64, in reader: any Reading) throws -> String? {
        try reader.row("SELECT id FROM scorers WHERE experiment = \(experiment) AND name = \(name)").map {
            try $0.get(0)
        }
    }

    static func insert(_ scorer: Scorer, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO scorers (id, experiment, name) VALUES (\(scorer.id), \(scorer.experiment), \(scorer.name))
            ON CONFLICT DO NOTHING
            """)
        try transaction.execute(
            """
            INSERT INTO scorer_versions (scorer, version, serialized, created_at)
            VALUES (\(scorer.id), \(scorer.version), \(scorer.serialized), \(scorer.createdAt))
            """)
    }

    /// Every version of a scorer, by number.
    static func versions(of name: String, experiment: Int64, in reader: any Reading) throws -> [Scorer] {
        try reader.rows(
            "\(self.selection) WHERE s.experiment = \(experiment) AND s.name = \(name) ORDER BY v.version"
        ).map(self.decode)
    }

    /// The latest version of every scorer, by experiment and name.
    ///
    /// - Parameter experiments: of these; of every active one when nil.
    static func latest(of experiments: [Int64]?, in reader: any Reading) throws -> [Scorer] {
        var sql = self.selection
        sql += " WHERE v.version = (SELECT MAX(w.version) FROM scorer_versions w WHERE w.scorer = s.id)"
        sql += " AND s.experiment IN (SELECT e.id FROM experiments e WHERE e.lifecycle = 'active')"
        if let experiments { sql += " AND s.experiment IN \(SQL.list(experiments))" }
        return try reader.rows(sql + " ORDER BY s.experiment, s.name").map(self.decode)
    }

    /// Removes a version; with the last one the scorer goes too.
    static func delete(_ scorer: Scorer, in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM scorer_versions WHERE scorer = \(scorer.id) AND version = \(scorer.version)")
        try transaction.execute(
            """
            DELETE FROM scorers WHERE id = \(scorer.id)
            AND NOT EXISTS (SELECT 1 FROM scorer_versions v WHERE v.scorer = scorers.id)
            """)
    }

    private static func decode(_ row: Row) throws -> Scorer {
        Scorer(
            id: try row.get(0), experiment: try row.get(1), name: try row.get(2), version: try row.get(3),
            serialized: try row.get(4), createdAt: try row.get(5))
    }
}
