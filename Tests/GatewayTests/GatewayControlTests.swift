import Contract
import Kernel
import Synchronization
import Testing

@testable import Gateway

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("a gateway and its control plane", .serialized)
struct GatewayControlTests {
    @Test("a changed routing table is followed by the event stream")
    func follows() async throws {
        let (a, b) = (try await makeReplica("a"), try await makeReplica("b"))
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("site-a", a.url)])])) { gateway async throws in
            #expect(try await gateway.predict().body == "a")
            try await eventually { gateway.controlPlane.openStreams == 1 }
            gateway.route(makeTable([("v2", 100, [("site-b", b.url)])], version: 2))
            try await eventually { try await gateway.predict().revision == "v2" }
            #expect(try await gateway.predict().body == "b")
        }
        await a.kill()
        await b.kill()
    }

    @Test("while the control plane is away it serves on, and follows again when it is back")
    func away() async throws {
        let (a, b) = (try await makeReplica("a"), try await makeReplica("b"))
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("site-a", a.url)])])) { gateway async throws in
            #expect(try await gateway.predict().body == "a")
            await gateway.controlPlane.kill()
            for _ in 0..<20 { #expect(try await gateway.predict().body == "a") }
            gateway.route(makeTable([("v2", 100, [("site-b", b.url)])], version: 2))
            try await gateway.controlPlane.listen()
            try await eventually { try await gateway.predict().body == "b" }
        }
        await a.kill()
        await b.kill()
    }

    @Test("it starts from the table on disk when the control plane is away")
    func fromDisk() async throws {
        let a = try await makeReplica("a")
        let folder = GatewayFixture.temporaryFolder()
        let table = makeTable([("v1", 100, [("site-a", a.url)])])
        try RoutingFile(folder: folder).write(table)
        let known = TokenMachine.Known(role: .viewer, expires: nil, checkedAt: SystemTime().now)
        try TokenMemory(folder: folder).write([TokenHash(of: "mrt_viewer"): known])
        try await GatewayFixture.run(table: table, folder: folder, controlPlaneUp: false) { gateway async throws in
            #expect(try await gateway.predict().body == "a")
        }
        await a.kill()
    }

    @Test("the table is kept on disk, and a damaged file is as none")
    func file() async throws {
        let a = try await makeReplica("a")
        let table = makeTable([("v1", 100, [("site-a", a.url)])], version: 5)
        try await GatewayFixture.run(table: table) { gateway async throws in
            #expect(RoutingFile(folder: gateway.folder).read() == table)
            try Data("{".utf8).write(to: URL(fileURLWithPath: gateway.folder + "/routing.json"))
            #expect(RoutingFile(folder: gateway.folder).read() == nil)
        }
        await a.kill()
    }

    @Test("running totals are reported, the last when it drains")
    func reports() async throws {
        let a = try await makeReplica("a")
        let table = makeTable([("v1", 100, [("site-a", a.url)])])
        let box = ReportBox()
        try await GatewayFixture.run(table: table) { gateway async throws in
            for _ in 0..<7 { _ = try await gateway.predict() }
            try await eventually { gateway.state.values.withLock { $0.reports.last?.statistics.first?.requests == 7 } }
            for _ in 0..<4 { _ = try await gateway.predict() }
            box.state = gateway.state
        }
        let last = try #require(box.state?.values.withLock { $0.reports.last })
        let statistics = try #require(last.statistics.first)
        #expect(statistics.requests == 11)
        #expect(statistics.failures == 0)
        #expect(statistics.latencyP50 > 0 && statistics.latencyP50 <= statistics.latencyP99)
        #expect(last.gateway.hasPrefix("gtw_"))
        await a.kill()
    }

    @Test("a token that is refused is read again from its file")
    func token() async throws {
        let a = try await makeReplica("a")
        let table = makeTable([("v1", 100, [("site-a", a.url)])])
        try await GatewayFixture.run(table: table, token: "first") { gateway async throws in
            gateway.state.values.withLock { $0.token = "second" }
            try Data("second\n".utf8).write(to: URL(fileURLWithPath: gateway.folder + "/token"))
            _ = try await gateway.predict()
            try await eventually { gateway.state.values.withLock { $0.reports.last?.statistics.first?.requests == 1 } }
        }
        await a.kill()
    }

    @Test("health, readiness and metrics answer, and metrics name what was served")
    func metrics() async throws {
        let a = try await makeReplica("a")
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("site-a", a.url)])])) { gateway async throws in
            #expect(try await gateway.get("/healthz").status == 200)
            #expect(try await gateway.get("/v2/health/live").status == 200)
            _ = try await gateway.predict()
            _ = try await gateway.predict("other")
            _ = try await gateway.predict(token: nil)
            let text = try await gateway.get("/metrics").body
            #expect(text.contains("martlet_gateway_refusals_total{kind=\"notFound\"} 1\n"))
            #expect(text.contains("martlet_gateway_refusals_total{kind=\"unauthenticated\"} 1\n"))
            #expect(
                text.contains(
                    "martlet_gateway_requests_total{endpoint=\"digits\",revision=\"v1\",environment=\"site-a\"} 1\n"))
            #expect(text.contains("martlet_gateway_healthy_replicas{environment=\"site-a\"} 1\n"))
            #expect(text.contains("martlet_gateway_routing_version 1\n"))
        }
        await a.kill()
    }

    @Test("before it has a table it says that it is not ready")
    func notReady() async throws {
        let none = RoutingTable(version: 1, endpoints: [])
        try await GatewayFixture.run(table: none, controlPlaneUp: false) { gateway async throws in
            #expect(try await gateway.get("/v2/health/ready").status == 503)
            #expect(try await gateway.predict().status == 503)
        }
    }
}

/// Carries the control plane's state out of a test's body.
private final class ReportBox: @unchecked Sendable {
    // SAFETY: written once within the body and read after it has ended.
    var state: ControlPlaneState?
}
