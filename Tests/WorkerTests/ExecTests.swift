import Contract
import Glibc
import Kernel
import Synchronization
import Testing

@testable import Worker

/// The program beside the tests, which has the shim in it.
enum Program {
    static let folder: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count - 1))
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }()
    static let martlet = Self.find()
    static let shim = ExecProcess.Shim(program: Self.martlet, arguments: ["exec"])

    /// Depending on how tests are started, this process is the bundle itself or a program of the toolchain that loads it.
    private static func find() -> String {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ""
        let folders = [
            self.folder, String(bundle[..<(bundle.lastIndex(of: "/") ?? bundle.startIndex)]), ".build/debug",
        ]
        return folders.map { $0 + "/martlet" }.first { access($0, X_OK) == 0 } ?? "martlet"
    }
}

/// Runs commands under the shim, as a worker does.
struct ShimRun: Sendable {
    let folder: TemporaryFolder
    let orders = AsyncStream.makeStream(of: ExecOrder.self)
    private let printed = Printed()

    final class Printed: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    init() throws { self.folder = try TemporaryFolder() }

    var output: String { self.printed.bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var size: Int { self.printed.bytes.withLock { $0.count } }

    func run(_ arguments: [String], environment: [String: String] = [:], memory: ByteCount? = nil) async throws -> Int {
        let variables = ["PATH": "/usr/local/bin:/usr/bin:/bin"].merging(environment) { $1 }
        let spec = ExecSpec(arguments: arguments, environment: variables, folder: self.folder.path, memory: memory)
        return try await ExecProcess(spec, shim: Program.shim).run(
            orders: self.orders.stream, started: {}, output: { bytes in self.printed.bytes.withLock { $0 += bytes } })
    }

    func shell(_ text: String) async throws -> Int { try await self.run(["/bin/sh", "-c", text]) }
}

@Suite struct ExecTests {
    @Test("exit code, order of both streams, folder, standard input and environment are the command's own")
    func basics() async throws {
        let run = try ShimRun()
        let code = try await run.run(
            ["sh", "-c", "echo one; echo two >&2; echo three; pwd; cat; env -u PWD | sort; exit 7"],
            environment: ["A": "b\nc"])
        #expect(code == 7)
        #expect(run.output.hasPrefix("one\ntwo\nthree\n\(run.folder.path)\nA=b\nPATH=/usr/local/bin:/usr/bin:/bin\n"))
        #expect(!run.output.contains("HOME="))
    }

    @Test("a command that is not there and one that cannot be executed say so in the log")
    func notFound() async throws {
        let missing = try ShimRun()
        #expect(try await missing.run(["no-such-program"]) == ExitCode.notFound)
        #expect(missing.output == "martlet: 'no-such-program' was not found. Looked in /usr/local/bin:/usr/bin:/bin.\n")
        let folder = try ShimRun()
        #expect(try await folder.run(["/tmp"]) == ExitCode.notExecutable)
        #expect(folder.output.contains("'/tmp' cannot be executed"))
    }

    @Test("a death by signal is 128 and its number")
    func signals() async throws {
        #expect(try await ShimRun().shell("kill -9 $$") == 137)
        #expect(try await ShimRun().shell("kill -TERM $$") == 143)
    }

    @Test("terminate reaches the whole process group and lets it end by itself")
    func terminate() async throws {
        let run = try ShimRun()
        async let code = run.shell(
            "trap 'wait; echo parent; exit 5' TERM; sh -c 'trap \"echo child; exit\" TERM; echo ready; while :; do sleep 0.01; done' & "
                + "while :; do wait $!; done")
        #expect(await eventually { run.output.contains("ready") })
        run.orders.continuation.yield(.terminate)
        #expect(try await code == 5)
        #expect(run.output.contains("child") && run.output.contains("parent"))
    }

    @Test("kill ends a command that ignores SIGTERM, with children of sessions of their own")
    func killAll() async throws {
        let run = try ShimRun()
        async let code = run.shell(
            "trap '' TERM; setsid sh -c 'trap \"\" TERM; (echo $$ > daemon; while :; do sleep 0.05; done) &' ; "
                + "sleep 1000 & echo $! > child; echo ready; while :; do sleep 0.05; done")
        #expect(await eventually { run.output.contains("ready") && (try? run.folder.process("daemon")) ?? nil != nil })
        run.orders.continuation.yield(.terminate)
        run.orders.continuation.yield(.kill)
        #expect(try await code == 137)
        for name in ["daemon", "child"] {
            let process = try #require(try run.folder.process(name))
            #expect(Glibc.kill(process, 0) == -1 && errno == ESRCH, "\(name) is alive")
        }
    }

