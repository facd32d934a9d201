import Testing

@Suite("LeaseSimulation")
struct LeaseSimulationTests {
    @Test("a lease keeps every rule in 500 hostile worlds")
    func rules() {
        check("LeaseSimulation") { LeaseWorld.simulate(seed: $0, traced: $1) }
    }

    @Test("the same seed gives the same world")
    func replay() {
        for seed in UInt64(0)..<20 {
            #expect(
                LeaseWorld.simulate(seed: seed, traced: true).trace
                    == LeaseWorld.simulate(seed: seed, traced: true).trace)
        }
        #expect(LeaseWorld.simulate(seed: 1, traced: true).trace != LeaseWorld.simulate(seed: 2, traced: true).trace)
    }

    @Test("a broken machine is caught", arguments: LeaseSubject.Mutation.allCases)
    func mutation(_ mutation: LeaseSubject.Mutation) {
        let broken = rulesBroken(until: Self.expected(mutation).rawValue) {
            LeaseWorld.simulate(seed: $0, mutation: mutation)
        }
        #expect(broken.contains(Self.expected(mutation).rawValue), "\(mutation) broke \(broken)")
    }

    @Test("every rule is proven by a mutation")
    func proven() {
        #expect(Set(LeaseSubject.Mutation.allCases.map(Self.expected)) == Set(LeaseChecker.Rule.allCases))
    }

    private static func expected(_ mutation: LeaseSubject.Mutation) -> LeaseChecker.Rule {
        switch mutation {
        case .losesEarly: .notEarly
        case .neverLoses: .notLate
        case .talksAfterEnd: .endsOnce
        case .postsTotals: .sums
        case .forgetsTime, .billsTwice: .billed
        case .runsBack: .forward
        }
    }
}
