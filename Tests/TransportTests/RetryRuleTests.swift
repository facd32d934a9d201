import Kernel
import Testing
import Transport

@Suite struct RetryRuleTests {
    @Test("pauses double up to the cap, and lie in the upper half of what they double to")
    func pauses() {
        let rule = RetryRule(limit: 9, base: .milliseconds(100), cap: .seconds(2))
        for seed in 0..<200 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            for (number, longest) in [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1600), (6, 2000), (64, 2000)] {
                let pause = rule.pause(beforeRetry: number, using: &random).milliseconds
                #expect((Int64(longest / 2)...Int64(longest)).contains(pause))
            }
        }
    }

    @Test("a budget gives twenty retries, then one for ten successes")
    func budget() {
        var budget = RetryBudget()
        let taken = (0..<25).map { _ in budget.take() }
        #expect(taken.filter(\.self).count == 20)
        for _ in 0..<9 { budget.succeeded() }
        let afterNine = budget.take()
        budget.succeeded()
        let afterTen = budget.take()
        let again = budget.take()
        #expect([afterNine, afterTen, again] == [false, true, false])
    }
}
