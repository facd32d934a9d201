import Client
import Contract
import Foundation
import Kernel
import Testing
import Transport

@Suite(.serialized) struct ControlPlaneProcessTests {
    @Test("the second martletd on a data folder refuses and says which", .timeLimit(.minutes(1)))
    func secondRefuses() async throws {
        let platform = try await Platform(localSlots: nil)
        let second = try Programs.run(
            Programs.martletd, ["--data", platform.data, "--port", "0", "--gateway-port", "0"])
        #expect(second.exitCode != 0)
        #expect(second.all.contains(platform.data), "\(second.all)")
        _ = try await platform.client.call(Routes.whoami)
    }

    @Test("SIGTERM ends it with 0 and leaves no process behind", .timeLimit(.minutes(1)))
    func drains() async throws {
        let platform = try await Platform(localSlots: 1, gateway: true)
        #expect(platform.terminate() == 0)
        let left = try await eventually("its worker and gateway to end") {
            Self.processes(mentioning: platform.data).isEmpty ? true : nil
        }
        #expect(left)
    }

    @Test("the gateway's real address is said in one line, and it asks for a token", .timeLimit(.minutes(1)))
    func gatewayLine() async throws {
        let platform = try await Platform(localSlots: nil, gateway: true)
        func ask(_ headers: [String: String]) async throws -> Int {
            do {
                let request = HTTPRequest(.get, platform.gateway + "/v2/models/none", headers: headers, body: .none)
                _ = try await HTTPTransport().send(request)
                return 200
            } catch let fault as any Fault { return fault.kind.httpStatus }
        }
        #expect(platform.gateway.hasSuffix(":0") == false)
        #expect(try await ask([:]) == 401)
        #expect(try await ask(["authorization": "Bearer mrt_\(String(repeating: "0", count: 26))_x"]) == 401)
        #expect(try await ask(["authorization": "Bearer \(platform.token)"]) == 404)
        #expect(platform.log.components(separatedBy: "martletd gateway ready").count == 2)
        // A control plane that comes back finds the same gateway.
        let before = platform.gateway
        platform.kill()
        try await platform.start()
        #expect(platform.gateway == before)
    }

    @Test("/metrics tells runs, leases, workers and queues", .timeLimit(.minutes(1)))
    func metrics() async throws {
        let platform = try await Platform(localSlots: 1)
        _ = try await eventually("the local worker to join") {
            let text = String(decoding: try await platform.client.bytes(Routes.metrics), as: UTF8.self)
            return text.contains("martlet_workers{environment=\"local\",status=\"live\"} 1\n") ? true : nil
        }
        let text = String(decoding: try await platform.client.bytes(Routes.metrics), as: UTF8.self)
        for line in [
            "martlet_open_leases{environment=\"local\",kind=\"batch\"} 0", "martlet_runs{status=\"running\"} 0",
            "martlet_database_queued_changes ", "martlet_database_queued_queries ",
        ] { #expect(text.contains("\n\(line)"), "\(line)") }
    }

    @Test("the admin token's file is for its owner only, and the secret is in no log", .timeLimit(.minutes(1)))
    func tokenFile() async throws {
        let platform = try await Platform(localSlots: 1)
        let attributes = try FileManager.default.attributesOfItem(atPath: platform.data + "/admin.token")
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        #expect(platform.token.count >= 32)
        #expect(!platform.folder.text("martletd.err").contains(platform.token))
    }

    @Test("a flipped byte and a cut tail are named with their line", .timeLimit(.minutes(1)))
    func tampering() async throws {
        let platform = try await Platform(localSlots: 1)
        let step = StepSpec(command: .shell("true"), cache: false)
        let run = try await platform.client.call(
            Routes.submitRun, body: RunSubmission(project: "audit", name: "a", step: step))
        _ = try await platform.ended(run.id)
        #expect(platform.terminate() == 0)
        #expect(try Self.verify(platform.data).exitCode == 0)

        let flipped = try Self.damage(platform, "flip_byte", line: 3)
        #expect(flipped.exitCode != 0)
        #expect(flipped.all.contains("3"), "\(flipped.all)")
        let cut = try Self.damage(platform, "cut_tail", line: 4)
        #expect(cut.exitCode != 0)
        #expect(cut.all.contains("4") || cut.all.contains("5"), "\(cut.all)")
    }

    /// Damages a copy as the demo does, with the demo's own code.
    private static func damage(_ platform: Platform, _ how: String, line: Int) throws -> Programs.Outcome {
        let copy = try TemporaryFolder()
        let script =
            "import sys; sys.path.insert(0, sys.argv[1]); import tampering; from pathlib import Path; "
            + "tampering.\(how)(tampering.copy(Path(sys.argv[2]), Path(sys.argv[3])), \(line))"
        let done = try Programs.run(
            "/usr/bin/env",
            [
                "PYTHONDONTWRITEBYTECODE=1", "python3", "-c", script, Programs.root + "/scripts/stage", platform.data,
                copy.path + "/data",
            ])
        #expect(done.exitCode == 0, "\(done.all)")
        return try self.verify(copy.path + "/data")
    }

    private static func verify(_ data: String) throws -> Programs.Outcome {
        try Programs.run(Programs.martletd, ["journal", "verify", "--data", data])
    }

    private static func processes(mentioning path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { entry in
            Int32(entry) != nil
                && String(
                    decoding: FileManager.default.contents(atPath: "/proc/\(entry)/cmdline") ?? Data(), as: UTF8.self
                )
                .contains(path)
        }
    }
}
