import Contract
import Glibc
import Hummingbird
import Kernel
import Logging
import NIOCore
import Synchronization
import Testing

@testable import Worker

/// A control plane that admits workers and does nothing else, over HTTP.
private final class Gatekeeper: Sendable {
    struct State {
        var registrations: [WorkerRegistration] = []
        /// The worker of each key.
        var workers: [String: UInt64] = [:]
        var joinTokens: Set<String> = ["join"]
        var tokens: Set<String> = []
        var renewals = 0
        var renewed: [WorkerRegistration] = []
        var life = TimeSpan.hours(1)
        var isAway = false
        var slots = 2
    }

    let state = Mutex(State())
    private static let path = "/api/v1/workers"

    func set(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }

    private func credentials(_ worker: UInt64, _ state: inout State) throws -> [UInt8] {
        let token = "token-\(state.registrations.count)-\(state.renewals)"
        state.tokens = [token]
        return try Wire.encode(
            WorkerCredentials(
                worker: Sample.id(worker), environment: "onprem", token: token, expires: SystemTime().now + state.life,
                heartbeat: .seconds(2), term: .seconds(6), slots: state.slots, servingSlots: 1))
    }

    private func register(_ body: [UInt8], bearer: String) throws -> [UInt8]? {
        let registration: WorkerRegistration = try Wire.decode(from: body)
        return try self.state.withLock { state in
            guard state.joinTokens.contains(bearer) else { return nil }
            state.registrations.append(registration)
            let worker = state.workers[registration.key] ?? UInt64(state.workers.count + 1)
            state.workers[registration.key] = worker
            return try self.credentials(worker, &state)
        }
    }

    private func renew(_ body: [UInt8], bearer: String, worker: UInt64) throws -> [UInt8]? {
        let registration: WorkerRegistration = try Wire.decode(from: body)
        return try self.state.withLock { state in
            guard state.tokens.contains(bearer) else { return nil }
            state.renewals += 1
            state.renewed.append(registration)
            return try self.credentials(worker, &state)
        }
    }

