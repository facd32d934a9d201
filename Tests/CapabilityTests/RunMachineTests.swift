import Contract
import Fleet
import Kernel
import Runs
import Testing

@Suite("RunMachine")
struct RunMachineTests {
    private func running(
        kind: RunKind = .batch, retry: RetryPolicy? = nil, attempt: Int = 1, failures: Int = 0
    ) -> RunMachine {
        RunMachine(kind: kind, retry: retry, seed: 7, status: .running, attempt: attempt, failures: failures)
    }

    @Test("a run goes from queued to succeeded and commits once, under its fence")
    func happyPath() {
        var machine = RunMachine(kind: .batch, retry: nil, seed: 1)
        #expect(machine.handle(.placed).isEmpty)
        #expect(machine.handle(.claimed) == [.openAttempt(number: 1)])
        #expect(machine.handle(.started(fence: 1)).isEmpty)
        #expect(machine.status == .running)
        #expect(
            machine.handle(.succeeded(fence: 1)) == [
                .commitOutputs(number: 1), .closeAttempt(number: 1, .succeeded), .finished(.succeeded),
            ])
        #expect(machine.handle(.succeeded(fence: 1)) == [.refused(fence: 1)])
    }

    @Test("a lost attempt is tried again, and what the old one says later is refused")
    func lostThenLate() {
        var machine = self.running()
        let effects = machine.handle(.failed(fence: 1, .lost))
        #expect(effects.first == .closeAttempt(number: 1, .lost))
        guard case .retry = effects.last else { return #expect(Bool(false), "no retry in \(effects)") }
        _ = machine.handle(.placed)
        _ = machine.handle(.claimed)
        #expect(machine.attempt == 2)
        #expect(machine.handle(.succeeded(fence: 1)) == [.refused(fence: 1)])
        #expect(machine.handle(.failed(fence: 1, .exit(code: 1))) == [.refused(fence: 1)])
        #expect(machine.status == .starting)
    }

    @Test("an exit code is final unless the step asks for another attempt")
    func exitCodes() {
        var plain = self.running()
        #expect(plain.handle(.failed(fence: 1, .exit(code: 75))).last == .finished(.failed))
        var asked = self.running(retry: RetryPolicy(exitCodes: [75]))
        guard case .retry? = asked.handle(.failed(fence: 1, .exit(code: 75))).last else {
            return #expect(Bool(false), "75 was not retried")
        }
    }

    @Test("the retries end at the limit")
    func limit() {
        var machine = self.running(retry: RetryPolicy(limit: 2), attempt: 3, failures: 2)
        #expect(machine.handle(.failed(fence: 3, .lost)).last == .finished(.failed))
    }

    @Test("a broken promise and a timeout are final", arguments: [RunMachine.Cause.invalid, .timedOut])
    func finalCauses(_ cause: RunMachine.Cause) {
        var machine = self.running()
        #expect(machine.handle(.failed(fence: 1, cause)).last == .finished(.failed))
    }

    @Test("a replica is never retried here")
    func replica() {
        var machine = self.running(kind: .replica)
        #expect(machine.handle(.failed(fence: 1, .lost)).last == .finished(.failed))
    }

    @Test("a queued run is cancelled at once, a running one when its worker says so or is lost")
    func cancel() {
        var queued = RunMachine(kind: .batch, retry: nil, seed: 1)
        #expect(queued.handle(.cancel) == [.finished(.cancelled)])
        var stopped = self.running()
        #expect(stopped.handle(.cancel) == [.orderStop(number: 1)])
        #expect(stopped.handle(.cancel).isEmpty)
        #expect(stopped.handle(.stopped(fence: 1)).last == .finished(.cancelled))
        var lost = self.running()
        _ = lost.handle(.cancel)
        #expect(lost.handle(.failed(fence: 1, .lost)).last == .finished(.cancelled))
    }

    @Test("a commit that was on its way when the run was cancelled counts")
    func commitBeatsCancel() {
        var machine = self.running()
        _ = machine.handle(.cancel)
        #expect(machine.handle(.succeeded(fence: 1)).last == .finished(.succeeded))
    }

    @Test("the back-off doubles with jitter, is the same for the same seed, and is bounded")
    func backoff() {
        func delay(failures: Int, seed: UInt64) -> Int64 {
            var machine = RunMachine(
                kind: .batch, retry: RetryPolicy(limit: 90, backoff: .seconds(1)), seed: seed, status: .running,
                attempt: failures + 1, failures: failures)
            guard case .retry(let after)? = machine.handle(.failed(fence: failures + 1, .lost)).last else { return -1 }
            return after.milliseconds
        }
        #expect((500..<1500).contains(delay(failures: 0, seed: 3)))
        #expect((2000..<6000).contains(delay(failures: 2, seed: 3)))
        #expect(delay(failures: 2, seed: 3) == delay(failures: 2, seed: 3))
        #expect(Set((0..<20).map { delay(failures: 2, seed: $0) }).count > 10)
        #expect(delay(failures: 80, seed: 3) < RunMachine.maximumBackoff.milliseconds * 3 / 2)
    }
}

