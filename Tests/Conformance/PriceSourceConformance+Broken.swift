import CloudPorts
import Contract
import Kernel

extension PriceSourceConformance {
    /// Lists that are wrong or do not come: nothing of them counts.
    static let brokenLists: [PriceSourceConformance] = [
        Self.malformed("a negative price makes the list malformed", .negative),
        Self.malformed("a price that cannot be true makes the list malformed", .absurd),
        Self.malformed("a value of another type makes the list malformed", .wrongType),
        Self.malformed("a missing field makes the list malformed", .missing),
        Self.malformed("a page that is no document makes the list malformed", .gibberish),
        Self.malformed("pages that go round in a circle make the list malformed", .endless),
        Self.malformed("a link that leads elsewhere makes the list malformed and is not followed", .strayed),
        Self("a body that is cut short makes the list unavailable, however much came before", .cutShort) {
            try await $0.requireFailure("a list that is cut short should be unavailable", $1, \.isUnavailable)
        },
        Self("a provider that stays down makes the list unavailable", .down) {
            try await $0.requireFailure("a list without its last page should be unavailable", $1, \.isUnavailable)
        },
        Self("a refusal is told as such, without the key", .refused) {
            try await $0.requireFailure("a list that is forbidden should be refused", $1) { $0.kind == .forbidden }
        },
    ]

    private static func malformed(_ sentence: String, _ scenario: PriceListScenario) -> PriceSourceConformance {
        Self(sentence, scenario) { subject, endpoint in
            try await subject.requireFailure("a list with \(scenario) should be malformed", endpoint) { error in
                // Whoever mends it must know where to look.
                error.isMalformed && error.message.contains("not as documented: in ")
            }
        }
    }

    /// Lists that are too much.
    static let limits: [PriceSourceConformance] = [
        Self("a list with more pages than allowed is too large", .ordinary) {
            try await $0.requireFailure(
                "more pages than allowed should be too large", $1,
                limits: .init(pages: 2, rows: 100_000, time: .hours(1)), \.isTooLarge)
        },
        Self("a list with more rows than allowed is too large", .ordinary) {
            try await $0.requireFailure(
                "more rows than allowed should be too large", $1, limits: .init(pages: 100, rows: 2, time: .hours(1)),
                \.isTooLarge)
        },
        Self("a reading beyond its time is late", .ordinary) {
            try await $0.requireFailure("a slow list should be late", $1, time: HastyTime(), \.isLate)
        },
    ]
}

/// A clock on which an hour passes at every look.
private struct HastyTime: TimeSource {
    private let time = ManualTime()

    var now: Timestamp { self.time.now }

    var monotonic: TimeSpan {
        self.time.advance(by: .hours(1))
        return self.time.monotonic
    }
}
