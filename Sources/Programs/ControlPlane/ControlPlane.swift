package import Access
package import Contract
package import Database
package import Journal
package import Kernel
package import Logging
import ServiceLifecycle
import Synchronization

/// The HTTP server of `martletd`: one door for people, command lines, workers and gateways.
///
/// It serves the routes that capabilities bind to plain values, and adds what is the same for all: who is asking
/// (`Access`), whether their role may (`RouteAccess`), how large a body may be, which status a fault becomes, a reference
/// that finds the request in the log, numbers, and answers that stream no faster than they are read. It serves the bytes
/// of file stores (`BlobServing`), the pages for people (`PageServing`) and APIs of others' shapes (`CompatibleAPI`), all of
/// which it only knows as protocols.
///
/// It holds no algorithm and no state but counters: what it knows about runs it asks their capability. It does not start
/// when a row of the route table is unbound or bound twice. A fault of a handler is answered by its kind; anything else is
/// a `bug` whose text goes to the log and not over the wire. When it is told to stop it accepts no more, ends what is held
/// back or streamed, and finishes the rest.
///
/// A small request costs some 30 µs of CPU. The number of event loops is that of the cores.
package struct ControlPlane: Service {
    /// What the server is given.
    package struct Parts: Sendable {
        package var database: Database
        package var journal: Journal
        package var access: Access
        package var time: any TimeSource
        package var logger: Logger
        package var blobs: (any BlobServing)?
        package var pages: (any PageServing)?
        package var compatible: [any CompatibleAPI]
        package var metricSources: [any MetricSource]

        package init(
            database: Database, journal: Journal, access: Access, time: any TimeSource, logger: Logger,
            blobs: (any BlobServing)? = nil, pages: (any PageServing)? = nil, compatible: [any CompatibleAPI] = [],
            metricSources: [any MetricSource] = []
        ) {
            self.database = database
            self.journal = journal
            self.access = access
            self.time = time
            self.logger = logger
            self.blobs = blobs
            self.pages = pages
            self.compatible = compatible
            self.metricSources = metricSources
        }
    }

    /// Where it listens, and whom it trusts.
    package struct Address: Sendable {
        package var host: String
        /// 0 takes a free one.
        package var port: Int
        /// Requests without a token come from this principal. Only ever with a loopback `host`.
        package var insecurePrincipal: Principal?

        package init(host: String, port: Int, insecurePrincipal: Principal? = nil) {
            precondition(
                insecurePrincipal == nil || host == "127.0.0.1", "a server without tokens is for this machine only")
            self.host = host
            self.port = port
            self.insecurePrincipal = insecurePrincipal
        }
    }

    /// The handler of requests that come without a token with `--insecure-local`.
    package static let localPrincipal = Principal(name: "local", role: .admin)

    /// Listeners of file stores; its own service, nil without `blobs`.
    package let blobListeners: BlobListenersReconciler?
    private let listener: Listener

    /// - Parameters:
    ///   - routes: bound to every row of `table` but those of the server itself, each once.
    ///   - table: the rows that must be answered.
    ///   - onReady: called with the port once requests are accepted.
    /// - Throws: `BindingError`, `SchemaError`.
    package init(
        _ parts: Parts, address: Address, routes: [BoundRoute], table: [RouteRow] = RouteTable.all,
        onReady: @escaping @Sendable (Int) async -> Void
    ) throws {
        let events = EventStream(journal: parts.journal, database: parts.database)
        let presence = PresenceRegistry()
        let statistics = ServerStatistics(parts: parts, events: events, presence: presence)
        let system = SystemRoutes(
            database: parts.database, journal: parts.journal,
            probe: ReadinessProbe(database: parts.database, time: parts.time), events: events,
            openAPI: try Wire.encode(try OpenAPIDocument.make(table)), families: { await statistics.families() })
        let declarations = StoreDeclarations()
        let index = try RouteIndex(declarations.watching(routes) + system.bound, table: table)
        let metrics = RequestMetrics(routes: index.routes)
        statistics.requests.withLock { $0 = metrics }
        let exchange = Exchange(
            index: index, access: parts.access, insecurePrincipal: address.insecurePrincipal, blobs: parts.blobs,
            pages: parts.pages, compatible: parts.compatible, metrics: metrics, presence: presence,
            date: DateHeader(time: parts.time),
            references: RequestReferences(), logger: parts.logger)
        self.listener = Listener(
            host: address.host, port: address.port, exchange: exchange, logger: parts.logger, onReady: onReady)
        self.blobListeners = parts.blobs.map {
            BlobListenersReconciler(
                blobs: $0, exchange: exchange, declarations: declarations, logger: parts.logger)
        }
    }

    /// Serves until a graceful shutdown.
    ///
    /// - Throws: `ListenerError` when the address cannot be had.
    package func run() async throws { try await self.listener.run() }
}
