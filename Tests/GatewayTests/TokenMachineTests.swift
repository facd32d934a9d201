import Contract
import Digest
import Kernel
import Testing

@testable import Gateway

@Suite("what a gateway knows of tokens")
struct TokenMachineTests {
    private let start = Timestamp(milliseconds: 1_767_225_600_000)
    private let token = TokenHash(of: "mrt_a")

    private func machine(
        _ role: Role = .viewer, expires: Timestamp? = nil, capacity: Int = GatewayLimits.tokens
    ) -> TokenMachine {
        var machine = TokenMachine(capacity: capacity)
        _ = machine.answered(self.token, .accepted(role, expires: expires), at: self.start)
        return machine
    }

    @Test("an unknown token is asked for, a known one passes, is asked for beside the request, and then before it")
    func ages() {
        #expect(TokenMachine().judge(self.token, at: self.start) == .ask)
        let machine = self.machine()
        #expect(machine.judge(self.token, at: self.start) == .pass)
        #expect(machine.judge(self.token, at: self.start + .milliseconds(59_999)) == .pass)
        #expect(machine.judge(self.token, at: self.start + .minutes(1)) == .passAndAsk)
        #expect(machine.judge(self.token, at: self.start + .milliseconds(299_999)) == .passAndAsk)
        #expect(machine.judge(self.token, at: self.start + .minutes(5)) == .ask)
    }

    @Test("a clock that was set back makes nothing young again")
    func setBack() {
        #expect(self.machine().judge(self.token, at: self.start - .hours(1)) == .ask)
    }

    @Test("while the control plane is silent a known token passes to its end, and is asked for now and then")
    func silence() {
        let end = self.start + .hours(48)
        var machine = self.machine(expires: end)
        let later = self.start + .hours(24)
        #expect(machine.judge(self.token, at: later) == .ask)
        #expect(machine.answered(self.token, .none, at: later) == nil)
        #expect(machine.judge(self.token, at: later + .seconds(4)) == .pass)
        #expect(machine.judge(self.token, at: later + .seconds(5)) == .passAndAsk)
        #expect(machine.judge(self.token, at: end) == .refuse(.expiredToken(at: end)))
        let stranger = TokenHash(of: "mrt_b")
        #expect(machine.judge(stranger, at: later) == .ask)
        #expect(machine.answered(stranger, .none, at: later) == .tokenUnknown)
        _ = machine.answered(self.token, .accepted(.viewer, expires: end), at: later)
        #expect(machine.judge(self.token, at: later + .minutes(5)) == .ask)
    }

    @Test("a revoked token is forgotten, and its refusal is good for some seconds")
    func revoked() {
        var machine = self.machine()
        let changes = machine.changes
        let later = self.start + .minutes(2)
        #expect(machine.answered(self.token, .refused("It was revoked."), at: later) == .wrongToken("It was revoked."))
        #expect(machine.known.isEmpty)
        #expect(machine.changes == changes + 1)
        #expect(machine.judge(self.token, at: later + .seconds(9)) == .refuse(.wrongToken("It was revoked.")))
        #expect(machine.judge(self.token, at: later + .seconds(10)) == .ask)
    }

    @Test("only people's tokens may predict", arguments: Role.allCases)
    func roles(role: Role) {
        let machine = self.machine(role)
        let mayNot = role == .worker || role == .gateway
        #expect(machine.judge(self.token, at: self.start) == (mayNot ? .refuse(.roleMayNot(role)) : .pass))
    }

    @Test("it remembers as many as it may, and forgets the one that was asked for longest ago")
    func bounded() {
        var machine = self.machine(capacity: 3)
        for number in 1...5 {
            let moment = self.start + .seconds(Int64(number))
            _ = machine.answered(TokenHash(of: "mrt_\(number)"), .accepted(.viewer, expires: nil), at: moment)
        }
        #expect(Set(machine.known.keys) == Set(["mrt_3", "mrt_4", "mrt_5"].map { TokenHash(of: $0) }))
    }

    @Test("a hash is the SHA-256 that everybody else computes")
    func hash() {
        #expect(TokenHash(of: "mrt_a").digest == Digest.sha256("mrt_a"))
        #expect(TokenHash(Digest.sha256("mrt_a")) == TokenHash(of: "mrt_a"))
    }

    @Test("a bearer's token is found as RFC 6750 writes it")
    func bearer() {
        #expect(HeaderRules.bearer(in: "Bearer mrt_a") == "mrt_a")
        #expect(HeaderRules.bearer(in: "bearer  mrt_a ") == "mrt_a")
        for other in ["mrt_a", "Basic mrt_a", "Bearer", "Bearer ", "Bearer mrt_a mrt_b", "Bearermrt_a", ""] {
            #expect(HeaderRules.bearer(in: other) == nil, "\(other)")
        }
    }
}
