/// What a commit promises before its caller hears of it.
package enum Durability: Sendable {
    /// On disk: a power cut after the answer loses nothing.
    case durable
    /// Written but not synced: a crash of the program loses nothing, a power cut may lose the last moments. For log
    /// chunks and metric points, whose answers promise no more.
    case relaxed
}

/// A change in the making: all of it is committed, or none.
///
/// Valid only inside the body it was given to. Several bodies share one commit, each in a savepoint of its own.
package final class Transaction: Reading {
    /// What its commit promises.
    package let durability: Durability
    private let connection: Connection
    private var isOpen = true
    /// The error on which SQLite gave the transaction up.
    private var loss: DatabaseError?
    private(set) var actions: [CommitAction] = []

    init(connection: Connection, durability: Durability) {
        self.connection = connection
        self.durability = durability
    }

    package func rows(_ sql: SQL) throws(DatabaseError) -> [Row] {
        try self.guarded { () throws(DatabaseError) in try self.connection.rows(sql) }
    }

    /// Runs a statement.
    ///
    /// - Returns: how many rows it inserted, updated or deleted.
    /// - Throws: `constraint` when a unique key or a check forbids it; the caller may catch that and go on.
    @discardableResult
    package func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        try self.guarded { () throws(DatabaseError) in try self.connection.execute(sql) }
    }

    /// Runs `action` once, after the commit that made this change durable and before its caller hears of it; never when
    /// it was rolled back. It runs on the thread that commits, so it must be quick and must not throw.
    package func onCommit(_ action: @escaping @Sendable () -> Void) {
        self.actions.append(CommitAction(key: nil, run: action))
    }

    /// As `onCommit`, but of all actions with this key in one group commit only the last runs.
    package func onCommit(replacing key: String, _ action: @escaping @Sendable () -> Void) {
        self.actions.append(CommitAction(key: key, run: action))
    }

    func close() { self.isOpen = false }

    /// Checks that the transaction still stands, for a body that caught an error and went on.
    func confirm() throws(DatabaseError) {
        guard self.connection.isInsideTransaction else {
            throw self.loss ?? .statement(detail: "a body ended the transaction it ran in")
        }
    }

    /// SQLite gives a transaction up on some errors, such as a full disk. What a body did after that would be committed
    /// on its own, so it is refused.
    private func guarded<Value>(_ work: () throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        precondition(self.isOpen, "a transaction was used after its body had returned")
        try self.confirm()
        do { return try work() } catch {
            if !self.connection.isInsideTransaction { self.loss = error }
            throw error
        }
    }
}

/// Something to do after a commit.
struct CommitAction: Sendable {
    /// Of the actions with the same key only the last one runs.
    let key: String?
    let run: @Sendable () -> Void

    /// Runs every action in order, leaving out those that a later one replaces.
    static func perform(_ actions: [CommitAction]) {
        var last: [String: Int] = [:]
        for (position, action) in actions.enumerated() where action.key != nil {
            last[action.key ?? ""] = position
        }
        for (position, action) in actions.enumerated() where action.key == nil || last[action.key ?? ""] == position {
            action.run()
        }
    }
}
