import Testing

@Suite("RunSimulation")
struct RunSimulationTests {
    @Test("a run keeps every rule in 500 hostile worlds")
    func rules() {
        check("RunSimulation") { RunWorld.simulate(seed: $0, traced: $1) }
    }

    @Test("the same seed gives the same world")
    func replay() {
        for seed in UInt64(0)..<20 {
            #expect(
                RunWorld.simulate(seed: seed, traced: true).trace == RunWorld.simulate(seed: seed, traced: true).trace)
        }
        #expect(RunWorld.simulate(seed: 1, traced: true).trace != RunWorld.simulate(seed: 2, traced: true).trace)
    }

    @Test("a broken machine is caught", arguments: RunSubject.Mutation.allCases)
    func mutation(_ mutation: RunSubject.Mutation) {
        let broken = rulesBroken(until: Self.expected(mutation).rawValue) {
            RunWorld.simulate(seed: $0, mutation: mutation)
        }
        #expect(broken.contains(Self.expected(mutation).rawValue), "\(mutation) broke \(broken)")
    }

    @Test("every rule is proven by a mutation")
    func proven() {
        #expect(Set(RunSubject.Mutation.allCases.map(Self.expected)) == Set(RunChecker.Rule.allCases))
    }

    private static func expected(_ mutation: RunSubject.Mutation) -> RunChecker.Rule {
        switch mutation {
        case .commitsTwice: .oneCommit
        case .commitsStale: .freshFence
        case .opensTwice: .oneAttempt
        case .skipsNumbers: .risingNumbers
        case .closesTwice: .closedOnce
        case .finishesTwice: .endsOnce
        case .ignoresLoss: .ends
        case .succeedsWithoutCommit: .statusFits
        case .retriesForever: .fewRetries
        case .retriesTimeouts, .neverRetries: .dueRetry
        case .retriesAtOnce: .backoff
        case .opensAfterCancel: .cancelled
        case .acceptsStrangers: .strangersRefused
        }
    }
}
