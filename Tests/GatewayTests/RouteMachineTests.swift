import Contract
import Kernel
import Testing

@testable import Gateway

@Suite("which replica a request goes to")
struct RouteMachineTests {
    private static func table(_ revisions: [(String, Int, [String])], version: Int64 = 1) -> RoutingTable {
        let routes = revisions.map { name, traffic, replicas in
            RoutingTable.RevisionRoute(
                revision: name, traffic: traffic,
                replicas: replicas.enumerated().map { index, run in
                    .init(
                        run: run, environment: "site-\(run)", url: "http://10.0.0.\(index + 1):\(8000 + run.utf8.count)"
                    )
                })
        }
        return RoutingTable(version: version, endpoints: [.init(endpoint: "digits", revisions: routes)])
    }

    private static func machine(_ revisions: [(String, Int, [String])]) -> RouteMachine {
        var machine = RouteMachine()
        _ = machine.apply(self.table(revisions), from: .controlPlane)
        return machine
    }

    @Test("shares of the traffic converge within binomial bounds", arguments: [1, 2, 3, 42, 4711] as [UInt64])
    func shares(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var machine = Self.machine([("champion-v2", 90, ["a", "bb"]), ("challenger-v1", 10, ["ccc"])])
        var counts: [String: Int] = [:]
        var byRun: [String: Int] = [:]
        let draws = 10_000
        for _ in 0..<draws {
            let choice = try machine.choose(endpoint: "digits", using: &random)
            counts[choice.revision, default: 0] += 1
            byRun[choice.run, default: 0] += 1
            _ = machine.settle(choice, .answered, at: .zero, using: &random)
        }
        // Four standard deviations of a binomial: 4 × √(n p (1 − p)) = 120.
        let expected = Double(draws) * 0.9
        #expect(abs(Double(counts["champion-v2"] ?? 0) - expected) < 4 * (Double(draws) * 0.9 * 0.1).squareRoot())
        #expect(abs((byRun["a"] ?? 0) - (byRun["bb"] ?? 0)) <= 1)
    }

    @Test("the replica with the fewest requests under way is taken")
    func leastUnderWay() throws {
        var random = SeededRandom(seed: 1)
        var machine = Self.machine([("v1", 100, ["a", "bb", "ccc"])])
        let first = try (0..<3).map { _ in try machine.choose(endpoint: "digits", using: &random) }
        #expect(Set(first.map(\.run)) == ["a", "bb", "ccc"])
        _ = machine.settle(first[1], .answered, at: .zero, using: &random)
        #expect(try machine.choose(endpoint: "digits", using: &random).run == first[1].run)
    }

    @Test("a replica that failed is avoided until its check answers")
    func avoided() throws {
        var random = SeededRandom(seed: 1)
        var machine = Self.machine([("v1", 100, ["a", "bb"])])
        let choice = try machine.choose(endpoint: "digits", using: &random)
        #expect(machine.settle(choice, .failed, at: .zero, using: &random) == true)
        for _ in 0..<100 {
            let other = try machine.choose(endpoint: "digits", using: &random)
            #expect(other.run != choice.run)
            _ = machine.settle(other, .answered, at: .zero, using: &random)
        }
        #expect(machine.takeProbes(at: .zero, limit: 9).isEmpty)
        let probes = machine.takeProbes(at: .seconds(2), limit: 9)
        #expect(probes.map(\.run) == [choice.run])
        #expect(machine.takeProbes(at: .seconds(2), limit: 9).isEmpty, "one check at a time")
        machine.probed(probes[0], ready: true, at: .seconds(2), using: &random)
        let runs = try (0..<2).map { _ in try machine.choose(endpoint: "digits", using: &random).run }
        #expect(Set(runs) == ["a", "bb"])
    }

    @Test("when every replica failed they are tried all the same")
    func allUnhealthy() throws {
        var random = SeededRandom(seed: 1)
        var machine = Self.machine([("v1", 100, ["a", "bb"])])
        for _ in 0..<2 {
            let choice = try machine.choose(endpoint: "digits", using: &random)
            _ = machine.settle(choice, .failed, at: .zero, using: &random)
        }
        #expect(throws: Never.self) { try machine.choose(endpoint: "digits", using: &random) }
    }

    @Test("a second try goes to another replica of the revision, else to another revision")
    func again() throws {
        var random = SeededRandom(seed: 7)
        var machine = Self.machine([("champion", 100, ["a", "bb"]), ("challenger", 1, ["ccc"])])
        var first = try machine.choose(endpoint: "digits", using: &random)
        while first.revision != "champion" { first = try machine.choose(endpoint: "digits", using: &random) }
        #expect(first.hasAlternative)
        _ = machine.settle(first, .failed, at: .zero, using: &random)
        let second = try #require(machine.chooseAgain(endpoint: "digits", after: [first], using: &random))
        #expect(second.revision == "champion")
        #expect(second.run != first.run)
        _ = machine.settle(second, .failed, at: .zero, using: &random)
        let third = try #require(machine.chooseAgain(endpoint: "digits", after: [first], using: &random))
        #expect(third.revision == "challenger", "the champion has no healthy replica left")
    }

