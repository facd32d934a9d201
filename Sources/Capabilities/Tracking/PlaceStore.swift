import Database

/// Where tracked things lie: a few columns of their rows, for questions that come with every request.
enum PlaceStore {
    static func experiment(named name: String, in reader: any Reading) throws -> Int64? {
        try reader.row("SELECT id FROM experiments WHERE name = \(name)")?.get(0)
    }

    /// - Parameter run: as MLflow writes it, 32 hex digits.
    static func run(_ run: String, in reader: any Reading) throws -> Places.Place? {
        guard
            let row = try reader.row("SELECT experiment, artifact_uri FROM tracked_runs WHERE id = \(run)")
        else { return nil }
        return Places.Place(experiment: try row.get(0), artifactURI: try row.get(1))
    }
}