    @Test("what a command leaves behind when it ends is removed")
    func leftBehind() async throws {
        let run = try ShimRun()
        let code = try await run.shell("setsid sleep 1000 & echo $! > child; sleep 1000 & exit 0")
        #expect(code == 0)
        let process = try #require(try run.folder.process("child"))
        #expect(Glibc.kill(process, 0) == -1 && errno == ESRCH)
    }

    @Test("when the task is cancelled, which is when the worker ends, nothing of the command stays")
    func cancel() async throws {
        let run = try ShimRun()
        let task = Task {
            try await run.shell("trap '' TERM; echo $$ > child; echo ready; while :; do sleep 0.05; done")
        }
        #expect(await eventually { run.output.contains("ready") })
        task.cancel()
        _ = try? await task.value
        let process = try #require(try run.folder.process("child"))
        #expect(await eventually { Glibc.kill(process, 0) == -1 && errno == ESRCH })
    }

    @Test("when the worker is killed, the command dies with it")
    func lifeline() async throws {
        let folder = try TemporaryFolder()
        let spec = ExecSpec(
            arguments: [
                "/bin/sh", "-c",
                "trap '' TERM; setsid sh -c 'echo $$ > daemon; exec sleep 1000' & echo $$ > child; while :; do sleep 0.05; done",
            ],
            environment: ["PATH": "/usr/bin:/bin"], folder: folder.path)
        try folder.write("spec", String(decoding: try Wire.encode(spec), as: UTF8.self) + "\n")
        // The worker's part is played by a shell that holds the other end of the pipe, and is then killed.
        let worker = try ShimRun()
        let task = Task {
            try await worker.shell(
                "(cat \(folder.path)/spec; exec sleep 1000) | \(Program.martlet) exec & echo $! > shim; wait")
        }
        #expect(try await eventually { try folder.process("child") != nil && folder.process("daemon") != nil })
        let child = try #require(try folder.process("child"))
        let daemon = try #require(try folder.process("daemon"))
        #expect(Glibc.kill(child, 0) == 0 && Glibc.kill(daemon, 0) == 0)
        task.cancel()
        _ = try? await task.value
        #expect(await eventually { Glibc.kill(child, 0) == -1 && Glibc.kill(daemon, 0) == -1 })
    }

    @Test("ten megabytes without a newline, and binary, come through whole")
    func bigLine() async throws {
        let run = try ShimRun()
        #expect(try await run.shell("head -c 10000000 /dev/zero; printf '\\377\\376'") == 0)
        #expect(run.size == 10_000_002)
    }

    @Test("the memory limit holds where the kernel allows")
    func memory() async throws {
        let run = try ShimRun()
        let code = try await run.run(
            ["python3", "-c", "x = bytearray(400 << 20); print('got it')"], memory: .mebibytes(200))
        #expect(code != 0 && run.output.contains("MemoryError"))
    }

    @Test("no core is dumped, and open files are as many as the kernel allows")
    func limits() async throws {
        let run = try ShimRun()
        #expect(try await run.shell("ulimit -c; ulimit -n") == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.first == "0" && (lines.last.flatMap { Int($0) } ?? 0) >= 1024)
    }

    @Test("a broken pipe is an error of the writer, not ignored")
    func brokenPipe() async throws {
        let run = try ShimRun()
        _ = try await run.shell("bash -c 'set -o pipefail; yes | head -1; echo ${PIPESTATUS[0]}'")
        #expect(run.output == "y\n141\n")
    }

    @Test("the shim refuses to be started by hand")
    func byHand() async throws {
        let run = try ShimRun()
        #expect(try await run.shell("\(Program.martlet) exec </dev/null") == ExitCode.shimFailed)
        #expect(run.output.contains("it is started by 'martlet worker'"))
    }

    @Test("a hundred commands leave no zombie and no descriptor behind")
    func noLeak() async throws {
        func descriptors() throws -> Int { try Disk.names(in: "/proc/self/fd").count }
        _ = try await ShimRun().shell("true")
        let before = try descriptors()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<100 {
                if index >= 4 { try await group.next() }
                group.addTask {
                    let code = try await ShimRun().shell("exit 3")
                    #expect(code == 3)
                }
            }
            try await group.waitForAll()
        }
        // Other tests run beside this one and have descriptors of their own.
        #expect(await eventually { (try? descriptors()).map { $0 < before + 40 } ?? false })
        let zombies = try Disk.names(in: "/proc").compactMap { pid_t($0) }.filter { process in
            let stat =
                (try? Disk.read("/proc/\(process)/stat")).flatMap { $0.map { String(decoding: $0, as: UTF8.self) } }
                ?? ""
            let fields = stat.drop { $0 != ")" }.split(separator: " ")
            return fields.count > 2 && fields[1] == "Z" && pid_t(fields[2]) == getpid()
        }
        #expect(zombies.count < 10)
    }
}
