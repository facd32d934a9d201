/// What the write loop has done since it started, and what waits now.
package struct DatabaseStatistics: Sendable, Equatable {
    /// Transactions committed, each holding one change or more.
    package internal(set) var commits = 0
    /// Changes committed.
    package internal(set) var changes = 0
    /// Changes committed since the last sync of the disk, which a power cut may take.
    package internal(set) var unsyncedChanges = 0
    /// Changes that the database refused or lost.
    package internal(set) var failedChanges = 0
    /// False from a failure of the disk until the next change that succeeds.
    package internal(set) var isWritable = true
    /// Changes that wait for the write loop now.
    package internal(set) var queuedChanges = 0
    /// Queries that wait for a reading connection now.
    package internal(set) var queuedQueries = 0
}
