import Database
import Kernel
import Synchronization

/// Finds out whether the database takes writes, by a real one. A disk that hangs hangs the probe, whose sender gives up.
///
/// Anybody may ask, so a good answer stands for a moment: however many ask, the disk is synced a few times a second.
final class ReadinessProbe: Sendable {
    /// How long a success stands.
    static let freshness = TimeSpan.milliseconds(250)

    private let database: Database
    private let time: any TimeSource
    private let lastSuccess = Mutex<TimeSpan?>(nil)

    init(database: Database, time: any TimeSource) {
        self.database = database
        self.time = time
    }

    /// - Throws: what the database throws.
    func check() async throws {
        let now = self.time.monotonic
        if let last = self.lastSuccess.withLock({ $0 }), now - last < Self.freshness { return }
        try await self.database.write { transaction in try ReadinessStore.touch(at: self.time.now, in: transaction) }
        self.lastSuccess.withLock { $0 = self.time.monotonic }
    }
}
