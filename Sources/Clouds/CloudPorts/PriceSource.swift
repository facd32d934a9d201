package import Contract
package import Kernel

/// A provider's own public price list of machines, read from its first page to its last.
///
/// The contract that the conformance suite checks:
/// - `read` hands over every on-demand and spot price in US dollars per hour that the list has for Linux machines on shared
///   hardware, in batches of at most `PriceListReading.batchLimit` offers and in no stated order. An offer may come in parts,
///   and a part may come twice; `PricedOffer.merged` puts them together.
/// - A price in another currency, another unit, or of zero is unknown: it is left out. Regions and machine types nobody has
///   heard of are handed over as they are: what is known is the catalog's business.
/// - Money is taken from the list's digits, exactly, and rounded half up where the list is finer than a nano-dollar.
/// - A negative price, one above `PriceListReading.highestPrice`, a missing field, a wrong type, an address that leads
///   elsewhere, or pages that go round in a circle make the list `malformed`; one that ends early is `unavailable`. Then
///   `read` throws, and what was handed over counts for nothing.
/// - Busy answers are waited out by the transport alone. What goes beyond a limit of the reading is `tooLarge` or `late`.
/// - Two readings of one list give the same sheet; a source keeps nothing between them.
/// - It stops when its task is cancelled or when the consumer throws. It holds one page, or one row of a stream, at a time.
/// - A key that it was given is in no address, no error and no sheet.
package protocol PriceSource: Sendable {
    /// As the catalog names it: `aws`, `gcp`, `azure`.
    var provider: String { get }

    /// - Parameter take: gets the offers as they come; its error ends the reading and is thrown on.
    func read(
        _ take: ([PricedOffer]) async throws(PriceSourceError) -> Void
    ) async throws(PriceSourceError) -> PriceListEdition
}

/// Which list was read.
package struct PriceListEdition: Sendable, Hashable {
    /// The publisher's date; the time of the reading where it gives none.
    package var asOf: Timestamp
    /// Who published it where, without keys.
    package var source: String

    package init(asOf: Timestamp, source: String) {
        self.asOf = asOf
        self.source = source
    }
}

extension PriceSource {
    /// The whole list.
    ///
    /// - Throws: as `read`; `tooLarge` beyond `PriceListReading.offerLimit` offers; `malformed` when there is none, because a
    ///   list without a price is a filter that no longer fits rather than a provider that sells nothing.
    /// - Complexity: O(n log n) in the offers; memory for them and one page.
    package func sheet() async throws(PriceSourceError) -> PriceSheet {
        var offers: [PricedOffer] = []
        let edition = try await self.read { batch throws(PriceSourceError) in
            guard offers.count + batch.count <= PriceListReading.offerLimit else {
                throw .tooLarge(
                    provider: self.provider, page: "the whole list", limit: "\(PriceListReading.offerLimit) offers")
            }
            offers += batch
        }
        guard !offers.isEmpty else {
            throw .malformed(
                provider: self.provider, page: "the whole list", problem: "it has no price of a Linux machine")
        }
        return PriceSheet(provider: self.provider, asOf: edition.asOf, source: edition.source, offers: offers)
    }
}
