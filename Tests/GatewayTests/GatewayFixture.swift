import AsyncHTTPClient
import Contract
import Kernel
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Gateway

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a control plane tells a gateway, and what it was told.
final class ControlPlaneState: Sendable {
    struct Values {
        var table = RoutingTable(version: 1, endpoints: [])
        var token: String?
        var reports: [ServingReport] = []
        var refused = 0
        /// What is said of presented tokens; of others, that they are wrong.
        var standings = ["mrt_viewer": ControlPlaneState.accepted(.viewer)]
        /// Presented tokens, in the order in which they were asked for.
        var checks: [String] = []
    }

    static func accepted(_ role: Role, expires: Timestamp? = nil) -> TokenStanding {
        TokenStanding(
            token: AccessToken(
                id: ID(raw: 1), name: "ada", role: role, createdAt: Timestamp(milliseconds: 0), expires: expires))
    }

    let values = Mutex(Values())

    func respond(_ head: HTTPRequestHead, _ body: ByteBuffer) -> TestServer.Reply {
        self.values.withLock { values in
            if let token = values.token, head.headers.first(name: "authorization") != "Bearer \(token)" {
                values.refused += 1
                return .text(401, #"{"error":{"kind":"unauthenticated","message":"no","reference":"r"}}"#)
            }
            switch head.uri.prefix(while: { $0 != "?" }) {
            case "/api/v1/routing": return Self.json(values.table)
            case "/api/v1/events": return .stream
            case "/api/v1/token-checks":
                guard let check = try? Wire.decode(TokenCheck.self, from: Array(body.readableBytesView)) else { break }
                values.checks.append(check.token)
                return Self.json(values.standings[check.token] ?? TokenStanding(refusal: "The token is wrong."))
            case "/api/v1/serving-reports":
                if let report = try? Wire.decode(ServingReport.self, from: Array(body.readableBytesView)) {
                    values.reports.append(report)
                }
                return Self.json(Acknowledgement())
            default: break
            }
            return .text(404, "{}")
        }
    }

    private static func json(_ value: some Encodable) -> TestServer.Reply {
        .answer(200, ["content-type": "application/json"], ByteBuffer(bytes: (try? Wire.encode(value)) ?? []))
    }
}

/// A gateway on a free port that follows a control plane, both real.
struct GatewayFixture: Sendable {
    let url: String
    let controlPlane: TestServer
    let state: ControlPlaneState
    let folder: String

    /// Short, so that a test of a dead replica takes a second or two.
    static let deadlines = TryDeadlines(connect: .milliseconds(500), firstByte: .seconds(1), lastTry: .seconds(3))

    /// Runs `body` against a gateway, which is drained afterwards.
    static func run(
        table: RoutingTable, token: String? = nil, folder: String? = nil, controlPlaneUp: Bool = true,
        insecure: Bool = false,
        _ body: @Sendable @escaping (GatewayFixture) async throws -> Void
    ) async throws {
        let state = ControlPlaneState()
        state.values.withLock { values in
            values.table = table
            values.token = token
        }
        let server = try await TestServer.start { state.respond($0, $1) }
        if !controlPlaneUp { await server.kill() }
        let folder = folder ?? Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tokenFile = folder + "/token"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data((token ?? "none").utf8).write(to: URL(fileURLWithPath: tokenFile))
        let options = GatewayOptions(
            server: server.url, tokenFile: tokenFile, port: 0, state: folder, insecureLocal: insecure)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let gateway = Gateway(
            options: options, link: ClientLink(server: server.url, tokenFile: tokenFile), deadlines: Self.deadlines,
            logger: logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let outcome = Mutex<Result<Void, any Error>>(.success(()))
        try await gateway.run(
            seed: 7, ready: { continuation.yield($0) },
            until: {
                do {
                    guard let port = await ports.first(where: { _ in true }) else { return }
                    let fixture = GatewayFixture(
                        url: "http://127.0.0.1:\(port)", controlPlane: server, state: state, folder: folder)
                    if controlPlaneUp || table.endpoints.isEmpty == false { try await fixture.waitUntilReady() }
                    try await body(fixture)
                } catch { outcome.withLock { $0 = .failure(error) } }
            })
        await server.kill()
        try outcome.withLock { $0 }.get()
    }

    static func temporaryFolder() -> String {
        FileManager.default.temporaryDirectory.path + "/gateway-\(UInt64.random(in: 0...UInt64.max))"
    }

    func waitUntilReady() async throws {
        try await eventually { try await self.get("/v2/health/ready").status == 200 }
    }

    func get(_ path: String, token: String? = "mrt_viewer") async throws -> TestAnswer {
        try await self.send(.GET, path, token: token)
    }

    func predict(
        _ endpoint: String = "digits", body: String = "[1,2]", headers: [String: String] = [:],
        token: String? = "mrt_viewer"
    ) async throws -> TestAnswer {
        try await self.send(
            .POST, "/v1/endpoints/\(endpoint)/predict", headers: headers, body: .bytes(ByteBuffer(string: body)),
            token: token)
    }

    func send(
        _ method: NIOHTTP1.HTTPMethod, _ path: String, headers: [String: String] = [:],
        body: HTTPClientRequest.Body? = nil, token: String? = "mrt_viewer"
    ) async throws -> TestAnswer {
        var request = HTTPClientRequest(url: self.url + path)
        request.method = method
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = body
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return TestAnswer(status: Int(response.status.code), headers: response.headers, body: String(buffer: bytes))
    }

    /// Puts a new routing table in place and tells it by an event.
    func route(_ table: RoutingTable) {
        self.state.values.withLock { $0.table = table }
        let line = JournalLine(
            sequence: table.version, at: Timestamp(milliseconds: 0), actor: "martletd", kind: "routing.changed",
            subject: "routing", project: nil, body: .object([:]), hash: String(repeating: "0", count: 64))
        self.controlPlane.broadcast(String(decoding: (try? line.serverSentEvent()) ?? [], as: UTF8.self))
    }
}

struct TestAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: String

    var revision: String? { self.headers.first(name: "martlet-revision") }
    var site: String? { self.headers.first(name: "martlet-site") }
}

/// A replica that says its name, ready by its own account.
func makeReplica(_ name: String, status: Int = 200) async throws -> TestServer {
    try await TestServer.start { head, _ in
        head.uri == "/v2/health/ready" ? .text(200, "") : .text(status, name)
    }
}

/// A table with one endpoint `digits`.
func makeTable(_ revisions: [(String, Int, [(String, String)])], version: Int64 = 1) -> RoutingTable {
    let routes = revisions.map { name, traffic, replicas in
        RoutingTable.RevisionRoute(
            revision: name, traffic: traffic,
            replicas: replicas.map { .init(run: "run-\($0.1)", environment: $0.0, url: $0.1) })
    }
    return RoutingTable(version: version, endpoints: [.init(endpoint: "digits", revisions: routes)])
}

/// Waits for a condition that others bring about, at most ten seconds.
func eventually(_ condition: @Sendable () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
        if try await condition() { return }
        // Between two looks at a condition with a deadline.
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it did not come about within ten seconds")
}
