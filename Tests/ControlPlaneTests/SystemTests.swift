import Contract
import ControlPlane
import Database
import Kernel
import Logging
import Testing

@Suite("the server's own routes")
struct SystemTests {
    @Test("is alive without a token, and ready while the database takes a write")
    func health() async throws {
        try await withServer { server in
            let alive = try await server.send("GET", "/healthz")
            #expect(alive.text == "alive\n")
            #expect(try await server.send("GET", "/readyz").text == "ready\n")
            #expect(try await server.send("HEAD", "/healthz").status == 200)
            server.time.advance(by: .seconds(1))
            server.database.close()
            let closed = try await server.send("GET", "/readyz")
            #expect(closed.status == 503)
            #expect(closed.error?.kind == .unavailable)
            #expect(try await server.send("GET", "/healthz").status == 200)
        }
    }

    @Test("counts requests by route and status, and tells memory, journal and database")
    func metrics() async throws {
        try await withServer { server in
            let token = try await server.token(.viewer)
            for _ in 0..<3 { _ = try await server.send("GET", "/healthz") }
            _ = try await server.send("GET", "/api/v1/tokens", token: token)
            let text = try await server.send("GET", "/metrics", token: token).text
            #expect(text.contains("martlet_http_requests_total{route=\"GET /healthz\",status=\"200\"} 3\n"))
            #expect(text.contains("martlet_http_requests_total{route=\"GET /api/v1/tokens\",status=\"403\"} 1\n"))
            #expect(text.contains("martlet_http_request_duration_seconds_count{route=\"GET /healthz\"} 3\n"))
            #expect(text.contains("martlet_journal_head 1\n"))
            #expect(text.contains("martlet_database_queued_changes 0\n"))
            #expect(text.contains("martlet_database_queued_queries 0\n"))
            #expect(text.contains("# TYPE process_resident_memory_bytes gauge\n"))
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
            }
        }
    }

    @Test("does not start with a route that nobody answers, that two answer, or that is not in the table")
    func binding() async throws {
        try await withServer { server in
            let parts = ControlPlane.Parts(
                database: server.database, journal: server.journal, access: server.access, time: server.time,
                logger: .init(label: "test"))
            func start(_ routes: [BoundRoute], table: [RouteRow] = RouteTable.all) throws {
                _ = try ControlPlane(
                    parts, address: .init(host: "127.0.0.1", port: 0), routes: routes, table: table, onReady: { _ in })
            }
            let all = emptyRoutes()
            try start(all)
            #expect(throws: BindingError.unbound([all[3].row.key])) {
                try start(all.filter { $0.row.key != all[3].row.key })
            }
            #expect(throws: BindingError.boundTwice([all[3].row.key])) { try start(all + [all[3]]) }
            #expect(throws: BindingError.unknown([all[3].row.key])) {
                try start(all, table: RouteTable.all.filter { $0.key != all[3].row.key })
            }
        }
    }
}
