import Kernel
import Testing

@testable import Gateway

@Suite("the course of one request")
struct ExchangeMachineTests {
    private let deadlines = TryDeadlines(connect: .seconds(1), firstByte: .seconds(2), lastTry: .seconds(30))
    private typealias Machine = ExchangeMachine<String, String>
    private let ok = Machine.Event.head("ok", status: 200, keepsAlive: true)
    private let busy = Machine.Event.head("busy", status: 503, keepsAlive: true)
    private let chunk = Machine.Event.chunk("{}", bytes: 2)

    private func choice(_ run: String, alternative: Bool = true) -> Choice {
        Choice(
            endpoint: "digits", revision: "v1", environment: "site", run: run,
            address: ReplicaAddress(host: "127.0.0.1", port: 1), hasAlternative: alternative, replica: run.utf8.count)
    }

    /// A machine whose request of one chunk was sent to replica `a`.
    private func sent(to choice: Choice, reused: Bool = false) -> Machine {
        var machine = Machine(deadlines: self.deadlines)
        _ = machine.start()
        _ = machine.handle(.chosen(choice))
        _ = machine.handle(self.chunk)
        _ = machine.handle(.connected(reused: reused))
        _ = machine.handle(.requestEnded)
        return machine
    }

    @Test("a request goes up as it comes and its answer down as it comes")
    func plain() {
        var machine = Machine(deadlines: self.deadlines)
        let a = self.choice("a")
        #expect(machine.start() == [.choose])
        #expect(machine.handle(.chosen(a)) == [.connect(a, fresh: false)])
        #expect(machine.handle(self.chunk) == [])
        #expect(machine.handle(.connected(reused: false)) == [.send(head: true, chunks: ["{}"], end: false)])
        #expect(machine.handle(self.chunk) == [.send(head: false, chunks: ["{}"], end: false)])
        #expect(machine.handle(.requestEnded) == [.send(head: false, chunks: [], end: true), .arm(.seconds(2))])
        #expect(machine.handle(self.ok) == [.disarm, .forwardHead("ok", a)])
        #expect(machine.handle(.data("x")) == [.forwardData("x")])
        let end = machine.handle(.answerEnded)
        #expect(end.first == .forwardEnd)
        #expect(end.contains(.release(reusable: true)))
        #expect(end.last == .count(a, failed: false, retried: false))
        #expect(machine.isDone)
    }

