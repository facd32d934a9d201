import Contract
import Kernel
import Testing

@testable import Models

@Suite("which candidate becomes champion")
struct ModelsDecisionTests {
    private func entry(_ variant: String, _ value: Double, _ low: Double?, _ high: Double?, cost: Int64)
        -> RegistrationDecision.Entry
    {
        .init(
            variant: variant, metric: MetricSummary(name: "accuracy", value: value, low: low, high: high),
            cost: Money(nanodollars: cost))
    }

    private func difference(_ value: Double, _ low: Double, _ high: Double) -> MetricSummary {
        MetricSummary(name: "difference", value: value, low: low, high: high)
    }

    @Test("the better one wins when the paired difference leaves out zero")
    func clear() {
        let decision = RegistrationDecision(
            entries: [
                entry("forest", 0.972, 0.961, 0.982, cost: 900), entry("logistic", 0.958, 0.945, 0.970, cost: 100),
            ],
            higherIsBetter: true
        ) { _, _ in self.difference(0.014, 0.003, 0.025) }
        #expect(decision.champion == 0)
        #expect(decision.challenger == 1)
        #expect(decision.evidence == .clear(difference: difference(0.014, 0.003, 0.025)))
    }

    @Test("the cheaper one wins when the paired difference contains zero")
    func notEnough() {
        let decision = RegistrationDecision(
            entries: [
                entry("forest", 0.972, 0.961, 0.982, cost: 900), entry("logistic", 0.969, 0.955, 0.980, cost: 100),
            ],
            higherIsBetter: true
        ) { _, _ in self.difference(0.003, -0.008, 0.014) }
        #expect(decision.champion == 1)
        #expect(decision.challenger == 0)
        #expect(decision.evidence == .notEnough(against: 0, difference: difference(0.003, -0.008, 0.014)))
    }

    @Test("without a paired difference overlapping intervals are not enough evidence, separate ones are")
    func overlap() {
        let overlapping = RegistrationDecision(
            entries: [entry("a", 0.9, 0.85, 0.95, cost: 5), entry("b", 0.88, 0.8, 0.93, cost: 4)], higherIsBetter: true
        ) { _, _ in nil }
        #expect(overlapping.champion == 1)
        #expect(overlapping.evidence == .notEnough(against: 0, difference: nil))
        let separate = RegistrationDecision(
            entries: [entry("a", 0.9, 0.88, 0.92, cost: 5), entry("b", 0.8, 0.78, 0.82, cost: 4)], higherIsBetter: true
        ) { _, _ in nil }
        #expect(separate.champion == 0)
        #expect(separate.evidence == .clear(difference: nil))
    }

    @Test("without any interval the better value wins and that is said")
    func values() {
        let decision = RegistrationDecision(
            entries: [entry("a", 0.3, nil, nil, cost: 5), entry("b", 0.2, nil, nil, cost: 9)], higherIsBetter: false
        ) { _, _ in nil }
        #expect(decision.champion == 1)
        #expect(decision.evidence == .withoutIntervals)
    }

    @Test("of several that are close to the best the cheapest wins, one that is apart does not")
    func several() {
        let entries = [
            entry("a", 0.95, 0.93, 0.97, cost: 300), entry("b", 0.94, 0.92, 0.96, cost: 200),
            entry("c", 0.93, 0.91, 0.95, cost: 250), entry("d", 0.50, 0.48, 0.52, cost: 1),
        ]
        let decision = RegistrationDecision(entries: entries, higherIsBetter: true) { _, _ in nil }
        #expect(decision.champion == 1)
        #expect(decision.challenger == 0)
    }

    @Test("one candidate is champion without a challenger")
    func alone() {
        let decision = RegistrationDecision(entries: [entry("a", 1, nil, nil, cost: 1)], higherIsBetter: true) { _, _ in
            nil
        }
        #expect(decision.champion == 0)
        #expect(decision.challenger == nil)
        #expect(decision.evidence == .alone)
    }

    @Test("figures show three decimals, or three digits where those would show too little")
    func figures() {
        #expect(RegistrationSentence.figure(0.97249) == "0.972")
        #expect(RegistrationSentence.figure(-0.008) == "-0.008")
        #expect(RegistrationSentence.figure(0.000123456) == "0.000123")
        #expect(RegistrationSentence.figure(12) == "12.000")
        #expect(RegistrationSentence.figure(0) == "0.000")
        #expect(RegistrationSentence.figure(-0.0) == "0.000")
    }
}
