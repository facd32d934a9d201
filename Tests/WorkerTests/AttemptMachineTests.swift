import Contract
import Kernel
import Testing

@testable import Worker

@Suite struct AttemptMachineTests {
    private typealias Machine = AttemptMachine
    private let timeout = TimeSpan.seconds(60)

    private func machine(kind: RunKind = .batch) -> AttemptMachine {
        AttemptMachine(
            Sample.assignment(
                7, fence: 3, kind: kind, step: Sample.shell("true", timeout: self.timeout, grace: .seconds(4))))
    }

    private func running(kind: RunKind = .batch) -> AttemptMachine {
        var machine = self.machine(kind: kind)
        _ = machine.start()
        _ = machine.handle(.prepared)
        _ = machine.handle(.started)
        return machine
    }

    private func outcome(_ effects: [AttemptMachine.Effect]) -> AttemptReport.Outcome? {
        for case .report(let report) in effects { return report.outcome }
        return nil
    }

    @Test("an attempt is prepared, run, collected, reported and finished")
    func wholeLife() throws {
        var machine = self.machine()
        let tree = try Sample.tree(["model": "weights"])
        #expect(machine.start() == [.prepare])
        #expect(machine.handle(.prepared) == [.startCommand])
        #expect(machine.handle(.started) == [.startTimeout(self.timeout)])
        #expect(machine.handle(.exited(code: 0, diskFull: false)) == [.collect])
        let report = AttemptReport(attempt: Sample.id(7), fence: 3, outcome: .succeeded, exitCode: 0, outputs: tree)
        #expect(machine.handle(.collected(tree)) == [.report(report)])
        #expect(!machine.isOver)
        #expect(machine.handle(.delivered) == [.finish])
        #expect(machine.isOver)
    }

