import AsyncHTTPClient
import Contract
import Foundation
import Kernel
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Gateway

@Suite("a gateway and its clients' tokens", .serialized)
struct GatewayTokenTests {
    @Test("only a good token of a person lets a request through, and it stays at the gateway")
    func door() async throws {
        let replica = try await TestServer.start { head, _ in
            .text(200, head.headers["authorization"].joined(separator: ","))
        }
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("a", replica.url)])])) { gateway async throws in
            let past = SystemTime().now - .seconds(1)
            gateway.state.values.withLock { values in
                values.standings["mrt_expired"] = ControlPlaneState.accepted(.developer, expires: past)
                values.standings["mrt_worker"] = ControlPlaneState.accepted(.worker)
                values.standings["mrt_admin"] = ControlPlaneState.accepted(.admin, expires: past + .hours(1))
            }
            let before = replica.requests
            for (token, status) in [
                (nil, 401), ("mrt_wrong", 401), ("other", 401), ("mrt_expired", 401), ("mrt_worker", 403),
            ] {
                let answer = try await gateway.predict(token: token)
                #expect(answer.status == status, "\(token ?? "none")")
                #expect(try answer.error().kind == (status == 401 ? .unauthenticated : .forbidden))
                #expect(answer.headers.contains(name: "www-authenticate") == (status == 401))
            }
            #expect(replica.requests == before)
            for path in ["/metrics", "/v1/endpoints/digits/statistics", "/v2/models/digits"] {
                #expect(try await gateway.get(path, token: nil).status == 401, "\(path)")
            }
            for path in ["/healthz", "/v2/health/live", "/v2/health/ready"] {
                #expect(try await gateway.get(path, token: nil).status == 200, "\(path)")
            }
            for token in ["mrt_viewer", "mrt_admin"] {
                let answer = try await gateway.predict(token: token)
                #expect(answer.status == 200)
                #expect(answer.body == "")
            }
            #expect(!gateway.state.values.withLock { $0.checks.contains("other") }, "what is not ours goes nowhere")
        }
        await replica.kill()
    }

    @Test("the control plane is asked once for a token, however many requests come with it")
    func once() async throws {
        let a = try await makeReplica("a")
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("a", a.url)])])) { gateway async throws in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<24 { group.addTask { try await gateway.predict().status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(gateway.state.values.withLock { $0.checks } == ["mrt_viewer"])
        }
        await a.kill()
    }

    @Test("a body that comes while the control plane is asked arrives whole")
    func body() async throws {
        let replica = try await TestServer.start { _, body in .text(200, "\(body.readableBytes)") }
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("a", replica.url)])])) { gateway async throws in
            let body = String(repeating: "x", count: 3 << 20)
            #expect(try await gateway.predict(body: body).body == "\(3 << 20)")
            #expect(try await gateway.predict(body: "").body == "0")
        }
        await replica.kill()
    }

    @Test("while the control plane is away known tokens pass and others are told to try again")
    func away() async throws {
        let a = try await makeReplica("a")
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("a", a.url)])])) { gateway async throws in
            #expect(try await gateway.predict().status == 200)
            await gateway.controlPlane.kill()
            #expect(try await gateway.predict().status == 200)
            gateway.state.values.withLock { $0.standings["mrt_new"] = ControlPlaneState.accepted(.viewer) }
            let stranger = try await gateway.predict(token: "mrt_new")
            #expect(stranger.status == 503)
            #expect(try stranger.error().kind == .unavailable)
            #expect(try stranger.error().message.contains("control plane does not answer"))
            #expect(try await gateway.predict(token: nil).status == 401)
            try await gateway.controlPlane.listen()
            #expect(try await gateway.predict(token: "mrt_new").status == 200)
        }
        await a.kill()
    }

    @Test("a gateway that starts while the control plane is away knows the tokens of before, from hashes only")
    func restart() async throws {
        let a = try await makeReplica("a")
        let table = makeTable([("v1", 100, [("a", a.url)])])
        let folder = GatewayFixture.temporaryFolder()
        let kept = folder + ".kept"
        try await GatewayFixture.run(table: table, folder: folder) { gateway async throws in
            #expect(try await gateway.predict().status == 200)
            try await eventually { FileManager.default.fileExists(atPath: folder + "/tokens.json") }
            let text = try String(contentsOfFile: folder + "/tokens.json", encoding: .utf8)
            #expect(!text.contains("mrt_"))
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/tokens.json")[.posixPermissions]
            #expect(mode as? Int == 0o600)
            try FileManager.default.copyItem(atPath: folder, toPath: kept)
        }
        try await GatewayFixture.run(table: table, folder: kept, controlPlaneUp: false) { gateway async throws in
            #expect(try await gateway.predict().status == 200)
            #expect(try await gateway.predict(token: "mrt_admin").status == 503)
        }
        await a.kill()
    }

    @Test("where no token is needed none is asked for")
    func insecure() async throws {
        let a = try await makeReplica("a")
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("a", a.url)])]), insecure: true) {
            gateway async throws in
            #expect(try await gateway.predict(token: nil).status == 200)
            #expect(try await gateway.get("/metrics", token: nil).status == 200)
            #expect(gateway.state.values.withLock { $0.checks } == [])
        }
        await a.kill()
    }
}
