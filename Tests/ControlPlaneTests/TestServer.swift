import Access
import AsyncHTTPClient
import Contract
import ControlPlane
import Database
import Digest
import Journal
import Kernel
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A control plane in this process, on a free port and a database of its own.
struct TestServer {
    let port: Int
    let database: Database
    let journal: Journal
    let access: Access
    let time: ManualTime
    let folder: String
    let log: LogLines
    let shutdown: @Sendable () async -> Void

    var url: String { "http://127.0.0.1:\(self.port)" }

    /// A token of this role; a worker's is made as a join makes it.
    func token(_ role: Role, validFor: TimeSpan? = nil) async throws -> String {
        guard role == .worker else {
            let request = TokenRequest(name: "\(role.rawValue)-user", role: role, validFor: validFor)
            return try await self.access.issue(request, by: .controlPlane).secret
        }
        let expires = self.time.now + (validFor ?? .hours(1))
        return try await self.database.write { transaction in
            try self.access.issue(for: Self.worker, expires: expires, in: transaction)
        }
    }

    static let worker = ID<Worker>(raw: 42)

    func send(
        _ method: String, _ path: String, token: String? = nil, headers: [(String, String)] = [], body: [UInt8]? = nil,
        chunked: Bool = false
    ) async throws -> TestAnswer {
        var request = HTTPClientRequest(url: self.url + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body, chunked {
            request.body = .stream(Chunks(bytes: body), length: .unknown)
        } else if let body {
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return TestAnswer(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
            body: Array(buffer: bytes))
    }
}

struct TestAnswer {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: self.body, as: UTF8.self) }
    var error: ErrorBody.Content? { try? Wire.decode(ErrorBody.self, from: self.body).error }
}

/// A body in pieces, without a length announced.
private struct Chunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let bytes: [UInt8]

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<UInt8>
        mutating func next() async -> ByteBuffer? {
            guard !self.rest.isEmpty else { return nil }
            defer { self.rest = self.rest.dropFirst(64 << 10) }
            return ByteBuffer(bytes: self.rest.prefix(64 << 10))
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: self.bytes[...]) }
}

/// What the server logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { self.lines.withLock { $0 } }
    func add(_ line: String) { self.lines.withLock { $0.append(line) } }
}

private struct LineHandler: LogHandler {
    let lines: LogLines
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }
    func log(event: LogEvent) { self.lines.add("\(event.level): \(event.message)") }
}

/// Every row that the server does not answer itself, answered with an empty object.
func emptyRoutes(but replaced: [BoundRoute] = []) -> [BoundRoute] {
    let own: Set<String> = [
        Routes.healthz.row.key, Routes.readyz.row.key, Routes.metrics.row.key, Routes.openAPI.row.key,
        Routes.events.row.key, Routes.journal.row.key,
    ]
    let keys = Set(replaced.map(\.row.key)).union(own)
    let rest = RouteTable.all.filter { !keys.contains($0.key) }
    return replaced
        + rest.map { row in
            BoundRoute(row: row) { _ in Answer(contentType: "application/json", body: .bytes(Array("{}".utf8))) }
        }
}

/// Runs `body` against a server with these routes, and the empty ones for all others.
func withServer(
    routes: [BoundRoute] = [], insecure: Bool = false, blobs: (any BlobServing)? = nil, pages: (any PageServing)? = nil,
    _ body: @escaping @Sendable (TestServer) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/control-plane-\(UInt64.random(in: 0...UInt64.max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = LogLines()
    let logger = Logger(label: "test") { _ in LineHandler(lines: log) }
    let time = ManualTime()
    let database = try Database(path: folder + "/test.sqlite", logger: logger)
    defer { database.close() }
    try await database.migrate(Journal.migrations + AccessStore.migrations + ReadinessStore.migrations)
    let journal = try await Journal(database: database, headFile: folder + "/head", key: .random())
    let access = Access(database: database, journal: journal, time: time)
    let (ports, ready) = AsyncStream<Int>.makeStream()
    let bound = routes.isEmpty ? emptyRoutes(but: AccessRoutes(access: access).bound) : emptyRoutes(but: routes)
    let server = try ControlPlane(
        ControlPlane.Parts(
            database: database, journal: journal, access: access, time: time, logger: logger, blobs: blobs, pages: pages
        ),
        address: .init(
            host: "127.0.0.1", port: 0, insecurePrincipal: insecure ? ControlPlane.localPrincipal : nil),
        routes: bound, onReady: { ready.yield($0) })
    var quiet = Logger(label: "group")
    quiet.logLevel = .error
    let group = ServiceGroup(configuration: .init(services: [server], logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = await iterator.next() ?? 0
        do {
            try await body(
                TestServer(
                    port: port, database: database, journal: journal, access: access, time: time, folder: folder,
                    log: log, shutdown: { await group.triggerGracefulShutdown() }))
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// Polls `condition` until it holds, for at most ten seconds.
func eventually(_ condition: @Sendable () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if await condition() { return true }
        // Between two looks of a bounded poll.
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}
