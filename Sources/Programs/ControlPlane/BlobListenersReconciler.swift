import Contract
import Kernel
import Logging
import ServiceLifecycle
import Synchronization

/// Listeners of their own for file stores that have an `endpoint`.
///
/// Stores are declared while the server runs, so the set is compared with what listens at the start, after each
/// declaration and every now and then; an address that could not be had is tried again.
package final class BlobListenersReconciler: Service {
    /// How often the endpoints are compared when nobody asks.
    static let interval = Duration.seconds(10)

    private let blobs: any BlobServing
    private let exchange: Exchange
    private let logger: Logger
    private let declarations: StoreDeclarations
    private let open = Mutex<Set<String>>([])

    init(blobs: any BlobServing, exchange: Exchange, declarations: StoreDeclarations, logger: Logger) {
        self.blobs = blobs
        self.exchange = exchange
        self.logger = logger
        self.declarations = declarations
    }

    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await self.keepTime() }
                self.declarations.announce()
                for await _ in self.declarations.stream {
                    for endpoint in await self.missing() {
                        group.addTask { await self.listen(endpoint) }
                    }
                }
            }
        } onGracefulShutdown: {
            // The listeners hear of it themselves and finish what is in flight.
            self.declarations.finish()
        }
    }

    private func keepTime() async {
        // A timer of the service's own; the sleep ends early when the server stops.
        try? await cancelWhenGracefulShutdown {
            while true {
                try await ContinuousClock().sleep(for: Self.interval)
                self.declarations.announce()
            }
        }
    }

    private func missing() async -> [String] {
        do {
            let wanted = Set(try await self.blobs.endpoints())
            return self.open.withLock { open in
                let missing = wanted.subtracting(open)
                open.formUnion(missing)
                return missing.sorted()
            }
        } catch {
            self.logger.warning("the stores' endpoints could not be read; they are read again: \(error)")
            return []
        }
    }

    private func listen(_ endpoint: String) async {
        defer { _ = self.open.withLock { $0.remove(endpoint) } }
        guard let address = Self.address(of: endpoint) else {
            return self.logger.error("the endpoint '\(endpoint)' is not http://address:port; declare the store anew")
        }
        var exchange = self.exchange
        exchange.storeEndpoint = endpoint
        let listener = Listener(
            host: address.host, port: address.port, exchange: exchange, logger: self.logger,
            onReady: { [logger] _ in logger.notice("serving a file store at \(endpoint)") })
        do { try await listener.run() } catch let fault as any Fault {
            self.logger.error("\(fault.message) It is tried again. [\(fault.detail)]")
        } catch {
            self.logger.error("the listener at \(endpoint) failed and is started again: \(error)")
        }
    }

    /// The address and port of `http://address:port`; nil for anything else.
    static func address(of endpoint: String) -> (host: String, port: Int)? {
        let prefix = "http://"
        guard endpoint.hasPrefix(prefix) else { return nil }
        let authority = endpoint.dropFirst(prefix.count).prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        let host = authority[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
        return host.isEmpty ? nil : (String(host), port)
    }
}

/// Tells the reconciler that a store may have been declared. Several that come at once are one.
struct StoreDeclarations: Sendable {
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (self.stream, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func announce() { self.continuation.yield() }

    func finish() { self.continuation.finish() }

    /// The same routes, of which the one that declares a store announces that it did.
    func watching(_ routes: [BoundRoute]) -> [BoundRoute] {
        routes.map { route in
            guard route.row.key == Routes.putStore.row.key else { return route }
            return Routes.putStore.bindRaw { call in
                let answer = try await route.handle(call)
                self.announce()
                return answer
            }
        }
    }
}
