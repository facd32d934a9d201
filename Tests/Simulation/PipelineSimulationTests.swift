import Testing

@Suite("PipelineSimulation")
struct PipelineSimulationTests {
    @Test("a pipeline run keeps every rule in 500 hostile worlds")
    func rules() {
        check("PipelineSimulation") { PipelineWorld.simulate(seed: $0, traced: $1) }
    }

    @Test("the same seed gives the same world")
    func replay() {
        for seed in UInt64(0)..<20 {
            #expect(
                PipelineWorld.simulate(seed: seed, traced: true).trace
                    == PipelineWorld.simulate(seed: seed, traced: true).trace)
        }
        #expect(
            PipelineWorld.simulate(seed: 1, traced: true).trace != PipelineWorld.simulate(seed: 2, traced: true).trace)
    }

    @Test("a broken machine is caught", arguments: PipelineSubject.Mutation.allCases)
    func mutation(_ mutation: PipelineSubject.Mutation) {
        let broken = rulesBroken(until: Self.expected(mutation).rawValue) {
            PipelineWorld.simulate(seed: $0, mutation: mutation)
        }
        #expect(broken.contains(Self.expected(mutation).rawValue), "\(mutation) broke \(broken)")
    }

    @Test("every rule is proven by a mutation")
    func proven() {
        let rules = Set(PipelineSubject.Mutation.allCases.map(Self.expected))
        #expect(rules == Set(PipelineChecker.Rule.allCases))
    }

    private static func expected(_ mutation: PipelineSubject.Mutation) -> PipelineChecker.Rule {
        switch mutation {
        case .startsEarly: .needsAreGood
        case .startsAgain: .startsOnce
        case .startsSkipped: .stopStops
        case .finishesTwice: .endsOnce
        case .finishesEarly: .endsWhole
        case .neverSkips, .neverCancels: .ends
        case .alwaysSucceeds: .statusFits
        case .revives: .endedStays
        case .skipsUnrelated: .skipsFit
        case .saysNothing: .reasons
        }
    }
}
