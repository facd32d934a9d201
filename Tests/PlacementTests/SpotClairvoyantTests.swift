import Kernel
import Testing

@testable import Placement

@Suite("SpotClairvoyant")
struct SpotClairvoyantTests {
    /// Every sequence of idle, spot and on demand, one choice a step. A machine is new whenever the one of the step before
    /// was another; while its changeover lasts, nothing is done.
    private static func bruteForce(_ trace: [Bool], work: Int, changeover: Int, spot: Int64, onDemand: Int64) -> Int64 {
        func least(_ step: Int, _ mode: Int, _ wait: Int, _ left: Int) -> Int64 {
            if left == 0 { return 0 }
            if step == trace.count { return Int64.max / 2 }
            var best = least(step + 1, 0, 0, left)
            for next in 1...2 where next == 2 || trace[step] {
                // A spot machine may also be given up for a new one, which never helps and is left out.
                let pending = next == mode ? wait : changeover
                let price = next == 1 ? spot : onDemand
                let rest = pending > 0 ? least(step + 1, next, pending - 1, left) : least(step + 1, next, 0, left - 1)
                best = min(best, price + rest)
            }
            return best
        }
        return least(0, 0, 0, work)
    }

    @Test("the least cost is that of the best of all sequences of choices, in 400 small worlds")
    func bruteForce() throws {
        var random = SeededRandom(seed: 5)
        var differentFromOnDemand = 0
        for _ in 0..<400 {
            let changeover = Int.random(in: 0...3, using: &random)
            let work = Int.random(in: 1...5, using: &random)
            let steps = work + changeover + Int.random(in: 0...(9 - work - changeover + 1), using: &random)
            let density = Double.random(in: 0.3..<1, using: &random)
            let trace = (0..<steps).map { _ in Double.random(in: 0..<1, using: &random) < density }
            let spot = Int64.random(in: 1...12, using: &random)
            let terms = try SpotTerms(
                computation: .hours(Int64(work)), deadline: .hours(Int64(steps)), changeover: .hours(Int64(changeover)),
                tick: .hours(1), onDemandPrice: .dollars(10), spotPrice: .dollars(spot))
            let exact = Self.bruteForce(trace, work: work, changeover: changeover, spot: spot, onDemand: 10)
            let found = SpotClairvoyant(terms: terms, step: .hours(1), isAvailable: trace).cost(step: .hours(1))
            #expect(found == .dollars(exact), "\(terms) \(trace)")
            if found != terms.onDemandCost { differentFromOnDemand += 1 }
        }
        #expect(differentFromOnDemand > 100)
    }
}
