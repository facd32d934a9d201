import Contract
import Database
import Kernel

// What runs read and made.
extension TrackedRunStore {
    /// The number of a dataset of an experiment, which is described where it is new.
    static func number(
        of dataset: TrackedDataset, in experiment: Int64, _ transaction: Transaction
    ) throws -> Int64 {
        let known = try transaction.row(
            """
            SELECT number FROM tracked_datasets
            WHERE experiment = \(experiment) AND name = \(dataset.name) AND digest = \(dataset.digest)
            """)
        if let known { return try known.get(0) }
        let row = try transaction.row(
            """
            INSERT INTO tracked_datasets (experiment, name, digest, source_type, source, schema, profile)
            VALUES (\(experiment), \(dataset.name), \(dataset.digest), \(dataset.sourceType), \(dataset.source),
                \(dataset.schema), \(dataset.profile))
            RETURNING number
            """)
        guard let row else { throw DatabaseError.statement(detail: "INSERT … RETURNING gave no row") }
        return try row.get(0)
    }

    /// Notes that a run read a dataset; what was noted first stays.
    static func insert(dataset: Int64, tags: [KeyValue], of run: Int64, in transaction: Transaction) throws {
        let isNew =
            try transaction.execute(
                "INSERT INTO run_datasets (run, dataset) VALUES (\(run), \(dataset)) ON CONFLICT DO NOTHING") > 0
        guard isNew else { return }
        for tag in tags {
            try transaction.execute(
                """
                INSERT INTO run_dataset_tags (run, dataset, key, value)
                VALUES (\(run), \(dataset), \(tag.key), \(tag.value))
                ON CONFLICT (run, dataset, key) DO UPDATE SET value = excluded.value
                """)
        }
    }

    static func insert(modelInput model: String, of run: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO run_model_inputs (run, model) VALUES (\(run), \(model)) ON CONFLICT DO NOTHING")
    }

    static func insert(modelOutput output: ModelOutput, of run: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO run_model_outputs (run, model, step) VALUES (\(run), \(output.model), \(output.step))
            ON CONFLICT (run, model) DO UPDATE SET step = excluded.step
            """)
    }

    /// The datasets that runs of these experiments read, each use once.
    static func summaries(
        of experiments: [Int64], limit: Int, in reader: any Reading
    ) throws -> [DatasetSummary] {
        try reader.rows(
            """
            SELECT DISTINCT d.experiment, d.name, d.digest, t.value FROM tracked_datasets d
            JOIN run_datasets r ON r.dataset = d.number
            LEFT JOIN run_dataset_tags t
                ON t.run = r.run AND t.dataset = r.dataset AND t.key = \(DatasetSummary.contextKey)
            WHERE d.experiment IN \(SQL.list(experiments)) LIMIT \(limit)
            """
        ).map { row in
            DatasetSummary(
                experiment: try row.get(0), name: try row.get(1), digest: try row.get(2), context: try row.get(3))
        }
    }
}
