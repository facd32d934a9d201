import Kernel
import Database
import Journal
import Logging
import Synchronization

/// What `/metrics` says: the server's own counters, and what the sources add.
final class ServerStatistics: Sendable {
    /// Set once the routes are known.
    let requests = Mutex<RequestMetrics?>(nil)

    private let parts: ControlPlane.Parts
    private let events: EventStream
    private let presence: PresenceRegistry
    private let process: ProcessStatistics

    init(parts: ControlPlane.Parts, events: EventStream, presence: PresenceRegistry) {
        self.parts = parts
        self.events = events
        self.presence = presence
        self.process = ProcessStatistics(startedAt: parts.time.now)
    }

    /// A source that fails is left out and logged: the other numbers are needed most when something is broken.
    func families() async -> [MetricFamily] {
        var families = self.process.families + self.server
        if let requests = self.requests.withLock({ $0 }) { families += requests.families }
        for source in self.parts.metricSources {
            do { families += try await source.families() } catch {
                self.parts.logger.warning("metrics of \(type(of: source)) could not be read: \(error)")
            }
        }
        return families
    }

    private var server: [MetricFamily] {
        let database = self.parts.database.statistics
        return [
            MetricFamily(
                "martlet_journal_head", .gauge, "Number of the last committed journal line.",
                value: Double(self.parts.journal.head)),
            MetricFamily(
                "martlet_database_commits_total", .counter, "Group commits.", value: Double(database.commits)),
            MetricFamily(
                "martlet_database_changes_total", .counter, "Changes committed.", value: Double(database.changes)),
            MetricFamily(
                "martlet_database_failed_changes_total", .counter, "Changes that the database refused or lost.",
                value: Double(database.failedChanges)),
            MetricFamily(
                "martlet_database_writable", .gauge, "1 while the disk takes what is written.",
                value: database.isWritable ? 1 : 0),
            MetricFamily(
                "martlet_database_queued_changes", .gauge, "Changes that wait for the write loop.",
                value: Double(database.queuedChanges)),
            MetricFamily(
                "martlet_database_queued_queries", .gauge, "Queries that wait for a reading connection.",
                value: Double(database.queuedQueries)),
            MetricFamily(
                "martlet_event_streams", .gauge, "Clients that follow the journal.", value: Double(self.events.count)),
            MetricFamily(
                "martlet_connections", .gauge, "Open connections.", value: Double(self.presence.count)),
        ]
    }
}
