import Client
import Contract
import Foundation
import Kernel
import Testing
import Transport

@Suite(.serialized) struct DiskFullTests {
    @Test(
        "on a full disk writes are unavailable, reads go on, what was acknowledged stays, and it recovers by itself",
        .enabled(if: SmallDisk.isPossible), .timeLimit(.minutes(2)))
    func controlPlane() async throws {
        let platform = try await Platform(localSlots: nil, diskSize: 32)
        let token = platform.token
        // Each refusal is to be seen, so nothing is sent twice.
        let client = Client(server: platform.server, token: { token }, transport: HTTPTransport(rule: .never))
        let step = StepSpec(command: .shell("true"), cache: false)
        func submit(_ name: String) async throws -> ID<Run> {
            try await client.call(Routes.submitRun, body: RunSubmission(project: "full", name: name, step: step)).id
        }
        var acknowledged = [try await submit("before")]
        try platform.fillDisk()

        // What fits into room that the database has already may still be written; then nothing may.
        var refusal: (any Fault)?
        for number in 0..<2000 where refusal == nil {
            do { acknowledged.append(try await submit("n-\(number)")) } catch let fault as any Fault { refusal = fault }
        }
        let fault = try #require(refusal)
        #expect(fault.kind == .unavailable, "\(fault)")
        #expect(fault.message.contains("room") || fault.message.contains("full"), "\(fault.message)")
        let folder = try TemporaryFolder()
        let command = try platform.martlet("run", "--detach", "--", "true", in: folder.path)
        #expect(command.exitCode == 7, "\(command.all)")

        _ = try await eventually("/readyz to fail") {
            try await Self.status("/readyz", of: platform) == 503 ? true : nil
        }
        #expect(try await Self.status("/healthz", of: platform) == 200)
        #expect(Set(try await client.all(Routes.listRuns).map(\.id)) == Set(acknowledged))
        #expect(try await client.call(Routes.getRun, path: ["id": acknowledged[0].description]).name == "before")

        try platform.freeDisk()
        _ = try await eventually("/readyz to be right") {
            try await Self.status("/readyz", of: platform) == 200 ? true : nil
        }
        acknowledged.append(try await submit("after"))
        #expect(Set(try await client.all(Routes.listRuns).map(\.id)) == Set(acknowledged))
        #expect(platform.terminate() == 0)
        #expect(try platform.verifyJournal().exitCode == 0)
        try await platform.start()
        #expect(Set(try await platform.client.all(Routes.listRuns).map(\.id)) == Set(acknowledged))
    }

    private static func status(_ path: String, of platform: Platform) async throws -> Int {
        let transport = HTTPTransport(rule: .never)
        do {
            return try await transport.send(HTTPRequest(.get, platform.server + path), within: .seconds(10)).status
        } catch TransportError.answered(_, let status, _, _, _) { return status }
    }
}
