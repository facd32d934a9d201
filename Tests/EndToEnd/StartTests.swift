import Client
import Contract
import Foundation
import Kernel
import Testing

@Suite(.serialized) struct StartTests {
    @Test("a start that cannot be says why in one line, with the value and what to do", .timeLimit(.minutes(2)))
    func refusals() async throws {
        let platform = try await Platform(localSlots: nil)
        let folder = try TemporaryFolder()
        let (data, taken) = (folder.path + "/data", String(platform.server.split(separator: ":").last ?? ""))
        try folder.write("", to: "file")
        try folder.write("{\"gatewy\": false}", to: "key.json")
        try folder.write("{gateway", to: "text.json")
        try folder.write("{\"localWorker\": {\"slots\": -1, \"servingSlots\": 0}}", to: "slots.json")
        try folder.write("{\"gateway\": false, \"localWorker\": null}", to: "right.json")
        let right = folder.path + "/right.json"
        let cases: [(arguments: [String], exitCode: Int32, words: [String])] = [
            (["--data", folder.path + "/file"], 7, [folder.path + "/file", "not a directory", "--data"]),
            (["--data", folder.path + "/no/such"], 7, [folder.path + "/no/such", "no such file", "--data"]),
            (["--data", data, "--port", taken, "--config", right], 7, [":\(taken) ", "Free the port"]),
            (["--data", data, "--config", folder.path + "/none.json"], 2, ["none.json", "cannot be read"]),
            (["--data", data, "--config", folder.path], 2, [folder.path, "cannot be read"]),
            (["--data", data, "--config", folder.path + "/key.json"], 2, ["key.json", "'gatewy'", "gateway"]),
            (["--data", data, "--config", folder.path + "/text.json"], 2, ["text.json"]),
            (["--data", data, "--config", folder.path + "/slots.json"], 2, ["slots.json", "0 or more"]),
            (["--data", data, "--port", "70000"], 2, ["70000", "65535"]),
            (["--data", ""], 2, ["--data", "folder"]),
        ]
        for (arguments, exitCode, words) in cases {
            let outcome = try Programs.run(
                "/usr/bin/timeout",
                ["20", Programs.martletd, "--gateway-port", "0"]
                    + (arguments.contains("--port") ? [] : ["--port", "0"]) + arguments)
            #expect(outcome.exitCode == exitCode, "\(arguments): \(outcome.all)")
            #expect(!outcome.stdout.contains("ready"))
            let told = outcome.stderr.split(separator: "\n").filter { line in words.allSatisfy { line.contains($0) } }
            #expect(told.count == 1, "\(arguments): no line with \(words) in: \(outcome.stderr)")
        }
    }

    @Test("with --insecure-local nobody needs a token and only this machine gets in", .timeLimit(.minutes(1)))
    func insecureLocal() async throws {
        let open = try await Platform(localSlots: 1, gateway: true, flags: ["--insecure-local"])
        let me = try await Client(server: open.server).call(Routes.whoami)
        #expect(me.role == .admin)
        _ = try await eventually("the gateway to listen") { Self.listeners(open.gateway).isEmpty ? nil : true }
        for server in [open.server, open.gateway] {
            #expect(Self.listeners(server) == ["0100007F"], "\(server)")
        }
        let closed = try await Platform(localSlots: nil)
        #expect(
            Self.listeners(closed.server).contains { $0 != "0100007F" }, "others are let in where tokens are asked for")
        await #expect(throws: (any Error).self) { _ = try await Client(server: closed.server).call(Routes.whoami) }
    }

    /// The addresses at which this port is listened on, as the kernel writes them.
    private static func listeners(_ server: String) -> [String] {
        let port = String(Int(server.split(separator: ":").last ?? "") ?? 0, radix: 16, uppercase: true)
        let wanted = String(repeating: "0", count: 4 - port.count) + port
        return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { file -> [String] in
            let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
            return text.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: " ")
                guard fields.count > 3, fields[3] == "0A", fields[1].hasSuffix(":\(wanted)") else { return nil }
                return String(fields[1].dropLast(5))
            }
        }
    }
}
