import Contract
import Kernel
import Testing

@testable import Worker

@Suite struct SlotTableTests {
    private func assignment(_ number: UInt64, _ kind: RunKind = .batch) -> Assignment {
        Sample.assignment(number, fence: Int(number), kind: kind, step: Sample.shell("true"))
    }

    @Test("an attempt holds a slot of its kind until it is released")
    func slots() {
        var table = SlotTable(slots: 2, servingSlots: 1)
        #expect(table.admit(self.assignment(1)) == .admitted)
        #expect(table.free(.batch) == 1 && table.free(.replica) == 1)
        #expect(table.admit(self.assignment(2, .replica)) == .admitted)
        #expect(table.free(.batch) == 1 && table.free(.replica) == 0)
        table.release(Sample.id(1))
        #expect(table.free(.batch) == 2)
    }

    @Test("an answer that comes twice starts nothing twice")
    func known() {
        var table = SlotTable(slots: 2, servingSlots: 0)
        #expect(table.admit(self.assignment(1)) == .admitted)
        #expect(table.admit(self.assignment(1)) == .known)
        #expect(table.free(.batch) == 1)
    }

    @Test("a heartbeat says which commands run and which replicas are ready")
    func heartbeat() {
        var table = SlotTable(slots: 2, servingSlots: 1)
        _ = table.admit(self.assignment(1))
        _ = table.admit(self.assignment(2, .replica))
        table.markRunning(Sample.id(2))
        table.setReady(Sample.id(2), port: 8000)
        table.setReady(Sample.id(9), port: 8000)
        #expect(
            table.heartbeat.attempts == [
                AttemptHeartbeat(attempt: Sample.id(1), fence: 1, running: false),
                AttemptHeartbeat(attempt: Sample.id(2), fence: 2, running: true, readyPort: 8000),
            ])
    }

    @Test("a worker that drains asks for nothing and gives back what still comes")
    func drain() {
        var table = SlotTable(slots: 2, servingSlots: 1)
        table.drain()
        #expect(table.free(.batch) == 0 && table.free(.replica) == 0)
        #expect(table.admit(self.assignment(1)) == .draining)
        #expect(!table.isEmpty)
    }

    @Test("fewer slots than attempts is none free, not less")
    func resize() {
        var table = SlotTable(slots: 2, servingSlots: 1)
        _ = table.admit(self.assignment(1))
        _ = table.admit(self.assignment(2))
        table.resize(slots: 1, servingSlots: 1)
        #expect(table.free(.batch) == 0)
    }
}

@Suite struct BackoffTests {
    @Test("waits double up to the limit, half of each random, and start anew after a success")
    func waits() {
        var random = SeededRandom(seed: 1)
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(1))
        for nominal in [100, 200, 400, 800, 1000, 1000] as [Int64] {
            let wait = backoff.next(using: &random)
            #expect(wait >= .milliseconds(nominal / 2) && wait <= .milliseconds(nominal))
        }
        backoff.reset()
        #expect(backoff.next(using: &random) <= .milliseconds(100))
    }
}

@Suite struct ExitCodeTests {
    @Test("exit codes are explained")
    func sentences() {
        #expect(ExitCode.sentence(for: 1) == "The command ended with exit code 1. Look at the log for the reason.")
        #expect(ExitCode.sentence(for: 127).contains("not found"))
        #expect(
            ExitCode.sentence(for: 137)
                == "The command was killed by SIGKILL, perhaps because the machine had no memory left (exit code 137).")
        #expect(ExitCode.sentence(for: 255).contains("255"))
    }
}