@Suite("LeaseMachine")
struct LeaseMachineTests {
    private let price = Money.dollars(36)

    private func machine() -> LeaseMachine {
        LeaseMachine(term: .seconds(6), pricePerHour: self.price, heard: .seconds(100))
    }

    @Test("a lease that passes its term is lost once and charged to the end of its term")
    func lost() {
        var machine = self.machine()
        #expect(machine.handle(.heartbeat(at: .seconds(102))) == [.post(Money(nanodollars: 20_000_000))])
        #expect(machine.handle(.tick(at: .milliseconds(107_999))).isEmpty)
        #expect(machine.handle(.tick(at: .seconds(200))) == [.post(Money(nanodollars: 60_000_000)), .lost])
        #expect(machine.handle(.tick(at: .seconds(300))).isEmpty)
        #expect(machine.handle(.heartbeat(at: .seconds(300))).isEmpty)
        #expect(machine.billed == .seconds(8))
        #expect(machine.posted == Money(nanodollars: 80_000_000))
    }

    @Test("postings add up to the price of the billed time however they were cut", arguments: 0..<50 as Range<UInt64>)
    func exact(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let price = Money(nanodollars: Int64.random(in: 1...10_000_000_000, using: &random))
        var machine = LeaseMachine(term: .seconds(30), pricePerHour: price, heard: .zero)
        var now: Int64 = 0
        var posted = Money.zero
        for _ in 0..<100 {
            now += Int64.random(in: 0..<20_000, using: &random)
            for case .post(let amount) in machine.handle(.heartbeat(at: .milliseconds(now))) { posted += amount }
        }
        #expect(posted == price.perHour(forMilliseconds: now))
    }

    @Test("time never runs back")
    func backwards() {
        var machine = self.machine()
        _ = machine.handle(.heartbeat(at: .seconds(110)))
        #expect(machine.handle(.heartbeat(at: .seconds(90))).isEmpty)
        #expect(machine.billed == .seconds(10))
    }

    @Test("a term that begins anew saves the lease")
    func restart() {
        var machine = self.machine()
        _ = machine.handle(.termRestarted(at: .seconds(150)))
        #expect(machine.handle(.tick(at: .seconds(155))).isEmpty)
    }
}

@Suite("RunKey")
struct RunKeyTests {
    private let tree = ContentDigest(String(repeating: "a", count: 64))

    private func key(
        _ change: (inout StepSpec, inout [String: JSONValue], inout ContentDigest?, inout [String: ContentDigest]) ->
            Void = { _, _, _, _ in }
    )
        throws -> ContentDigest
    {
        var step = StepSpec(command: .shell("python train.py"), image: "base@1", environmentVariables: ["A": "1"])
        var parameters: [String: JSONValue] = ["c": 1]
        var source = self.tree
        var inputs = ["split": try #require(self.tree)]
        change(&step, &parameters, &source, &inputs)
        return try RunKey.digest(step: step, parameters: parameters, source: source, inputs: inputs)
    }

    @Test("everything that changes the outputs changes the key; what changes only the cost does not")
    func sensitive() throws {
        let other = try #require(ContentDigest(String(repeating: "b", count: 64)))
        let base = try self.key()
        #expect(try self.key { step, _, _, _ in step.command = .shell("python other.py") } != base)
        #expect(try self.key { step, _, _, _ in step.image = "base@2" } != base)
        #expect(try self.key { step, _, _, _ in step.environmentVariables = ["A": "2"] } != base)
        #expect(try self.key { _, parameters, _, _ in parameters["c"] = 2 } != base)
        #expect(try self.key { _, _, source, _ in source = other } != base)
        #expect(try self.key { _, _, _, inputs in inputs["split"] = other } != base)
        #expect(try self.key { step, _, _, _ in step.resources = Resources(cpus: 8) } == base)
        #expect(try self.key { step, _, _, _ in step.timeout = .minutes(3) } == base)
    }
}
