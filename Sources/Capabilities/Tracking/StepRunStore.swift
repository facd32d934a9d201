package import Database

/// Up to which line of the journal the runs of steps are tracked.
package enum StepRunStore {
    package static let migrations = [
        Migration(
            id: "step-runs-0001",
            statements: [
                "CREATE TABLE step_runs_followed (id BIGINT NOT NULL PRIMARY KEY, sequence BIGINT NOT NULL)",
                "INSERT INTO step_runs_followed (id, sequence) VALUES (1, 0)",
            ])
    ]

    static func sequence(in reader: any Reading) throws -> Int64 {
        try reader.row("SELECT sequence FROM step_runs_followed WHERE id = 1")?.get(0) ?? 0
    }

    static func save(sequence: Int64, in transaction: Transaction) throws {
        try transaction.execute("UPDATE step_runs_followed SET sequence = \(sequence) WHERE id = 1")
    }
}
