package import Kernel

/// How long to wait before asking again: doubled each time up to a limit, half of it random, so that a fleet whose control
/// plane comes back does not call at once.
package struct Backoff: Sendable {
    /// Short enough that a restart of the control plane is hardly noticed.
    package static let defaultFirst = TimeSpan.milliseconds(100)
    /// Long enough to be no load, short enough that work goes on soon after an outage.
    package static let defaultLimit = TimeSpan.seconds(5)

    private let first: TimeSpan
    private let limit: TimeSpan
    private var nominal: TimeSpan

    package init(first: TimeSpan = Self.defaultFirst, limit: TimeSpan = Self.defaultLimit) {
        precondition(first > .zero && limit >= first, "a back-off grows from its first wait to its limit")
        self.first = first
        self.limit = limit
        self.nominal = first
    }

    /// The next wait: between a half and all of the nominal one.
    package mutating func next(using random: inout some RandomNumberGenerator) -> TimeSpan {
        let whole = self.nominal.milliseconds
        self.nominal = min(self.limit, self.nominal + self.nominal)
        return .milliseconds(Int64.random(in: whole / 2...whole, using: &random))
    }

    /// After a success.
    package mutating func reset() { self.nominal = self.first }
}