    /// Serves while `body` runs.
    func serving(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.post("/api/v1/workers") { request, _ in
            let bearer = String((request.headers[.authorization] ?? "").dropFirst("Bearer ".count))
            let body = Array(buffer: try await request.body.collect(upTo: 1 << 20))
            return self.answer { try self.register(body, bearer: bearer) }
        }
        router.post("/api/v1/workers/{id}/token") { request, context in
            let bearer = String((request.headers[.authorization] ?? "").dropFirst("Bearer ".count))
            let worker = context.parameters.get("id").flatMap { ID<Contract.Worker>($0) }
            let body = Array(buffer: try await request.body.collect(upTo: 1 << 20))
            return self.answer { try self.renew(body, bearer: bearer, worker: UInt64(worker?.raw ?? 0)) }
        }
        let (ports, found) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                found.yield(channel.localAddress?.port ?? 0)
                found.finish()
            }, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await port in ports { try await body("http://127.0.0.1:\(port)") }
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    private func answer(_ make: () throws -> [UInt8]?) -> Response {
        if self.state.withLock({ $0.isAway }) { return Response(status: .serviceUnavailable) }
        guard let bytes = try? make() else { return Response(status: .unauthorized) }
        return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

@Suite struct MembershipTests {
    private let facts = MachineFacts(name: "node-1", cpus: 4, memory: .gibibytes(8))
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func joinFile(_ token: String = "join", environment: String = "onprem", in folder: TemporaryFolder) throws
        -> String
    {
        let file = JoinFile(environment: environment, token: token, expires: Sample.time)
        try folder.write("\(token).json", try Wire.text(file))
        return "\(folder.path)/\(token).json"
    }

    /// One life of a worker: joins, and lets go of the state folder.
    private func establish(
        _ server: String, _ folder: TemporaryFolder, joinFile: String?, slots: Int = 3, address: String? = nil
    ) async throws -> WorkerCredentials {
        let state = try await StateFolder.open(folder.path + "/state")
        var options = WorkerOptions(server: server, joinFile: joinFile, state: state.path, slots: slots)
        options.address = address
        return try await Membership.establish(
            options, facts: self.facts, folder: state, time: SystemTime(), logger: self.logger
        ).credentials
    }

    @Test("a worker joins with a join file, keeps its credentials to itself, and needs no join file afterwards")
    func join() async throws {
        let gatekeeper = Gatekeeper()
        let folder = try TemporaryFolder()
        try await gatekeeper.serving { server in
            let first = try await self.establish(server, folder, joinFile: try self.joinFile(in: folder))
            let registration = try #require(gatekeeper.state.withLock { $0.registrations.first })
            #expect(registration.name == "node-1" && registration.cpus == 4 && registration.slots == 3)
            #expect(registration.address == "127.0.0.1" && registration.key.count >= 32)
            for name in ["key", "worker.json"] {
                var status = stat()
                #expect(stat(folder.path + "/state/" + name, &status) == 0 && status.st_mode & 0o777 == 0o600)
            }
            let second = try await self.establish(server, folder, joinFile: nil)
            #expect(second.worker == first.worker && second.token != first.token)
            #expect(gatekeeper.state.withLock { $0.registrations.count } == 1)
        }
    }

    @Test("a worker that is started again with other slots or another address says so")
    func changed() async throws {
        let gatekeeper = Gatekeeper()
        let folder = try TemporaryFolder()
        try await gatekeeper.serving { server in
            _ = try await self.establish(server, folder, joinFile: try self.joinFile(in: folder))
            _ = try await self.establish(server, folder, joinFile: nil, slots: 7, address: "10.0.0.9")
            let said = try #require(gatekeeper.state.withLock { $0.renewed.last })
            #expect(said.slots == 7 && said.address == "10.0.0.9")
        }
    }

    @Test("a worker that is killed before it has written its credentials down joins again as the same worker")
    func joinTwice() async throws {
        let gatekeeper = Gatekeeper()
        let folder = try TemporaryFolder()
        try await gatekeeper.serving { server in
            let first = try await self.establish(server, folder, joinFile: try self.joinFile(in: folder))
            for lost in ["remove", "cut"] {
                if lost == "remove" { try Disk.remove(folder.path + "/state/worker.json") }
                if lost == "cut" { try folder.write("state/worker.json", "{\"serv") }
                let again = try await self.establish(server, folder, joinFile: try self.joinFile(in: folder))
                #expect(again.worker == first.worker)
            }
        }
    }

    @Test("without a join file, and with one that is not one, a worker says what it needs")
    func noJoinFile() async throws {
        let folder = try TemporaryFolder()
        await #expect(throws: WorkerError.self) {
            try await self.establish("http://127.0.0.1:9", folder, joinFile: nil)
        }
        try folder.write("bad.json", "hello")
        for path in ["\(folder.path)/bad.json", "\(folder.path)/none.json"] {
            await #expect {
                try await self.establish("http://127.0.0.1:9", folder, joinFile: path)
            } throws: {
                ($0 as? WorkerError)?.message.contains("is not a join file") == true
            }
        }
    }

