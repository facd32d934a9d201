import Contract
import Database
import Kernel

// Parameters and tags: the same shape in two tables.
extension TrackedRunStore {
    static func parameter(_ key: String, of run: Int64, in reader: any Reading) throws -> String? {
        try self.value(key, of: run, table: "run_params", in: reader)
    }

    static func tag(_ key: String, of run: Int64, in reader: any Reading) throws -> String? {
        try self.value(key, of: run, table: "run_tags", in: reader)
    }

    /// Inserts a parameter unless the run has one of this key.
    ///
    /// - Returns: whether it was inserted.
    static func insert(parameter: KeyValue, of run: Int64, in transaction: Transaction) throws -> Bool {
        let key = try TrackingKeyStore.number(of: parameter.key, in: transaction)
        let (value, isLong) = (parameter.value, parameter.value.isLonger(than: self.longValue))
        return try transaction.execute(
            """
            INSERT INTO run_params (run, key, value, is_long) VALUES (\(run), \(key), \(value), \(isLong))
            ON CONFLICT (run, key) DO NOTHING
            """) > 0
    }

    static func set(tag: KeyValue, of run: Int64, in transaction: Transaction) throws {
        let key = try TrackingKeyStore.number(of: tag.key, in: transaction)
        let (value, isLong) = (tag.value, tag.value.isLonger(than: self.longValue))
        try transaction.execute(
            """
            INSERT INTO run_tags (run, key, value, is_long) VALUES (\(run), \(key), \(value), \(isLong))
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, is_long = excluded.is_long
            """)
    }

    /// - Returns: whether it was there.
    static func deleteTag(_ key: String, of run: Int64, in transaction: Transaction) throws -> Bool {
        guard let key = try TrackingKeyStore.find(key, in: transaction) else { return false }
        return try transaction.execute("DELETE FROM run_tags WHERE run = \(run) AND key = \(key)") > 0
    }

    private static func value(
        _ key: String, of run: Int64, table: String, in reader: any Reading
    ) throws -> String? {
        try reader.row(
            """
            SELECT v.value FROM \(raw: table) v JOIN tracking_keys k ON k.number = v.key
            WHERE v.run = \(run) AND k.name = \(key)
            """)?.get(0)
    }
}