    @Test("a command that fails is reported with its exit code and uploads nothing")
    func failure() {
        var machine = self.running()
        let effects = machine.handle(.exited(code: 3, diskFull: false))
        guard case .report(let report) = effects.first else { return #expect(Bool(false), "no report") }
        #expect(report.outcome == .failed && report.exitCode == 3 && report.outputs == nil)
        #expect(report.reason == "The command ended with exit code 3. Look at the log for the reason.")
    }

    @Test("a command that fails on a full disk is worth another worker")
    func fullDisk() {
        var machine = self.running()
        #expect(self.outcome(machine.handle(.exited(code: 1, diskFull: true))) == .unavailable)
    }

    @Test(
        "a stop terminates the command, kills it after the grace period, and is reported as cancelled whatever its exit code"
    )
    func stop() {
        var machine = self.running()
        #expect(machine.handle(.stop) == [.terminate(grace: .seconds(4))])
        #expect(machine.handle(.stop) == [])
        #expect(machine.handle(.graceOver) == [.kill])
        #expect(self.outcome(machine.handle(.exited(code: 0, diskFull: false))) == .cancelled)
        #expect(machine.handle(.graceOver) == [])
    }

    @Test("a timeout is reported as such, and a stop after it changes nothing")
    func timeoutFirst() {
        var machine = self.running()
        #expect(machine.handle(.timeout) == [.terminate(grace: .seconds(4))])
        #expect(machine.handle(.stop) == [])
        let effects = machine.handle(.exited(code: 143, diskFull: false))
        guard case .report(let report) = effects.first else { return #expect(Bool(false), "no report") }
        #expect(report.outcome == .timedOut && report.exitCode == 143)
        #expect(report.reason == "The command ran longer than its timeout of 1m and was stopped.")
    }

    @Test("a timeout that fires late changes nothing")
    func lateTimeout() throws {
        var machine = self.running()
        _ = machine.handle(.exited(code: 0, diskFull: false))
        #expect(machine.handle(.timeout) == [])
        #expect(self.outcome(machine.handle(.collected(.empty))) == .succeeded)
        #expect(machine.handle(.timeout) == [])
    }

    @Test("a stop while preparing or collecting gives up the transfer and reports at once")
    func stopInTransfers() {
        var preparing = self.machine()
        _ = preparing.start()
        var effects = preparing.handle(.stop)
        #expect(effects.first == .abortTransfers && self.outcome(effects) == .cancelled)
        #expect(preparing.handle(.prepared) == [])
        var collecting = self.running()
        _ = collecting.handle(.exited(code: 0, diskFull: false))
        effects = collecting.handle(.stop)
        #expect(effects.first == .abortTransfers && self.outcome(effects) == .cancelled)
        #expect(collecting.handle(.collected(.empty)) == [])
    }

    @Test("a stop that overtakes the start of the command stops it all the same")
    func stopBeforeStarted() {
        var machine = self.machine()
        _ = machine.start()
        _ = machine.handle(.prepared)
        #expect(machine.handle(.stop) == [.terminate(grace: .seconds(4))])
        #expect(machine.handle(.started) == [])
        #expect(self.outcome(machine.handle(.exited(code: 143, diskFull: false))) == .cancelled)
    }

    @Test("a lost lease ends every stage without a report")
    func abandon() {
        var preparing = self.machine()
        _ = preparing.start()
        #expect(preparing.handle(.abandon) == [.abortTransfers, .finish] && preparing.isOver)

        var running = self.running()
        #expect(running.handle(.abandon) == [.kill])
        #expect(!running.isOver)
        #expect(running.handle(.exited(code: 137, diskFull: false)) == [.finish] && running.isOver)

        var stopping = self.running()
        _ = stopping.handle(.stop)
        #expect(stopping.handle(.abandon) == [.kill])
        #expect(stopping.handle(.exited(code: 137, diskFull: false)) == [.finish])

        var reporting = self.running()
        _ = reporting.handle(.exited(code: 1, diskFull: false))
        #expect(reporting.handle(.abandon) == [.abortTransfers, .finish] && reporting.isOver)
        #expect(reporting.handle(.delivered) == [])
    }

    @Test("a worker that drains gives its attempts back as unavailable")
    func drain() {
        var machine = self.running()
        #expect(machine.handle(.drain) == [.terminate(grace: .seconds(4))])
        #expect(self.outcome(machine.handle(.exited(code: 143, diskFull: false))) == .unavailable)
        var preparing = self.machine()
        _ = preparing.start()
        #expect(self.outcome(preparing.handle(.drain)) == .unavailable)
    }

    @Test("a replica has no timeout, and one that ends by itself has failed even with exit code 0")
    func replica() {
        var machine = self.machine(kind: .replica)
        _ = machine.start()
        _ = machine.handle(.prepared)
        #expect(machine.handle(.started) == [])
        #expect(self.outcome(machine.handle(.exited(code: 0, diskFull: false))) == .failed)
    }

    @Test("what preparing and collecting say is what is reported")
    func endings() {
        var machine = self.machine()
        _ = machine.start()
        let ending = AttemptMachine.Ending(.unavailable, "The worker's disk is full.")
        guard case .report(let report) = machine.handle(.preparationFailed(ending)).first else {
            return #expect(Bool(false), "no report")
        }
        #expect(
            report.outcome == .unavailable && report.reason == "The worker's disk is full." && report.exitCode == nil)
    }

    @Test("no order of events makes two reports, an effect after the end, or a report after a lost lease")
    func randomEvents() {
        for seed in UInt64(0)..<2000 {
            var random = SeededRandom(seed: seed)
            var machine = self.machine(kind: Bool.random(using: &random) ? .batch : .replica)
            let events: [AttemptMachine.Event] = [
                .prepared, .started, .exited(code: 0, diskFull: false), .exited(code: 1, diskFull: true), .stop,
                .timeout,
                .graceOver, .drain, .abandon, .delivered, .collected(.empty), .preparationFailed(.init(.failed, "x")),
                .collectionFailed(.init(.failed, "x")), .processFailed(.init(.unavailable, "x")),
            ]
            var effects = machine.start()
            var isLost = false
            for _ in 0..<20 {
                let wasOver = machine.isOver
                guard let event = events.randomElement(using: &random) else { continue }
                let new = machine.handle(event)
                if wasOver { #expect(new.isEmpty, "seed \(seed): \(new) after the end") }
                if isLost { #expect(self.outcome(new) == nil, "seed \(seed): a report after a lost lease") }
                isLost = isLost || event == .abandon
                effects += new
            }
            let reports = effects.count { if case .report = $0 { true } else { false } }
            #expect(reports <= 1, "seed \(seed): \(reports) reports")
            #expect(effects.count { $0 == .finish } == (machine.isOver ? 1 : 0), "seed \(seed)")
        }
    }
}
