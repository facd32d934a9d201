import Contract
import Database

extension WorkerStore {
    /// Workers that were ever admitted, by environment and status.
    static func counts(in reader: any Reading) throws -> [FleetCounts.Workers] {
        try reader.rows(
            "SELECT environment, status, COUNT(*) FROM workers GROUP BY environment, status ORDER BY environment, status"
        ).map { FleetCounts.Workers(environment: try $0.get(0), status: try $0.get(1), count: try $0.get(2)) }
    }
}
