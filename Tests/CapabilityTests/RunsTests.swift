import Contract
import Costs
import Data
import Database
import Fleet
import Kernel
import Logging
import Testing

@testable import Runs

@Suite("Runs on a real database")
struct RunsTests {
    private func submission(
        _ name: String = "train", inputs: [InputSpec]? = nil, declassify: Declassification? = nil,
        retry: RetryPolicy? = nil
    ) -> RunSubmission {
        RunSubmission(
            project: "digits", name: name,
            step: StepSpec(command: .arguments(["true"]), retry: retry, declassify: declassify), inputs: inputs)
    }

    private func place(_ engine: EngineFixture) async throws {
        try await engine.runs.settlePlaced()
        _ = try await engine.runs.placeQueued()
    }

    @Test("a run is placed, claimed, run and committed; runs, leases and ledger agree to the nano-dollar")
    func wholeLife() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        let assignment = try await engine.work(
            worker, for: .milliseconds(12_345), outputs: ["model/weights.txt": "w"], environment: "helsinki")
        #expect(assignment.run == run.id)
        let after = try await engine.runs.get(run.id)
        #expect(after.status == .succeeded)
        #expect(after.outputs != nil)
        let leases = try await engine.runs.leases(of: run.id)
        #expect(leases.map(\.cost).total() == after.cost)
        #expect(try await engine.ledger.report(by: [.run], CostFilter(run: run.id)).total == after.cost)
        #expect(after.cost == Money.dollars(1).perHour(forMilliseconds: 12_345))
        #expect(
            try await engine.journalKinds(about: run.id.description) == [
                "run.submitted", "run.placed", "attempt.claimed", "run.started", "run.succeeded",
            ])
    }

    @Test("a silent worker's attempt is lost after its term, tried elsewhere, and its late commit is refused")
    func lostWorker() async throws {
        let engine = try await EngineFixture()
        let first = try await engine.addSite("cheap", zones: ["EU"], hardware: .dollars(100))
        let second = try await engine.addSite("dear", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        let lost = try #require(try await engine.claim(first))
        #expect(try await engine.beat(first, lost) == .continue)
        engine.time.advance(by: .milliseconds(5999))
        try await engine.runs.expireLeases()
        #expect(try await engine.runs.get(run.id).status == .running)
        engine.time.advance(by: .milliseconds(1))
        try await engine.runs.expireLeases()
        #expect(try await engine.runs.get(run.id).status == .queued)
        engine.time.advance(by: .seconds(2))
        _ = try await engine.runs.heartbeat(HeartbeatRequest(attempts: []), by: second)
        try await self.place(engine)
        let retried = try #require(try await engine.claim(second))
        #expect(retried.fence == 2)
        #expect(try await engine.beat(first, lost) == .abandon)
        let late = AttemptReport(attempt: lost.attempt, fence: lost.fence, outcome: .succeeded, outputs: .empty)
        let verdict = try await engine.runs.report(ReportBatch(reports: [late]), by: first).verdicts.first
        #expect(verdict?.accepted == false)
        let done = AttemptReport(attempt: retried.attempt, fence: retried.fence, outcome: .succeeded, outputs: .empty)
        for _ in 0..<2 {
            let again = try await engine.runs.report(ReportBatch(reports: [done]), by: second).verdicts.first
            #expect(again?.accepted == true)
        }
        let after = try await engine.runs.get(run.id)
        #expect(after.status == .succeeded)
        let attempts = try await engine.runs.attempts(of: run.id)
        #expect(attempts.map(\.status) == [.lost, .succeeded])
        #expect(attempts.map(\.cost).total() == after.cost)
        #expect(attempts[0].cost == Money.dollars(1).share(of: 1, in: 100).perHour(forMilliseconds: 6000))
        #expect(try await engine.journalKinds(about: run.id.description).filter { $0 == "run.succeeded" }.count == 1)
    }

    @Test("nobody loses a lease or a worker for a time in which the control plane could not hear")
    func stalled() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        let assignment = try #require(try await engine.claim(worker))
        #expect(try await engine.beat(worker, assignment) == .continue)
        let reconciler = RunReconciler(runs: engine.runs, workers: engine.workers, logger: Logger(label: "test"))
        engine.time.advance(by: .seconds(60))
        try await reconciler.watch(couldHear: false)
        #expect(try await engine.runs.get(run.id).status == .running)
        #expect(try await engine.environments.get("helsinki").workers.map(\.status) == [.live])
        engine.time.advance(by: .seconds(60))
        try await reconciler.watch(couldHear: true)
        #expect(try await engine.runs.get(run.id).status == .queued)
        let leases = try await engine.runs.leases(of: run.id)
        #expect(leases.map(\.billed) == [.seconds(66)])
    }

    @Test("an attempt that another worker holds cannot be reported")
    func foreignReport() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let stranger = try await engine.join("helsinki")
        _ = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        let assignment = try #require(try await engine.claim(worker))
        let report = AttemptReport(attempt: assignment.attempt, fence: 1, outcome: .succeeded, outputs: .empty)
        await #expect(throws: RunError.unknownAttempt(assignment.attempt.description)) {
            try await engine.runs.report(ReportBatch(reports: [report]), by: stranger)
        }
    }

    @Test("outputs that were never staged fail the attempt with a sentence, and nothing is committed")
    func unstaged() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        let assignment = try #require(try await engine.claim(worker))
        let ghost = try #require(ContentDigest(String(repeating: "c", count: 64)))
        let tree = try Tree([TreeEntry(path: "a", size: ByteCount(1), sha256: ghost)])
        let report = AttemptReport(attempt: assignment.attempt, fence: 1, outcome: .succeeded, outputs: tree)
        let verdict = try await engine.runs.report(ReportBatch(reports: [report]), by: worker).verdicts.first
        #expect(verdict?.accepted == false)
        #expect(try await engine.runs.get(run.id).status == .failed)
        #expect(try await engine.runs.get(run.id).outputs == nil)
    }

    @Test("data that must stay on-prem keeps its reader there; a release needs an operator and is journaled")
    func residency() async throws {
        let engine = try await EngineFixture()
        let home = try await engine.addSite("helsinki", zones: ["onprem", "EU"])
        let cloud = try await engine.addSite("virginia", zones: ["US"], hardware: .dollars(10))
        try await engine.addDataset("raw", "1,2,3", at: "helsinki-store", residency: .only(["onprem"]))
        let raw = [InputSpec(name: "raw", sources: ["": .dataset(name: "raw", version: nil)])]
        let release = Declassification(residency: .any, reason: "no subject ids")
        await #expect(throws: RunError.mayNotDeclassify(user: "dora", role: .developer)) {
            try await engine.runs.submit(
                self.submission("prepare", inputs: raw, declassify: release), by: EngineFixture.developer)
        }
        let prepare = try await engine.runs.submit(
            self.submission("prepare", inputs: raw, declassify: release), by: EngineFixture.operatorUser)
        engine.time.advance(by: .milliseconds(1))
        let kept = try await engine.runs.submit(self.submission("keep", inputs: raw), by: EngineFixture.developer)
        try await self.place(engine)
        #expect(try await engine.claim(cloud) == nil)
        let reason = try await engine.runs.get(kept.id).reason ?? ""
        #expect(reason.contains("virginia: residency"), "\(reason)")
        _ = try await engine.work(home, for: .seconds(1), outputs: ["split": "x"], environment: "helsinki")
        try await self.place(engine)
        _ = try await engine.work(home, for: .seconds(1), outputs: ["split": "x"], environment: "helsinki")
        #expect(try await engine.journalKinds(about: prepare.id.description).contains("residency.declassified"))
        for (source, isFree) in [(prepare, true), (kept, false)] {
            let input = [InputSpec(name: "split", sources: ["": .output(run: source.id, path: "split")])]
            let train = try await engine.runs.submit(self.submission(inputs: input), by: EngineFixture.developer)
            #expect(train.residency.isAny == isFree)
            #expect(train.outputResidency == train.residency)
        }
    }

    @Test("the cache gives a committed run while its outputs exist, and misses when an input's bytes change")
    func cache() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        try await engine.addDataset("raw", "one", at: "helsinki-store", residency: .any)
        let inputs = [InputSpec(name: "raw", sources: ["": .dataset(name: "raw", version: nil)])]
        let draft = RunDraft(submission: self.submission(inputs: inputs), user: EngineFixture.developer)
        #expect(try await engine.database.read { try engine.runs.committedRun(for: draft, in: $0) } == nil)
        let run = try await engine.database.write { try engine.runs.submit(draft, in: $0) }
        try await self.place(engine)
        _ = try await engine.work(worker, for: .seconds(1), outputs: ["m": "m"], environment: "helsinki")
        #expect(try await engine.database.read { try engine.runs.committedRun(for: draft, in: $0) }?.id == run.id)
        try await engine.addDataset("raw", "two", at: "helsinki-store", residency: .any)
        #expect(try await engine.database.read { try engine.runs.committedRun(for: draft, in: $0) } == nil)
    }

    @Test("what a run needs travels to its site before it can be claimed, once")
    func transfers() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: ["onprem"])
        let cloud = try await engine.addSite("virginia", zones: ["US"], hardware: .dollars(10))
        try await engine.addDataset("raw", "one", at: "helsinki-store", residency: .any)
        let inputs = [InputSpec(name: "raw", sources: ["": .dataset(name: "raw", version: nil)])]
        let run = try await engine.runs.submit(self.submission(inputs: inputs), by: EngineFixture.developer)
        try await self.place(engine)
        #expect(try await engine.runs.get(run.id).environment == "virginia")
        #expect(try await engine.claim(cloud) == nil)
        let entry = try await engine.put("one", at: "virginia-store")
        let page = try await engine.database.read { try engine.transfers.list(of: run.id, PageRequest(), in: $0) }
        #expect(page.items.map(\.blob) == [entry.sha256])
    }

    @Test("a cancelled run's worker is told to stop it, and the run ends cancelled")
    func cancel() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        let assignment = try #require(try await engine.claim(worker))
        _ = try await engine.runs.cancel(run.id, by: EngineFixture.developer)
        #expect(try await engine.beat(worker, assignment) == .stop)
        let report = AttemptReport(attempt: assignment.attempt, fence: 1, outcome: .cancelled)
        _ = try await engine.runs.report(ReportBatch(reports: [report]), by: worker)
        #expect(try await engine.runs.get(run.id).status == .cancelled)
    }

    @Test("log chunks are stored once, in order, and a gap is refused")
    func logs() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        let assignment = try #require(try await engine.claim(worker))
        let me = Principal(name: worker.description, role: .worker)
        func append(_ text: String, at start: Int64) async throws -> Int64 {
            try await engine.runs.appendLog(Array(text.utf8), at: start, fence: 1, to: assignment.attempt, by: me)
                .offset
        }
        #expect(try await append("hello ", at: 0) == 6)
        #expect(try await append("hello ", at: 0) == 6)
        #expect(try await append("lo world", at: 3) == 11)
        await #expect(throws: RunError.logOffset(expected: 11, found: 20)) { try await append("x", at: 20) }
        let sink = Sink()
        try await engine.runs.writeLog(of: run.id, attempt: nil, from: 0, to: sink)
        #expect(await sink.text == "hello world")
    }

    @Test("a step that can run nowhere is refused at once, with every reason")
    func nowhere() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: ["EU"])
        var submission = self.submission()
        submission.step.image = "python:3"
        let fault = await #expect(throws: RunError.self) {
            try await engine.runs.submit(submission, by: EngineFixture.developer)
        }
        #expect(fault?.kind == .exhausted)
        #expect(fault?.message.contains("container engine") == true)
        #expect(try await engine.runs.page(PageRequest(), filter: RunFilter()).items.isEmpty)
    }

    @Test("a clock that was set back does not keep a retry waiting")
    func clockSetBack() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        _ = try #require(try await engine.claim(worker))
        engine.time.advance(by: .seconds(6))
        try await engine.runs.expireLeases()
        engine.time.jump(by: TimeSpan(milliseconds: -86_400_000))
        _ = try await engine.runs.heartbeat(HeartbeatRequest(attempts: []), by: worker)
        try await self.place(engine)
        #expect(try await engine.runs.get(run.id).status == .placed)
    }

    @Test("the same idempotency key gives the same run")
    func idempotency() async throws {
        let engine = try await EngineFixture()
        var submission = self.submission()
        submission.idempotencyKey = "once"
        let first = try await engine.runs.submit(submission, by: EngineFixture.developer)
        #expect(try await engine.runs.submit(submission, by: EngineFixture.developer).id == first.id)
    }

    @Test("a run on a worker that left is placed again somewhere else")
    func stranded() async throws {
        let engine = try await EngineFixture()
        let cheap = try await engine.addSite("cheap", zones: ["EU"], hardware: .dollars(10))
        _ = try await engine.addSite("dear", zones: ["EU"])
        let run = try await engine.runs.submit(self.submission(), by: EngineFixture.developer)
        try await self.place(engine)
        #expect(try await engine.runs.get(run.id).environment == "cheap")
        _ = try await engine.workers.drain(cheap)
        try await self.place(engine)
        engine.time.advance(by: .seconds(2))
        try await self.place(engine)
        #expect(try await engine.runs.get(run.id).environment == "dear")
    }
}

/// Keeps what is written to it.
actor Sink: BodyWriter {
    private var bytes: [UInt8] = []
    var text: String { String(decoding: self.bytes, as: UTF8.self) }
    func write(_ bytes: [UInt8]) { self.bytes += bytes }
}
