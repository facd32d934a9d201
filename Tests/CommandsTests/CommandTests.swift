import Contract
import Foundation
import Hummingbird
import Kernel
import NIOCore
import Synchronization
import Testing

@testable import Commands

@Suite struct CommandTests {
    @Test("a listing is a table, JSON or YAML, and an empty one a hint")
    func formats() async throws {
        let runs = [Samples.run(1, .succeeded, cost: 482), Samples.run(2, .queued)]
        try await withControlPlane { router in
            router.answer(.get, "api/v1/runs") { request, _ in
                #expect(request.query("limit") == "7")
                return Page(items: request.query("status") == "failed" ? [] : runs)
            }
        } _: { person in
            let table = await person.run("runs", "list", "--limit", "7")
            #expect(
                table.out == """
                    RUN                             NAME   PROJECT  STATUS     SITE    SUBMITTED            DURATION          COST
                    run_00000000000000000000000001  train  demo     succeeded  onprem  2026-01-01 00:00:00     2.5 s  $0.000000482
                    run_00000000000000000000000002  train  demo     queued     -       2026-01-01 00:00:00         -  $0.00

                    """)
            #expect(table.err.isEmpty && table.code == 0)
            let json = await person.run("runs", "list", "--limit", "7", "-o", "json")
            let decoded = try Wire.decode([Run].self, text: json.out)
            #expect(decoded == runs)
            let yaml = await person.run("runs", "list", "--limit", "7", "--output", "yaml")
            let documents = try YAMLParser.documents(yaml.out)
            let expected = try JSONValue(text: json.out)
            #expect(documents.map(\.json) == [expected])
            let empty = await person.run("runs", "list", "--limit", "7", "--status", "failed")
            #expect(empty.out.isEmpty && empty.err.contains("No runs."))
        }
    }

    @Test("a fault is one sentence on standard error and its exit code", arguments: FaultKind.allCases)
    func faults(kind: FaultKind) async throws {
        try await withControlPlane { router in
            router.answer(.get, "api/v1/stores/:name") { _, _ in throw PlainFault(kind, "The store is not right.") }
        } _: { person in
            let outcome = await person.run("stores", "show", "x")
            #expect(outcome.code == kind.exitCode)
            #expect(outcome.out.isEmpty)
            #expect(outcome.err.contains("The store is not right."))
            #expect(outcome.err.split(separator: "\n").count == 1)
        }
    }

    @Test("no control plane is exit code 7, and says what to do")
    func nobody() async throws {
        let person = Surroundings(folder: "/tmp", server: "http://127.0.0.1:1")
        let outcome = await person.run("runs", "list")
        #expect(outcome.code == 7)
        #expect(outcome.err.contains("http://127.0.0.1:1 cannot be reached") && outcome.err.contains("martlet up"))
    }

    @Test(
        "wrong arguments are exit code 2",
        arguments: [
            ["runz"], ["runs", "lst"], ["runs", "show", "pip_1"], ["run"], ["costs", "--by", "stepp"],
            ["runs", "list", "--limit", "0"], ["plan", "--output", "xml"], ["runs", "list", "--server", "nowhere"],
        ])
    func usage(arguments: [String]) async {
        let outcome = await Surroundings(folder: "/tmp", server: "http://127.0.0.1:1").run(arguments)
        #expect(outcome.code == 2)
        #expect(outcome.out.isEmpty && !outcome.err.isEmpty)
    }

    @Test("help and version are results")
    func help() async {
        let person = Surroundings(folder: "/tmp", server: "http://127.0.0.1:1")
        #expect(await person.run("--help").code == 0)
        #expect(await person.run("--version").out == "0.1.0\n")
        #expect(await person.run("runs", "--help").out.contains("USAGE: martlet runs"))
    }

    @Test("login keeps address and token for its owner only, and the token goes to that server only")
    func login() async throws {
        let seen = Mutex<[String?]>([])
        try await withControlPlane { router in
            router.answer(.get, "api/v1/whoami") { request, _ in
                let token = request.headers[.authorization]
                guard token == "Bearer good" else { throw PlainFault(.unauthenticated, "The token is wrong.") }
                return Principal(name: "ada", role: .developer)
            }
            router.answer(.get, "api/v1/stores") { request, _ in
                seen.withLock { $0.append(request.headers[.authorization]) }
                return Page<StoreStatus>(items: [])
            }
        } _: { person in
            let server = person.variables.withLock { $0["MARTLET_SERVER"] ?? "" }
            person.typed.withLock { $0 = ["bad"] }
            #expect(await person.run("login").code == 3)
            person.typed.withLock { $0 = [" good "] }
            let outcome = await person.run("login", "--server", server + "/")
            #expect(outcome.out == "Logged in to \(server) as ada, role developer.\n")
            let path = person.folder + "/home/.config/martlet/config.json"
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)

            person.variables.withLock { $0["MARTLET_SERVER"] = nil }
            _ = await person.run("stores", "list")
            // The same program by another name is another server.
            _ = await person.run("stores", "list", "--server", server.replacing("127.0.0.1", with: "localhost"))
            person.variables.withLock { $0["MARTLET_TOKEN"] = "other" }
            _ = await person.run("stores", "list")
            try person.write("filed\n", to: "token")
            _ = await person.run("stores", "list", "--token-file", person.folder + "/token")
            #expect(seen.withLock { $0 } == ["Bearer good", nil, "Bearer other", "Bearer filed"])
        }
    }

    @Test("declarations are applied stores first, and a dry run says so to the server")
    func apply() async throws {
        let calls = Mutex<[String]>([])
        try await withControlPlane { router in
            for kind in ["stores", "environments"] {
                router.answer(.put, "api/v1/\(kind)/:name") { request, context in
                    let name = try context.parameters.require("name")
                    calls.withLock { $0.append("\(kind) \(name) \(request.query("dryRun") ?? "-")") }
                    return ApplyResult(
                        kind: kind == "stores" ? "Store" : "Environment", name: name,
                        change: kind == "stores" ? .unchanged : .updated,
                        fields: kind == "stores"
                            ? []
                            : [
                                FieldChange(field: "slots", before: 1, after: 2),
                                FieldChange(field: "term", after: "6s"),
                            ])
                }
            }
        } _: { person in
            try person.write(
                """
                {kind: Environment, name: e, provider: local, region: r, store: s, slots: 2, term: 6s}
                ---
                {kind: Store, name: s, type: file}
                """, to: "all.yaml")
            let dry = await person.run("apply", "-f", "all.yaml", "--dry-run")
            #expect(
                dry.out == "= Store s unchanged\n~ Environment e would be updated\n    ~ slots: 1 → 2\n    + term: 6s\n"
            )
            #expect(await person.run("apply", "-f", "all.yaml", "-o", "json").out.contains("\"field\": \"slots\""))
            #expect(
                calls.withLock { $0 } == ["stores s true", "environments e true", "stores s -", "environments e -"])
            try person.write("kind: Store\nname: s\n", to: "bad.yaml")
            let bad = await person.run("apply", "-f", "bad.yaml")
            #expect(bad.code == 2 && bad.err == "bad.yaml:1:1: A store needs 'type'. Add it.\n")
            #expect(await person.run("apply", "-f", "none.yaml").code == 4)
        }
    }

    @Test("a join file is its owner's only, and the command that uses it is shown")
    func join() async throws {
        try await withControlPlane { router in
            router.answer(.post, "api/v1/environments/:name/join-tokens") { request, _ in
                let wanted = try await request.decoded(JoinTokenRequest.self)
                #expect(wanted.validFor == .hours(2))
                return JoinFile(environment: "e", token: "once", expires: Timestamp(milliseconds: 0))
            }
        } _: { person in
            let outcome = await person.run(
                "environments", "join", "e", "--output-file", "sub/join.json", "--valid-for", "2h")
            #expect(outcome.out.contains("--join-file sub/join.json") && !outcome.out.contains("once"))
            #expect(try Wire.decode(JoinFile.self, text: try person.read("sub/join.json")).token == "once")
            let attributes = try FileManager.default.attributesOfItem(atPath: person.folder + "/sub/join.json")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("validate shows each issue as editors have it")
    func validate() async throws {
        let person = Surroundings(folder: FileManager.default.temporaryDirectory.path, server: "http://127.0.0.1:1")
        let name = "martlet-\(UUID().uuidString).yaml"
        try person.write("project: p\nsteps: {s: {comand: x}}\n", to: name)
        defer { try? FileManager.default.removeItem(atPath: person.folder + "/" + name) }
        let outcome = await person.run("validate", name)
        #expect(outcome.code == 2)
        #expect(outcome.out.contains("\(name):2:13: The step 's' has no key 'comand'. Did you mean 'command'?"))
        let json = await person.run("validate", name, "-o", "json")
        #expect(json.out.contains("\"line\": 2") && json.code == 2)
    }
}
