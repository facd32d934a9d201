/// Counts the work of a search and says when it has to stop: by a limit of its own, which makes the answer the same on every
/// machine, or because the caller's time is up.
final class WorkMeter {
    /// Additions between two questions to the caller; about a millisecond.
    private static let workBetweenLooks: Int64 = 1_000_000

    /// Additions and comparisons.
    private(set) var spent: Int64 = 0
    private(set) var isOut = false
    private let limit: Int64
    private let isTimeOut: () -> Bool
    private var nextLook = WorkMeter.workBetweenLooks

    init(limit: Int64, isOut: @escaping () -> Bool) {
        self.limit = limit
        self.isTimeOut = isOut
    }

    /// What may still be spent.
    var rest: Int64 { self.isOut ? 0 : max(0, self.limit - self.spent) }

    /// Counts the work; false once the search has to stop.
    @discardableResult
    func spend(_ work: Int64) -> Bool {
        let (sum, overflow) = self.spent.addingReportingOverflow(work)
        self.spent = overflow ? .max : sum
        if self.spent > self.limit { self.isOut = true }
        if self.spent >= self.nextLook {
            self.nextLook = self.spent > .max / 2 ? .max : self.spent + Self.workBetweenLooks
            self.isOut = self.isOut || self.isTimeOut()
        }
        return !self.isOut
    }
}