    @Test("502, 503 and 504 are tried on another replica with the whole body", arguments: [502, 503, 504])
    func retried(status: Int) {
        let (a, b) = (self.choice("a"), self.choice("bb", alternative: false))
        var machine = self.sent(to: a)
        let effects = machine.handle(.head("bad", status: status, keepsAlive: true))
        #expect(effects.contains(.settle(a, .failed, reason: "it answered \(status)")))
        #expect(effects.last == .chooseAgain(after: [a]))
        #expect(machine.handle(.chosen(b)) == [.connect(b, fresh: false)])
        #expect(
            machine.handle(.connected(reused: false)) == [
                .send(head: true, chunks: ["{}"], end: true), .arm(.seconds(30)),
            ])
        #expect(machine.handle(self.ok) == [.disarm, .forwardHead("ok", b)])
        #expect(machine.handle(.answerEnded).last == .count(b, failed: false, retried: true))
    }

    @Test("a 503 of the only replica is passed on as it is")
    func passedOn() {
        let a = self.choice("a", alternative: false)
        var machine = self.sent(to: a)
        #expect(machine.handle(self.busy) == [.disarm, .forwardHead("busy", a)])
        #expect(machine.handle(.answerEnded).last == .count(a, failed: true, retried: false))
    }

    @Test("a second failure is the end, and is told as what it was")
    func twice() {
        let (a, b) = (self.choice("a"), self.choice("bb"))
        var machine = self.sent(to: a)
        #expect(machine.handle(.deadline).last == .chooseAgain(after: [a]))
        _ = machine.handle(.chosen(b))
        _ = machine.handle(.connected(reused: false))
        let effects = machine.handle(.deadline)
        #expect(effects.contains(.refuse(.deadline(endpoint: "digits", revision: "v1", after: .seconds(30)))))
        #expect(effects.last == .count(b, failed: true, retried: true))
    }

    @Test("when no other replica is there to try the first failure is told")
    func noOther() {
        let a = self.choice("a")
        var machine = self.sent(to: a)
        _ = machine.handle(.lost(reason: "gone"))
        let effects = machine.handle(.notChosen(nil))
        #expect(effects.first == .refuse(.unavailable(endpoint: "digits", revision: "v1", reason: "gone")))
        #expect(effects.last == .count(a, failed: true, retried: false))
    }

    @Test("a pooled connection that was hung up is replaced without blame, once")
    func stale() {
        let a = self.choice("a")
        var machine = self.sent(to: a, reused: true)
        #expect(
            machine.handle(.lost(reason: "closed")) == [.disarm, .release(reusable: false), .connect(a, fresh: true)])
        #expect(
            machine.handle(.connected(reused: false)) == [
                .send(head: true, chunks: ["{}"], end: true), .arm(.seconds(2)),
            ])
        #expect(machine.handle(.lost(reason: "closed")).last == .chooseAgain(after: [a]))
    }

    @Test("a body above the limit is streamed once and not tried again")
    func large() {
        let a = self.choice("a")
        var machine = Machine(deadlines: self.deadlines)
        _ = machine.start()
        _ = machine.handle(.chosen(a))
        _ = machine.handle(.connected(reused: false))
        for _ in 0..<5 {
            #expect(
                machine.handle(.chunk("mebi", bytes: 1 << 20)) == [.send(head: false, chunks: ["mebi"], end: false)])
        }
        #expect(machine.handle(.requestEnded).last == .arm(.seconds(30)))
        let effects = machine.handle(.lost(reason: "gone"))
        #expect(effects.contains(.refuse(.unavailable(endpoint: "digits", revision: "v1", reason: "gone"))))
    }

    @Test("while no replica is connected no more is read than can be kept")
    func bounded() {
        var machine = Machine(deadlines: self.deadlines)
        _ = machine.start()
        _ = machine.handle(.chosen(self.choice("a")))
        #expect(machine.wantsBody(upstreamTakes: false))
        _ = machine.handle(.chunk("all", bytes: Int(GatewayLimits.replayedBody.bytes)))
        #expect(!machine.wantsBody(upstreamTakes: true))
        _ = machine.handle(.connected(reused: false))
        #expect(machine.wantsBody(upstreamTakes: true))
        #expect(!machine.wantsBody(upstreamTakes: false))
    }

    @Test("a replica that stops taking the body is timed")
    func stalled() {
        let a = self.choice("a")
        var machine = Machine(deadlines: self.deadlines)
        _ = machine.start()
        _ = machine.handle(.chosen(a))
        _ = machine.handle(.connected(reused: false))
        #expect(machine.handle(.writable(false)) == [.arm(.seconds(2))])
        #expect(machine.handle(.writable(true)) == [.disarm])
        _ = machine.handle(.writable(false))
        #expect(machine.handle(.deadline).last == .chooseAgain(after: [a]))
    }

    @Test("an answer that breaks off is cut, never repeated")
    func broken() {
        let a = self.choice("a")
        var machine = self.sent(to: a)
        _ = machine.handle(self.ok)
        let effects = machine.handle(.lost(reason: "gone"))
        #expect(effects.contains(.cut))
        #expect(effects.last == .count(a, failed: true, retried: false))
    }

    @Test("a client that leaves blames nobody")
    func left() {
        let a = self.choice("a")
        var machine = self.sent(to: a)
        let effects = machine.handle(.clientLeft)
        #expect(effects == [.disarm, .release(reusable: false), .settle(a, .abandoned, reason: "the client left")])
        #expect(machine.handle(self.ok) == [])
    }

    @Test("an answer before the end of the request does not return its connection to the pool")
    func early() {
        let a = self.choice("a")
        var machine = Machine(deadlines: self.deadlines)
        _ = machine.start()
        _ = machine.handle(.chosen(a))
        _ = machine.handle(.connected(reused: false))
        _ = machine.handle(self.ok)
        #expect(machine.handle(.answerEnded).contains(.release(reusable: false)))
    }
}
