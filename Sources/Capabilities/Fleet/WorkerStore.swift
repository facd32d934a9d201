import Contract
import Database
import Kernel

/// The rows of workers and join tokens.
enum WorkerStore {
    static let migrations = [
        Migration(
            id: "fleet-0002",
            statements: [
                """
                CREATE TABLE join_tokens (
                    hash TEXT PRIMARY KEY, environment TEXT NOT NULL, expires_at BIGINT NOT NULL,
                    worker_key TEXT, worker TEXT)
                """,
                """
                CREATE TABLE workers (
                    id TEXT PRIMARY KEY, environment TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
                    slots BIGINT NOT NULL, serving_slots BIGINT NOT NULL, cpus BIGINT NOT NULL, memory BIGINT NOT NULL,
                    container_engine TEXT, address TEXT NOT NULL, version TEXT NOT NULL, joined_at BIGINT NOT NULL,
                    last_seen_at BIGINT NOT NULL, alive BIGINT NOT NULL, idle_posted BIGINT NOT NULL, leased BIGINT NOT NULL)
                """,
                "CREATE INDEX workers_by_status ON workers (status, environment)",
            ]),
        Migration(
            id: "fleet-0005",
            statements: ["ALTER TABLE workers ADD COLUMN accrued BIGINT NOT NULL DEFAULT 0"]),
    ]

    private static let columns: SQL = """
        id, environment, name, status, slots, serving_slots, cpus, memory, container_engine, address, version, joined_at, last_seen_at
        """

    static func decode(_ row: Row) throws -> Worker {
        Worker(
            id: try row.get(0), environment: try row.get(1), name: try row.get(2), status: try row.get(3),
            slots: try row.get(4),
            servingSlots: try row.get(5), cpus: try row.get(6), memory: try row.get(7), containerEngine: try row.get(8),
            address: try row.get(9), version: try row.get(10), joinedAt: try row.get(11), lastSeenAt: try row.get(12))
    }

    static func find(_ id: ID<Worker>, in reader: any Reading) throws -> Worker? {
        try reader.row("SELECT \(self.columns) FROM workers WHERE id = \(id)").map(self.decode)
    }

    /// Live and draining workers.
    static func present(in reader: any Reading) throws -> [Worker] {
        try reader.rows("SELECT \(self.columns) FROM workers WHERE status IN ('live', 'draining') ORDER BY id").map(
            self.decode)
    }

    static func page(_ request: PageRequest, in reader: any Reading) throws -> [Worker] {
        let before = request.cursor ?? "~"
        return try reader.rows(
            "SELECT \(self.columns) FROM workers WHERE id < \(before) ORDER BY id DESC LIMIT \(request.limit + 1)"
        ).map(self.decode)
    }

    static func insert(_ worker: Worker, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO workers (\(self.columns), alive, idle_posted, leased) VALUES (
                \(worker.id), \(worker.environment), \(worker.name), \(worker.status), \(worker.slots), \(worker.servingSlots),
                \(worker.cpus), \(worker.memory), \(worker.containerEngine), \(worker.address), \(worker.version),
                \(worker.joinedAt), \(worker.lastSeenAt), 0, 0, 0)
            """)
    }

    static func update(_ worker: Worker, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE workers SET status = \(worker.status), slots = \(worker.slots), serving_slots = \(worker.servingSlots),
                cpus = \(worker.cpus), memory = \(worker.memory), container_engine = \(worker.containerEngine),
                address = \(worker.address), version = \(worker.version), last_seen_at = \(worker.lastSeenAt)
            WHERE id = \(worker.id)
            """)
    }

    /// Adds to the time the worker has been there.
    static func addAlive(_ span: TimeSpan, to id: ID<Worker>, seenAt: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE workers SET alive = alive + \(span), last_seen_at = \(seenAt) WHERE id = \(id)")
    }

    /// Adds to what the leases on its slots have cost. Kept as a sum, since a worker has held more leases than one can add up.
    static func addLeased(_ amount: Money, to id: ID<Worker>, in transaction: Transaction) throws {
        try transaction.execute("UPDATE workers SET leased = leased + \(amount) WHERE id = \(id)")
    }

    static func idleAccount(_ id: ID<Worker>, in reader: any Reading) throws -> (
        alive: TimeSpan, accrued: Money, posted: Money, leased: Money
    ) {
        guard let row = try reader.row("SELECT alive, accrued, idle_posted, leased FROM workers WHERE id = \(id)")
        else { return (.zero, .zero, .zero, .zero) }
        return (try row.get(0), try row.get(1), try row.get(2), try row.get(3))
    }

    /// The time that the workers of an environment have been there is charged at `price`, which changes now.
    static func accrue(at price: Money, in environment: String, _ transaction: Transaction) throws {
        let rows = try transaction.rows(
            "SELECT id, alive, slots + serving_slots FROM workers WHERE environment = \(environment) AND alive > 0")
        for row in rows {
            let id: ID<Worker> = try row.get(0)
            let alive: TimeSpan = try row.get(1)
            let slots: Int = try row.get(2)
            let cost = (price * Int64(slots)).perHour(forMilliseconds: alive.milliseconds)
            try transaction.execute("UPDATE workers SET accrued = accrued + \(cost), alive = 0 WHERE id = \(id)")
        }
    }

    static func setIdlePosted(_ posted: Money, of id: ID<Worker>, in transaction: Transaction) throws {
        try transaction.execute("UPDATE workers SET idle_posted = \(posted) WHERE id = \(id)")
    }

    static func saveJoinToken(hash: String, environment: String, expires: Timestamp, in transaction: Transaction) throws
    {
        try transaction.execute(
            "INSERT INTO join_tokens (hash, environment, expires_at) VALUES (\(hash), \(environment), \(expires))")
    }

    struct JoinToken {
        var environment: String
        var expires: Timestamp
        var workerKey: String?
        var worker: ID<Worker>?
    }

    static func joinToken(hash: String, in reader: any Reading) throws -> JoinToken? {
        try reader.row("SELECT environment, expires_at, worker_key, worker FROM join_tokens WHERE hash = \(hash)").map {
            JoinToken(
                environment: try $0.get(0), expires: try $0.get(1), workerKey: try $0.get(2), worker: try $0.get(3))
        }
    }

    static func redeemJoinToken(hash: String, key: String, worker: ID<Worker>, in transaction: Transaction) throws {
        try transaction.execute("UPDATE join_tokens SET worker_key = \(key), worker = \(worker) WHERE hash = \(hash)")
    }
}
