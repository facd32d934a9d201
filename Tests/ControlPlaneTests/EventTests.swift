import AsyncHTTPClient
import Contract
import Database
import Journal
import Kernel
import NIOCore
import NIOHTTP1
import Testing

@Suite("the stream of events")
struct EventTests {
    private static func append(_ count: Int, to server: TestServer) async throws {
        for number in 0..<count {
            try await server.database.write { transaction in
                try server.journal.append(
                    [JournalDraft(kind: "run.submitted", subject: "run \(number)", actor: "test")], at: server.time.now,
                    in: transaction)
            }
        }
    }

    /// Reads events until `count` lines have come.
    private static func read(
        _ count: Int, from server: TestServer, query: String = "", lastEventID: String? = nil,
        meanwhile: @Sendable () async throws -> Void = {}
    ) async throws -> [JournalLine] {
        var request = HTTPClientRequest(url: server.url + "/api/v1/events" + query)
        request.headers.add(name: "authorization", value: "Bearer \(try await server.token(.gateway))")
        if let lastEventID { request.headers.add(name: "last-event-id", value: lastEventID) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        #expect(response.headers.first(name: "content-type") == "text/event-stream")
        var lines: [JournalLine] = []
        var text = ""
        var isFirst = true
        for try await buffer in response.body {
            text += String(buffer: buffer)
            if isFirst {
                isFirst = false
                try await meanwhile()
            }
            // The last piece may be half a line; it waits for the rest.
            var pieces = text.split(separator: "\n", omittingEmptySubsequences: false)
            text = String(pieces.removeLast())
            for line in pieces where line.hasPrefix("data: ") {
                lines.append(try Wire.decode(text: String(line.dropFirst(6))))
            }
            if lines.count >= count { break }
        }
        return lines
    }

    @Test("starts after the number that is asked for and goes on with what is committed then")
    func resume() async throws {
        try await withServer { server in
            _ = try await server.token(.gateway)
            let base = server.journal.head
            try await Self.append(3, to: server)
            let lines = try await Self.read(4, from: server, query: "?after=\(base + 1)") {
                try await Self.append(2, to: server)
            }
            #expect(Array(lines.map(\.sequence).prefix(2)) == [base + 2, base + 3])
            #expect(lines.map(\.sequence) == Array(lines[0].sequence..<lines[0].sequence + Int64(lines.count)))
        }
    }

    @Test("Last-Event-ID wins over the query, as a browser that comes back needs it")
    func lastEventID() async throws {
        try await withServer { server in
            try await Self.append(4, to: server)
            let lines = try await Self.read(2, from: server, query: "?after=0", lastEventID: "2")
            #expect(lines.first?.sequence == 3)
        }
    }

    @Test("hundreds of lines arrive in order, without a gap")
    func manyLines() async throws {
        try await withServer { server in
            try await Self.append(600, to: server)
            let lines = try await Self.read(600, from: server, query: "?after=0")
            #expect(lines.prefix(600).map(\.sequence) == Array(1...600))
        }
    }

    @Test("a client that asks for one kind gets its lines in order and no others")
    func kinds() async throws {
        try await withServer { server in
            try await Self.append(300, to: server)
            let tokens = try await Self.read(1, from: server, query: "?after=0&kind=token.")
            #expect(tokens.map(\.kind) == ["token.issued"])
            let runs = try await Self.read(301, from: server, query: "?after=0&kind=run.") {
                try await Self.append(1, to: server)
            }
            #expect(runs.map(\.sequence) == runs.map(\.sequence).sorted())
            #expect(Set(runs.map(\.kind)) == ["run.submitted"])
        }
    }

    @Test("a number beyond the journal is a conflict, one that is none is invalid")
    func wrongNumbers() async throws {
        try await withServer { server in
            let token = try await server.token(.viewer)
            #expect(try await server.send("GET", "/api/v1/events?after=999999", token: token).status == 409)
            #expect(try await server.send("GET", "/api/v1/events?after=-1", token: token).status == 400)
        }
    }

    @Test("the listing pages backwards and filters by kind and subject")
    func listing() async throws {
        try await withServer { server in
            try await Self.append(5, to: server)
            let token = try await server.token(.viewer)
            let first = try await server.send("GET", "/api/v1/journal?kind=run.&limit=3", token: token)
            let page = try Wire.decode(Page<JournalLine>.self, from: first.body)
            #expect(page.items.map(\.subject) == ["run 4", "run 3", "run 2"])
            let next = try #require(page.next)
            let rest = try await server.send("GET", "/api/v1/journal?kind=run.&limit=3&cursor=\(next)", token: token)
            #expect(
                try Wire.decode(Page<JournalLine>.self, from: rest.body).items.map(\.subject) == ["run 1", "run 0"])
            let one = try await server.send("GET", "/api/v1/journal?subject=run%203", token: token)
            #expect(try Wire.decode(Page<JournalLine>.self, from: one.body).items.count == 1)
        }
    }
}
