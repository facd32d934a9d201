package import CloudPorts
package import Contract
package import Kernel

/// What every source of prices must do, checked against a server that answers in its provider's documented format.
///
/// Each sentence of the contract in `PriceSource` is a check with a name of its own.
package struct PriceSourceConformance: Sendable, CustomStringConvertible {
    /// The sentence that is checked.
    package let description: String
    private let scenario: PriceListScenario
    private let check: @Sendable (PriceSourceSubject, String) async throws -> Void

    init(
        _ description: String, _ scenario: PriceListScenario,
        _ check: @escaping @Sendable (PriceSourceSubject, _ endpoint: String) async throws -> Void
    ) {
        self.description = description
        self.scenario = scenario
        self.check = check
    }

    /// - Throws: `ConformanceFailure`, or whatever the source throws where it must not.
    package func callAsFunction(_ subject: PriceSourceSubject) async throws {
        guard !subject.impossible.contains(self.scenario) else { return }
        try await subject.serve(self.scenario) { try await self.check(subject, $0) }
    }

    package static let checks: [PriceSourceConformance] = Self.wholeLists + Self.brokenLists + Self.limits
}

/// A source to be checked, with what the checks cannot know.
package struct PriceSourceSubject: Sendable {
    package typealias Serve =
        @Sendable (
            PriceListScenario, @escaping @Sendable (_ endpoint: String) async throws -> Void
        ) async throws -> Void
    package typealias Make =
        @Sendable (
            _ endpoint: String, PriceListReading.Limits, any TimeSource
        ) -> any PriceSource

    /// Of the ordinary list.
    let expected: [PricedOffer]
    /// The list's date; nil when it has none.
    let asOf: Timestamp?
    /// The key that the source is given, if any.
    let secret: String?
    /// What the provider's format cannot express.
    let impossible: Set<PriceListScenario>
    let serve: Serve
    let make: Make

    package init(
        expected: [PricedOffer], asOf: Timestamp?, secret: String?, impossible: Set<PriceListScenario>,
        serve: @escaping Serve, make: @escaping Make
    ) {
        self.expected = expected
        self.asOf = asOf
        self.secret = secret
        self.impossible = impossible
        self.serve = serve
        self.make = make
    }

    /// Far above what any scenario needs.
    static let amply = PriceListReading.Limits(pages: 100, rows: 100_000, time: .hours(1))
    static let now = Timestamp(milliseconds: 1_795_000_000_000)

    func source(_ endpoint: String, limits: PriceListReading.Limits = amply) -> any PriceSource {
        self.make(endpoint, limits, ManualTime(now: Self.now))
    }

    /// - Throws: a failure unless the whole list is what is expected.
    func requireExpected(_ endpoint: String) async throws {
        let source = self.source(endpoint)
        let sheet = try await source.sheet()
        let expected = PriceSheet(
            provider: source.provider, asOf: self.asOf ?? Self.now, source: sheet.source, offers: self.expected)
        try require(sheet == expected, "the sheet should be \(expected), but is \(sheet)")
    }

    /// - Throws: a failure unless reading the list fails with an error that `accepts` and that does not tell the key.
    func requireFailure(
        _ sentence: String, _ endpoint: String, limits: PriceListReading.Limits = amply,
        time: any TimeSource = ManualTime(now: now), _ accepts: (PriceSourceError) -> Bool
    ) async throws {
        do { _ = try await self.make(endpoint, limits, time).sheet() } catch {
            try require(accepts(error), "\(sentence), but the error was \(error)")
            let told = "\(error) \(error.message) \(error.detail)"
            try require(self.secret.map { !told.contains($0) } ?? true, "no error tells the key, but: \(told)")
            return
        }
        throw ConformanceFailure("\(sentence), but it was read")
    }
}

extension PriceSourceError {
    var isMalformed: Bool { if case .malformed = self { true } else { false } }
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
    var isTooLarge: Bool { if case .tooLarge = self { true } else { false } }
    var isLate: Bool { if case .late = self { true } else { false } }
}