    @Test("a lone replica has no alternative")
    func alone() throws {
        var random = SeededRandom(seed: 7)
        var machine = Self.machine([("v1", 100, ["a"])])
        let choice = try machine.choose(endpoint: "digits", using: &random)
        #expect(!choice.hasAlternative)
        #expect(machine.chooseAgain(endpoint: "digits", after: [choice], using: &random) == nil)
    }

    @Test("a revision without traffic is never chosen")
    func noTraffic() {
        var random = SeededRandom(seed: 7)
        var machine = Self.machine([("shadow", 0, ["a"])])
        #expect(throws: GatewayError.noReadyReplica(endpoint: "digits")) {
            try machine.choose(endpoint: "digits", using: &random)
        }
    }

    @Test("an unknown endpoint is refused with up to three known ones")
    func unknown() {
        var random = SeededRandom(seed: 7)
        var machine = RouteMachine()
        #expect(throws: GatewayError.noRoutingTable) { try machine.choose(endpoint: "x", using: &random) }
        let endpoints = ["d", "b", "a", "c"].map { RoutingTable.Route(endpoint: $0, revisions: []) }
        _ = machine.apply(RoutingTable(version: 1, endpoints: endpoints), from: .controlPlane)
        #expect(throws: GatewayError.unknownEndpoint("x", known: ["a", "b", "c"])) {
            try machine.choose(endpoint: "x", using: &random)
        }
        #expect(throws: GatewayError.noReadyReplica(endpoint: "a")) {
            try machine.choose(endpoint: "a", using: &random)
        }
    }

    @Test("newer tables replace older ones, and any from the control plane replaces one from disk")
    func versions() {
        var machine = RouteMachine()
        #expect(machine.apply(Self.table([], version: 9), from: .disk) == true)
        #expect(machine.apply(Self.table([], version: 5), from: .controlPlane) == true)
        #expect(machine.apply(Self.table([], version: 4), from: .controlPlane) == false)
        #expect(machine.apply(Self.table([], version: 99), from: .disk) == false)
        #expect(machine.apply(Self.table([], version: 6), from: .controlPlane) == true)
        #expect(machine.version == 6)
    }

    @Test("a replica that stays in the table keeps its health; one that moved begins anew")
    func keepsHealth() throws {
        var random = SeededRandom(seed: 3)
        var machine = Self.machine([("v1", 100, ["a", "bb"])])
        let choice = try machine.choose(endpoint: "digits", using: &random)
        _ = machine.settle(choice, .failed, at: .zero, using: &random)
        _ = machine.apply(Self.table([("v1", 50, ["a", "bb"]), ("v2", 50, [])], version: 2), from: .controlPlane)
        for _ in 0..<20 { #expect(try machine.choose(endpoint: "digits", using: &random).run != choice.run) }
        let moved = RoutingTable.Replica(run: choice.run, environment: "elsewhere", url: "http://10.9.9.9:1")
        let table = RoutingTable(
            version: 3,
            endpoints: [.init(endpoint: "digits", revisions: [.init(revision: "v1", traffic: 100, replicas: [moved])])])
        _ = machine.apply(table, from: .controlPlane)
        #expect(try machine.choose(endpoint: "digits", using: &random).environment == "elsewhere")
        // What is said of a replica that is gone changes nothing.
        #expect(machine.settle(choice, .failed, at: .zero, using: &random) == false)
    }

    @Test("retries are bounded by a budget that requests refill")
    func budget() {
        var budget = RetryBudget(limit: 3, perRequest: 0.5)
        #expect((0..<4).map { _ in budget.withdraw() } == [true, true, true, false])
        budget.deposit()
        #expect(budget.withdraw() == false)
        budget.deposit()
        #expect(budget.withdraw() == true)
    }

    @Test("each failed check doubles the wait, up to thirty seconds, with jitter")
    func backoff() {
        var random = SeededRandom(seed: 5)
        var health = ReplicaHealth()
        var now = TimeSpan.zero
        var waits: [Int64] = []
        #expect(health.failed(at: now, using: &random) == true)
        #expect(health.failed(at: now, using: &random) == false, "what was under way adds nothing")
        for _ in 0..<8 {
            guard case .ejected(let until) = health.state else { break }
            waits.append((until - now).milliseconds)
            now = until
            #expect(health.takeProbe(at: now) == true)
            health.probed(false, at: now, using: &random)
        }
        for (wait, nominal) in zip(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000] as [Int64]) {
            #expect((nominal * 8 / 10...nominal * 12 / 10).contains(wait))
        }
        #expect(Set(waits.map { $0 % 1000 }).count > 1, "there is jitter")
        health.answered()
        #expect(health.isHealthy && health.failures == 0)
    }
}
