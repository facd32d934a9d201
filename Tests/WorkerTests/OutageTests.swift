import Contract
import Glibc
import Kernel
import Synchronization
import Testing

@testable import Worker

@Suite struct OutageTests {
    @Test("while the control plane is away the command goes on; log, metrics and report arrive when it is back")
    func away() async throws {
        let bench = try Bench()
        bench.plane.submit(
            Sample.assignment(
                step: Sample.shell(
                    "echo before; while [ ! -e ../../../go ]; do sleep 0.01; done; echo '{\"loss\": 1}'; echo after; echo x > $MARTLET_OUTPUTS/x; touch ../../../done"
                )))
        try await bench.working {
            #expect(await eventually { bench.plane.log(of: 1) == "before\n" })
            bench.plane.set { $0.isAway = true }
            try bench.folder.write("go", "")
            #expect(await eventually { (try? bench.folder.read("done")) ?? nil != nil })
            bench.plane.set { $0.isAway = false }
            _ = await bench.report(of: 1)
        }
        #expect(bench.plane.report(of: 1)?.outcome == .succeeded)
        #expect(bench.plane.log(of: 1) == "before\n{\"loss\": 1}\nafter\n")
        #expect(bench.plane.state.withLock { $0.metrics[Sample.id(1)]?.count } == 1)
    }

    @Test("answers that are lost on their way are asked for again, and nothing is stored twice")
    func lostAnswers() async throws {
        let bench = try Bench()
        bench.plane.submit(
            Sample.assignment(
                step: Sample.shell(
                    "echo on; while [ ! -e ../../../go ]; do sleep 0.01; done; seq 20000; echo x > $MARTLET_OUTPUTS/x"))
        )
        try await bench.working {
            #expect(await eventually { bench.plane.log(of: 1) == "on\n" })
            bench.plane.set { $0.lostAnswers = 10 }
            try bench.folder.write("go", "")
            _ = await bench.report(of: 1)
        }
        #expect(bench.plane.log(of: 1) == "on\n" + (1...20_000).map { "\($0)\n" }.joined())
        #expect(bench.plane.state.withLock { $0.reports.count } == 1)
    }

    @Test("metrics whose answers are lost are sent again and counted once, however alike they are")
    func lostMetricAnswers() async throws {
        let bench = try Bench()
        bench.plane.submit(
            Sample.assignment(
                step: Sample.shell(
                    "echo on; while [ ! -e ../../../go ]; do sleep 0.01; done; "
                        + "for i in $(seq 2500); do echo '{\"loss\": 1}'; done")))
        try await bench.working {
            #expect(await eventually { bench.plane.log(of: 1) == "on\n" })
            bench.plane.set { $0.lostAnswers = 6 }
            try bench.folder.write("go", "")
            _ = await bench.report(of: 1)
        }
        #expect(bench.plane.state.withLock { $0.metrics[Sample.id(1)]?.count } == 2500)
    }

