import Client
import Contract
import Digest
import Foundation
import Hummingbird
import Kernel
import NIOCore
import Synchronization
import Testing
import Transport

@Suite struct ClientTests {
    let transport = HTTPTransport(rule: RetryRule(limit: 2, base: .milliseconds(1), cap: .milliseconds(2)))

    static func json(_ value: some Encodable) throws -> Response {
        Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: try Wire.encode(value))))
    }

    @Test("a call sends method, encoded path, query, token and body, and decodes the answer")
    func call() async throws {
        try await withServer { router in
            router.put("api/v1/environments/**") { request, _ in
                let body = try await request.body.collect(upTo: 1 << 20)
                let environment = try Wire.decode(Contract.Environment.self, from: Array(body.readableBytesView))
                #expect(request.uri.string == "/api/v1/environments/a%20b%2Fc?dryRun=true")
                #expect(request.headers[.authorization] == "Bearer secret")
                return try Self.json(
                    ApplyResult(kind: "Environment", name: environment.name, change: .created, fields: []))
            }
        } _: { [transport] url in
            let client = Client(server: url + "/", token: { "secret" }, transport: transport)
            let environment = Contract.Environment(name: "e", provider: "local", region: "r", zones: [], store: "s")
            let result = try await client.call(
                Routes.putEnvironment, path: ["name": "a b/c"], query: ["dryRun": "true", "none": nil],
                body: environment)
            #expect(result.name == "e")
        }
    }

    @Test("an answer that is no Martlet's is named as such")
    func foreign() async throws {
        try await withServer { router in
            router.get("api/v1/whoami") { _, _ in "<html>" }
        } _: { [transport] url in
            let error = await #expect(throws: PlainFault.self) {
                _ = try await Client(server: url, transport: transport).call(Routes.whoami)
            }
            #expect(error?.message.contains("\(url)/api/v1/whoami answered something else") == true)
        }
    }

    @Test("a listing is read page after page up to the limit")
    func pages() async throws {
        try await withServer { router in
            router.get("api/v1/models") { request, _ in
                let start = Int(request.uri.queryParameters["cursor"].map(String.init) ?? "0") ?? 0
                let limit = min(2, Int(request.uri.queryParameters["limit"].map(String.init) ?? "2") ?? 2)
                let models = (start..<min(start + limit, 5)).map {
                    Model(
                        name: "m\($0)", versions: 1, aliases: [:], createdAt: Timestamp(milliseconds: 0),
                        updatedAt: Timestamp(milliseconds: 0))
                }
                return try Self.json(Page(items: models, next: start + limit < 5 ? String(start + limit) : nil))
            }
        } _: { [transport] url in
            let client = Client(server: url, transport: transport)
            let everything = try await client.all(Routes.listModels)
            #expect(everything.map(\.name) == ["m0", "m1", "m2", "m3", "m4"])
            let three = try await client.all(Routes.listModels, limit: 3)
            #expect(three.map(\.name) == ["m0", "m1", "m2"])
        }
    }

    @Test("the journal feed resumes after the last line when the connection breaks, and shows each line once")
    func journalFeed() async throws {
        let connections = Counter()
        try await withServer { router in
            router.get("api/v1/events") { request, _ in
                let connection = connections.increment()
                let after = Int64(request.uri.queryParameters["after"].map(String.init) ?? "0") ?? 0
                if connection == 3 { return Response.text("", status: .serviceUnavailable) }
                return Response(
                    status: .ok,
                    body: .init { writer in
                        // One line before what was asked for, as after a lost acknowledgement.
                        for sequence in max(1, after)...(after + 2) {
                            let line = JournalLine(
                                sequence: sequence, at: Timestamp(milliseconds: 0), actor: "a", kind: "k", subject: "s",
                                project: nil,
                                body: .null, hash: "")
                            try await writer.write(ByteBuffer(bytes: try line.serverSentEvent()))
                        }
                        if connection == 2 { throw CancellationError() }
                        try await writer.finish(nil)
                    })
            }
        } _: { [transport] url in
            var seen: [Int64] = []
            for try await line in Client(server: url, transport: transport).events(after: 0) {
                seen.append(line.sequence)
                if seen.count == 7 { break }
            }
            #expect(seen == [1, 2, 3, 4, 5, 6, 7])
        }
    }

    @Test("a feed ends with the fault when trying again cannot help")
    func feedRefused() async throws {
        try await withServer { router in
            router.get("api/v1/events") { _, _ in Response.text("", status: .unauthorized) }
        } _: { [transport] url in
            let error = await #expect(throws: TransportError.self) {
                for try await _ in Client(server: url, transport: transport).events() {}
            }
            #expect(error?.kind == .unauthenticated)
        }
    }
}
