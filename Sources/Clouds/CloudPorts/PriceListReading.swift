package import Contract
package import Kernel

/// One reading of a price list: where it is, what it has used up, and how its mistakes are told.
///
/// The three providers' lists have different formats and the same dangers: no end, pages without bound, prices that cannot be
/// true. The limits against them and the words about them are here, once. It knows no HTTP: sources fetch, and say here what
/// page they are at.
package struct PriceListReading: Sendable {
    /// The most offers that are handed over at once.
    package static let batchLimit = 1_000
    /// The most offers in a sheet, parts counted apart: four times what the three big providers sell together.
    package static let offerLimit = 1_000_000
    /// US dollars an hour. The dearest machine of 2026, a rack of 72 accelerators, is below a tenth of it.
    package static let highestPrice = Money.dollars(10_000)

    /// What a reading may use up before it is given up.
    package struct Limits: Sendable, Hashable {
        /// Requests with an answer.
        package var pages: Int
        /// Rows looked at, most of which are of no interest.
        package var rows: Int
        package var time: TimeSpan

        package init(pages: Int, rows: Int, time: TimeSpan) {
            self.pages = pages
            self.rows = rows
            self.time = time
        }
    }

    package let provider: String
    package let limits: Limits
    /// What is being read, for messages: `page 3`, `eu-west-1, row 17`.
    package private(set) var page = "the first page"
    private let time: any TimeSource
    private let start: TimeSpan
    private var pages = 0
    private var rows = 0

    package init(provider: String, limits: Limits, time: any TimeSource) {
        self.provider = provider
        self.limits = limits
        self.time = time
        self.start = time.monotonic
    }

    /// Another page begins.
    ///
    /// - Parameter name: for messages; nil counts: `page 3`.
    /// - Throws: `tooLarge`, `late`, `cancelled`.
    package mutating func turn(to name: String? = nil) throws(PriceSourceError) {
        self.pages += 1
        self.page = name ?? "page \(self.pages)"
        guard self.pages <= self.limits.pages else {
            throw .tooLarge(provider: self.provider, page: "the list", limit: "\(self.limits.pages) pages")
        }
        try self.goOn()
    }

    /// So many more rows were looked at.
    ///
    /// - Throws: `tooLarge`.
    package mutating func count(rows: Int) throws(PriceSourceError) {
        self.rows += rows
        guard self.rows <= self.limits.rows else {
            throw .tooLarge(provider: self.provider, page: "the list", limit: "\(self.limits.rows) rows")
        }
    }

    /// - Throws: `late` when the time is over, `cancelled` when the task is.
    package func goOn() throws(PriceSourceError) {
        guard !Task.isCancelled else { throw .cancelled(provider: self.provider) }
        guard self.time.monotonic - self.start <= self.limits.time else {
            throw .late(provider: self.provider, page: self.page, limit: self.limits.time)
        }
    }

    package func malformed(_ problem: String) -> PriceSourceError {
        .malformed(provider: self.provider, page: self.page, problem: problem)
    }

    /// What a transport threw, in the terms of a price list.
    package func fault(from error: any Error) -> PriceSourceError {
        switch error {
        case let error as PriceSourceError: return error
        case is CancellationError: return .cancelled(provider: self.provider)
        case let fault as any Fault where fault.kind.isPassing:
            return .unavailable(provider: self.provider, page: self.page, reason: fault.message)
        case let fault as any Fault:
            return .refused(provider: self.provider, page: self.page, kind: fault.kind, reason: fault.message)
        default: return .unavailable(provider: self.provider, page: self.page, reason: "\(error).")
        }
    }

    /// A price in dollars an hour as the list writes it.
    ///
    /// - Parameter subject: what it is the price of, for messages.
    /// - Returns: nil for zero, which lists say of what has no price yet.
    /// - Throws: `malformed` when it is no number, negative, or above `highestPrice`.
    package func price(_ text: some StringProtocol, of subject: @autoclosure () -> String)
        throws(PriceSourceError) -> Money?
    {
        guard let price = Money(listed: text) else {
            throw self.malformed("the price of \(subject()), '\(text.prefix(40))', is no number of dollars")
        }
        return try self.price(price, of: subject())
    }

    /// The same for a price that is money already.
    package func price(_ price: Money, of subject: @autoclosure () -> String) throws(PriceSourceError) -> Money? {
        guard price >= .zero, price <= Self.highestPrice else {
            throw self.malformed(
                "the price of \(subject()), \(price) an hour, cannot be true: it is not between $0 and \(Self.highestPrice)"
            )
        }
        return price == .zero ? nil : price
    }

    /// Hands `offers` over in batches that are not too large.
    ///
    /// - Throws: what `take` throws; `late`, `cancelled`.
    package func deliver(
        _ offers: [PricedOffer], to take: ([PricedOffer]) async throws(PriceSourceError) -> Void
    ) async throws(PriceSourceError) {
        var start = 0
        while start < offers.count {
            try self.goOn()
            let end = min(offers.count, start + Self.batchLimit)
            try await take(Array(offers[start..<end]))
            start = end
        }
    }
}

extension FaultKind {
    /// Whether the other side may think better of it by itself.
    fileprivate var isPassing: Bool {
        switch self {
        case .exhausted, .unavailable, .deadline, .bug: true
        case .invalid, .unauthenticated, .forbidden, .notFound, .conflict, .cancelled: false
        }
    }
}
