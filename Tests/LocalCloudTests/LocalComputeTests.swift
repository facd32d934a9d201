import CloudPorts
import Conformance
import Foundation
import Glibc
import Kernel
import LocalCloud
import Testing

/// A stand-in for `martlet` that takes its arguments: it waits for the end, or ignores SIGTERM when told to by a file.
struct StandIn: Sendable {
    let folder: TemporaryFolder
    var program: String { self.folder.path + "/martlet" }
    var workers: String { self.folder.path + "/workers" }

    init(script: String = "trap 'exit 0' TERM; while :; do sleep 0.05; done") throws {
        self.folder = try TemporaryFolder()
        try "#!/bin/sh\n\(script)\n".write(toFile: self.program, atomically: true, encoding: .utf8)
        chmod(self.program, 0o755)
    }

    func driver(grace: TimeSpan = .seconds(5)) -> LocalComputeDriver {
        LocalComputeDriver(
            program: self.program, folder: self.workers, grace: grace,
            environment: ["PATH": "/usr/bin:/bin", "MARTLET_TOKEN": "secret", "LC_ALL": "C"])
    }

    static func launch(_ name: String) -> WorkerLaunch {
        WorkerLaunch(
            name: name, environment: "local", server: "http://127.0.0.1:7070", joinFile: "{\"token\":\"once\"}")
    }

    /// Processes whose arguments name this worker's state folder, without those it starts.
    func processes(_ name: String) -> [pid_t] {
        let state = "\(self.workers)/\(name)/state"
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { id in
            guard let arguments = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else { return false }
            return String(decoding: arguments, as: UTF8.self).split(separator: "\0").contains { $0 == state }
        }
    }

    /// The processes of a group, without those that have ended and were not collected yet.
    static func living(inGroup group: pid_t) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { id in
            guard let status = FileManager.default.contents(atPath: "/proc/\(id)/stat") else { return false }
            let fields = String(decoding: status, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 2 && fields[0] != "Z" && pid_t(fields[2]) == group
        }
    }

    var subject: ComputeSubject { self.subject(patience: .seconds(20)) { self.driver() } }

    func subject(
        patience: TimeSpan, driver: @escaping @Sendable () throws -> any ComputeDriver
    ) -> ComputeSubject {
        ComputeSubject(
            driver: driver, launch: Self.launch, running: { self.processes($0).count },
            end: { name in for id in self.processes(name) { kill(id, SIGKILL) } }, patience: patience)
    }
}

@Suite struct LocalComputeTests {
    @Test("local workers keep the contract of compute drivers", arguments: ComputeConformance.checks)
    func conforms(check: ComputeConformance) async throws { try await check(try StandIn().subject) }

    @Test("the suite notices a driver that breaks the contract", arguments: FaultyComputeDriver.Fault.allCases)
    func notices(fault: FaultyComputeDriver.Fault) async throws {
        let check = try #require(ComputeConformance.checks.first { $0.description == fault.rawValue })
        let program = try StandIn()
        // Time enough for a shell to start; one of the faults makes the check wait for all of it.
        let subject = program.subject(patience: .seconds(3)) {
            FaultyComputeDriver(base: program.driver(), fault: fault, program: program)
        }
        await #expect(throws: (any Error).self) { try await check(subject) }
        for name in ["one", "two"] { for id in program.processes(name) { kill(id, SIGKILL) } }
    }

    @Test("no check of the suite is unable to fail")
    func proven() {
        let proven = FaultyComputeDriver.Fault.allCases.map(\.rawValue)
        #expect(Set(proven) == Set(ComputeConformance.checks.map(\.description)))
    }

    @Test("a worker gets its line, a session of its own, its join file unreadable to others, and no secret of ours")
    func line() async throws {
        let program = try StandIn(script: "trap 'exit 0' TERM; echo \"$@\"; env; while :; do sleep 0.05; done")
        let driver = program.driver()
        try await driver.launch(StandIn.launch("w1"))
        let home = program.workers + "/w1"
        let id = try #require(program.processes("w1").first)
        #expect(getsid(id) == id && getpgid(id) == id)
        let mode = try FileManager.default.attributesOfItem(atPath: home + "/join.json")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        var log = ""
        for _ in 0..<500 where !log.contains("LC_ALL") {
            log = (try? String(contentsOfFile: home + "/worker.log", encoding: .utf8)) ?? ""
            // Between two looks at a condition with a bound.
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
        #expect(
            log.hasPrefix("worker --server http://127.0.0.1:7070 --join-file \(home)/join.json --state \(home)/state\n")
        )
        #expect(log.contains("LC_ALL=C") && !log.contains("secret") && !log.contains("once"))
        try await driver.release("w1")
        #expect(!FileManager.default.fileExists(atPath: home + "/join.json"))
    }

    @Test("a worker that ignores SIGTERM is killed after its grace, and its whole group with it")
    func stubborn() async throws {
        let program = try StandIn(script: "trap '' TERM; sleep 1000 & sleep 1000 & while :; do sleep 0.05; done")
        let driver = program.driver(grace: .milliseconds(200))
        try await driver.launch(StandIn.launch("w1"))
        let id = try #require(program.processes("w1").first)
        try await driver.release("w1")
        #expect(StandIn.living(inGroup: id).isEmpty, "no process of the group is left")
        #expect(try await driver.observe().isEmpty)
    }

    @Test("a worker that was started and not written down, because we crashed, is adopted")
    func unwritten() async throws {
        let program = try StandIn()
        try await program.driver().launch(StandIn.launch("w1"))
        try FileManager.default.removeItem(atPath: program.workers + "/w1/worker.pid")
        try await program.driver().launch(StandIn.launch("w1"))
        #expect(program.processes("w1").count == 1)
        try await program.driver().release("w1")
        #expect(program.processes("w1").isEmpty)
    }

    @Test("a stranger who got the number of a worker is neither observed nor signalled")
    func stranger() async throws {
        let program = try StandIn()
        let stranger = Process()
        stranger.executableURL = URL(fileURLWithPath: "/bin/sleep")
        stranger.arguments = ["1000"]
        stranger.standardOutput = FileHandle.nullDevice
        stranger.standardError = FileHandle.nullDevice
        try stranger.run()
        defer { kill(stranger.processIdentifier, SIGKILL) }
        let home = program.workers + "/w1"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        try "\(stranger.processIdentifier) boot/1\n".write(
            toFile: home + "/worker.pid", atomically: true, encoding: .utf8)
        let driver = program.driver()
        #expect(try await driver.observe().map(\.status) == [.gone])
        try await driver.release("w1")
        #expect(stranger.isRunning)
    }

    @Test("a program that is not there, and a name that is none, are refused with the reason")
    func refused() async throws {
        let folder = try TemporaryFolder()
        let driver = LocalComputeDriver(
            program: folder.path + "/no-martlet", folder: folder.path + "/w", environment: [:])
        await #expect(
            throws: ComputeError.refused(
                environment: "local", reason: "\(folder.path)/no-martlet cannot be started: no such file or directory.")
        ) { try await driver.launch(StandIn.launch("w1")) }
        await #expect(throws: ComputeError.self) { try await driver.launch(StandIn.launch("../up")) }
        #expect(try await driver.observe().isEmpty)
    }
}
