import ControlPlane
import Database
import Digest
import Journal
import Kernel
import Logging
import ServiceLifecycle
import UnixSignals

/// One life of `martletd`: takes the data folder, opens what lies in it, wires everything together, serves, and leaves.
///
/// It is the only place, with the `Wiring` beside it, that knows concrete drivers. The order is what makes a crash at any
/// line harmless: the folder's lock first, then the database with its migrations, then the journal, which refuses to open
/// when its end is not the one last seen, then the listener, and only then the ready line and the local processes. When
/// it is told to stop it goes the other way: the local worker and gateway first, which still can report, then the
/// listener, which finishes what is in flight, then the loops, then the database.
struct ControlPlaneProcess {
    /// What a stop may take: the local worker's grace, and the requests in flight.
    static let drainPatience = Duration.seconds(40)

    let options: ServeOptions

    /// Serves until SIGTERM or SIGINT.
    ///
    /// - Throws: a fault that says why it cannot start, or cannot go on.
    func run() async throws {
        let logger = Logger(label: "martletd")
        let folder = try DataFolder.open(self.options.files.folder)
        let database = try Database(path: self.options.files.database, logger: logger)
        defer {
            database.close()
            // The lock is held until nothing touches the folder any more.
            withExtendedLifetime(folder) {}
        }
        try await database.migrate(Wiring.migrations)
        let key = try KeyFile.load(orCreateAt: self.options.files.key)
        let journal = try await Journal(database: database, headFile: self.options.files.head, key: key)
        if journal.headFileWasMissing {
            logger.warning(
                "\(self.options.files.head) was missing: that no journal line was cut off could not be checked")
        }
        let wiring = Wiring(options: self.options, database: database, journal: journal, key: key, logger: logger)
        try await wiring.prepareFirstStart()
        let services = try wiring.services { port in self.announce(port: port) }
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.drainPatience
        try await ServiceGroup(configuration: configuration).run()
    }

    private func announce(port: Int) {
        Output.say("martletd ready http://127.0.0.1:\(port)")
    }
}