    @Test("a join token that is refused ends the worker; a control plane that is away is waited for")
    func refused() async throws {
        let gatekeeper = Gatekeeper()
        let folder = try TemporaryFolder()
        try await gatekeeper.serving { server in
            let bad = try self.joinFile("stolen", in: folder)
            await #expect {
                try await self.establish(server, folder, joinFile: bad)
            } throws: {
                ($0 as? any Fault)?.kind == .unauthenticated
            }
            gatekeeper.set { $0.isAway = true }
            async let credentials = self.establish(server, folder, joinFile: try self.joinFile(in: folder))
            await pause(.milliseconds(200))
            gatekeeper.set { $0.isAway = false }
            #expect(try await credentials.environment == "onprem")
        }
    }

    @Test(
        "a token that is not known any more is replaced by means of the join file, or the worker says that it needs one"
    )
    func forgotten() async throws {
        let gatekeeper = Gatekeeper()
        let folder = try TemporaryFolder()
        try await gatekeeper.serving { server in
            let file = try self.joinFile(in: folder)
            let first = try await self.establish(server, folder, joinFile: file)
            gatekeeper.set { $0.tokens = [] }
            await #expect {
                try await self.establish(server, folder, joinFile: nil)
            } throws: { error in
                if case .tokenRefused = error as? WorkerError { true } else { false }
            }
            #expect(try await self.establish(server, folder, joinFile: file).worker == first.worker)
        }
    }

    @Test("a join file of another environment makes the worker join there")
    func anotherEnvironment() async throws {
        let gatekeeper = Gatekeeper()
        let folder = try TemporaryFolder()
        try await gatekeeper.serving { server in
            _ = try await self.establish(server, folder, joinFile: try self.joinFile(in: folder))
            gatekeeper.set { $0.joinTokens = ["second"] }
            let second = try self.joinFile("second", environment: "cloud", in: folder)
            _ = try await self.establish(server, folder, joinFile: second)
            #expect(gatekeeper.state.withLock { $0.registrations.count } == 2)
        }
    }

    @Test("a token is renewed at half its life, and at once when it has been refused")
    func renewal() async throws {
        let gatekeeper = Gatekeeper()
        gatekeeper.set { $0.life = .seconds(4) }
        let folder = try TemporaryFolder()
        try await gatekeeper.serving { server in
            let state = try await StateFolder.open(folder.path + "/state")
            let options = WorkerOptions(
                server: server, joinFile: try self.joinFile(in: folder), state: state.path)
            let membership = try await Membership.establish(
                options, facts: self.facts, folder: state, time: SystemTime(), logger: self.logger)
            let first = membership.credentials.token
            let roster = Roster(slots: 0, servingSlots: 0)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await membership.keepFresh { roster.resize(slots: $0.slots, servingSlots: $0.servingSlots) }
                }
                #expect(await eventually { gatekeeper.state.withLock { $0.renewals } >= 1 })
                #expect(await eventually { membership.credentials.token != first })
                #expect(await roster.waitForFree(.batch) == 2)
                gatekeeper.set {
                    $0.life = .hours(1)
                    $0.tokens = []
                }
                // The join file still admits this worker, so a token that is not known is no end.
                membership.doubt()
                #expect(await eventually { gatekeeper.state.withLock { $0.registrations.count } == 2 })
                group.cancelAll()
            }
        }
    }

    @Test("two workers on one state folder: the second refuses")
    func stateFolder() throws {
        let folder = try TemporaryFolder()
        let first = try StateFolder(folder.path + "/state")
        #expect(throws: WorkerError.stateInUse(path: first.path)) { try StateFolder(folder.path + "/state") }
    }

    @Test("a server's address is split as people write it")
    func addresses() {
        #expect(LocalAddress.split("http://10.0.0.1:7070/") == ("10.0.0.1", "7070"))
        #expect(LocalAddress.split("https://martlet.example.org") == ("martlet.example.org", "443"))
        #expect(LocalAddress.split("http://[::1]:80") == ("::1", "80"))
        #expect(LocalAddress.split("http://[::1]") == ("::1", "80"))
        #expect(LocalAddress.towards("http://127.0.0.1:7070") == "127.0.0.1")
        #expect(LocalAddress.towards("http://nowhere.invalid:1") == "127.0.0.1")
    }

    @Test("a machine knows its name, its processors and its memory, and whether it has a container engine")
    func observed() throws {
        let folder = try TemporaryFolder()
        var facts = MachineFacts.observe(path: folder.path)
        #expect(!facts.name.isEmpty && facts.cpus >= 1 && facts.memory > .mebibytes(64) && facts.containerEngine == nil)
        try folder.write("docker", "#!/bin/sh\n")
        #expect(MachineFacts.observe(path: folder.path).containerEngine == nil)
        chmod(folder.path + "/docker", 0o755)
        facts = MachineFacts.observe(path: "/nowhere:" + folder.path)
        #expect(facts.containerEngine == folder.path + "/docker")
    }
}
