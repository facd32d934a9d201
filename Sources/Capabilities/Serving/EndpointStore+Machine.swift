import Contract
import Database
import Kernel

/// A replica's row: the machine's knowledge of it that the run's own row does not have.
struct ReplicaRow {
    var run: ID<Run>
    var key: EndpointMachine.Key
    var submittedAt: Timestamp
    var readyAt: Timestamp?
    var stopping: Bool
}

extension EndpointStore {
    static func revisions(of endpoint: String, in reader: any Reading) throws -> [EndpointMachine.Revision] {
        try reader.rows(
            """
            SELECT name, definition, traffic, replicas, phase, failures, not_before, retire_at FROM endpoint_revisions
            WHERE endpoint = \(endpoint) ORDER BY name, definition LIMIT 1000
            """
        ).map { row in
            EndpointMachine.Revision(
                key: .init(name: try row.get(0), definition: try row.get(1)), traffic: try row.get(2),
                replicas: try row.get(3), phase: try row.get(4), failures: try row.get(5), notBefore: try row.get(6),
                retireAt: try row.get(7))
        }
    }

    /// Oldest first.
    static func replicas(of endpoint: String, in reader: any Reading) throws -> [ReplicaRow] {
        try reader.rows(
            """
            SELECT run, revision, definition, submitted_at, ready_at, stopping FROM endpoint_replicas
            WHERE endpoint = \(endpoint) ORDER BY run LIMIT 10000
            """
        ).map { row in
            ReplicaRow(
                run: try row.get(0), key: .init(name: try row.get(1), definition: try row.get(2)),
                submittedAt: try row.get(3),
                readyAt: try row.get(4), stopping: try row.get(5))
        }
    }

    /// The revision as it was declared.
    static func definition(
        _ key: EndpointMachine.Key, of endpoint: String, in reader: any Reading
    ) throws -> Revision? {
        try reader.row(
            """
            SELECT declared FROM endpoint_revisions
            WHERE endpoint = \(endpoint) AND name = \(key.name) AND definition = \(key.definition)
            """
        ).map { try Wire.decode(Revision.self, text: try $0.get(0)) }
    }

    /// - Parameter declared: as it was declared, for one that is new.
    static func save(
        _ revision: EndpointMachine.Revision, of endpoint: String, declared: Revision?, in transaction: Transaction
    ) throws {
        let changed = try transaction.execute(
            """
            UPDATE endpoint_revisions SET traffic = \(revision.traffic), replicas = \(revision.replicas),
                phase = \(revision.phase), failures = \(revision.failures), not_before = \(revision.notBefore),
                retire_at = \(revision.retireAt)
            WHERE endpoint = \(endpoint) AND name = \(revision.key.name) AND definition = \(revision.key.definition)
            """)
        guard changed == 0, let declared else { return }
        try transaction.execute(
            """
            INSERT INTO endpoint_revisions (endpoint, name, definition, declared, traffic, replicas, phase, failures,
                                            not_before, retire_at)
            VALUES (\(endpoint), \(revision.key.name), \(revision.key.definition), \(try Wire.text(declared)),
                    \(revision.traffic), \(revision.replicas), \(revision.phase), \(revision.failures), \(revision.notBefore),
                    \(revision.retireAt))
            """)
    }

    static func drop(_ key: EndpointMachine.Key, of endpoint: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            DELETE FROM endpoint_revisions
            WHERE endpoint = \(endpoint) AND name = \(key.name) AND definition = \(key.definition)
            """)
    }

    static func insertReplica(
        _ run: ID<Run>, key: EndpointMachine.Key, of endpoint: String, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO endpoint_replicas (run, endpoint, revision, definition, submitted_at, stopping)
            VALUES (\(run), \(endpoint), \(key.name), \(key.definition), \(now), \(false))
            """)
    }

    static func markReady(_ run: ID<Run>, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE endpoint_replicas SET ready_at = \(now) WHERE run = \(run)")
    }

    static func markStopping(_ run: ID<Run>, in transaction: Transaction) throws {
        try transaction.execute("UPDATE endpoint_replicas SET stopping = \(true) WHERE run = \(run)")
    }

    static func forgetReplica(_ run: ID<Run>, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM endpoint_replicas WHERE run = \(run)")
    }
}