    @Test("a million metric lines all arrive, in order, and so does the log")
    func millionLines() async throws {
        let bench = try Bench()
        let script =
            "import sys\nfor i in range(1000000): sys.stdout.write('{\"step\": %d, \"loss\": %d}\\n' % (i, i % 7))"
        let step = StepSpec(
            command: .arguments(["python3", "-c", script]), environmentVariables: ["PYTHONUNBUFFERED": ""])
        bench.plane.submit(Sample.assignment(step: step))
        try await bench.working { _ = await bench.report(of: 1, within: .minutes(4)) }
        #expect(bench.plane.report(of: 1)?.outcome == .succeeded)
        let points = bench.plane.state.withLock { $0.metrics[Sample.id(1)] ?? [] }
        #expect(points.count == 1_000_000)
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.step + 1 == $1.step })
        let size = bench.plane.state.withLock { $0.logs[Sample.id(1)]?.count ?? 0 }
        #expect(size == (0..<1_000_000).reduce(0) { $0 + 22 + String($1).count })
    }

    @Test("a flood while the control plane is away keeps its beginning and its end, and says how much is missing")
    func flood() async throws {
        let folder = try TemporaryFolder()
        var limits = SegmentQueue.Limits()
        limits.segment = 1000
        limits.memory = 3000
        limits.total = 10_000
        let spool = Spool(folder: folder.path + "/spool", limits: limits, time: SystemTime())
        var queue: [UInt8] = []
        for number in 0..<5000 { queue += Array("line \(number)\n".utf8) }
        let bench = try Bench()
        bench.plane.set { $0.isAway = true }
        let key = AttemptKey(attempt: Sample.id(1), fence: 1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await LogShipper(key, spool: spool, bench: bench.workbench).run() }
            group.addTask { await MetricShipper(key, spool: spool, bench: bench.workbench).run() }
            for start in stride(from: 0, to: queue.count, by: 500) {
                // Full and without progress, so what exceeds the bound goes at once.
                await spool.append(Array(queue[start..<min(queue.count, start + 500)]), patience: .zero)
            }
            spool.finish()
            bench.plane.set { $0.isAway = false }
            await group.waitForAll()
        }
        let log = bench.plane.log(of: 1)
        #expect(log.hasPrefix("line 0\nline 1\n") && log.hasSuffix("line 4998\nline 4999\n"))
        #expect(log.contains("of the log were dropped here, since the control plane was away for too long]\n"))
        #expect(log.count < 11_000)
        #expect(try Disk.names(in: folder.path + "/spool") == [])
    }

    @Test("a full disk makes the attempt unavailable in words, and the worker recovers", .enabled(if: geteuid() == 0))
    func diskFull() async throws {
        let small = try TemporaryFolder()
        try #require(mount("tmpfs", small.path, "tmpfs", 0, "size=12m") == 0)
        defer { umount(small.path) }
        let bench = try Bench(slots: 1, state: small.path + "/state")
        let big = String(repeating: "x", count: 16 << 20)
        let old = String(repeating: "y", count: 2 << 20)
        let fits = String(repeating: "z", count: 2 << 20)
        bench.plane.add(big, old, fits)
        func input(_ text: String) throws -> [AssignedInput] {
            [AssignedInput(name: "raw", tree: try Sample.tree(["a": text]))]
        }
        bench.plane.submit(
            Sample.assignment(1, step: Sample.shell("true"), inputs: try input(old)),
            Sample.assignment(2, step: Sample.shell("true"), inputs: try input(big)),
            Sample.assignment(3, step: Sample.shell("head -c 20000000 /dev/zero > $MARTLET_OUTPUTS/x")),
            Sample.assignment(4, step: Sample.shell("wc -c < $MARTLET_INPUTS/raw/a"), inputs: try input(fits)))
        try await bench.working { _ = await bench.report(of: 4) }
        #expect(bench.plane.report(of: 1)?.outcome == .succeeded)
        #expect(bench.plane.report(of: 2)?.outcome == .unavailable)
        #expect(bench.plane.report(of: 2)?.reason?.hasPrefix("The worker's disk is full") == true)
        #expect(bench.plane.report(of: 3)?.outcome == .unavailable)
        #expect(bench.plane.report(of: 3)?.reason?.contains("the worker's disk is full") == true)
        #expect(bench.plane.report(of: 4)?.outcome == .succeeded && bench.plane.log(of: 4) == "\(2 << 20)\n")
    }

    @Test("ten megabytes in one line and binary output are a log like any other")
    func bigLine() async throws {
        let bench = try Bench()
        let report = try await bench.run(
            Sample.assignment(step: Sample.shell("head -c 10000000 /dev/urandom | tee ../copy; cksum < ../copy")))
        #expect(report?.outcome == .succeeded)
        #expect(bench.plane.state.withLock { $0.logs[Sample.id(1)]?.count ?? 0 } > 10_000_000)
    }
}
