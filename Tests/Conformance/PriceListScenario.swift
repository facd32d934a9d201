/// How a provider's price list may come: what a test's server serves in the provider's own format.
package enum PriceListScenario: String, Sendable, CaseIterable {
    /// At least three pages with the subject's `expected` offers, one of them in the region `atlantis-1`; rows of Windows,
    /// reserved and other machines between them.
    case ordinary
    /// As `ordinary`, with a page without rows in between.
    case emptyPage
    /// As `ordinary`, with every row twice, some on different pages.
    case repeatedRows
    /// As `ordinary`, with prices of one more machine in another currency and by another unit.
    case foreign
    /// As `ordinary`, with one more machine for nothing.
    case zero
    /// 2,500 machines on one page.
    case large
    case negative
    /// A price of a million dollars an hour.
    case absurd
    /// A text or list where another type is documented.
    case wrongType
    /// A field that is documented is not there.
    case missing
    /// The last page is no document of the documented kind.
    case gibberish
    /// The last page's body ends before its announced length.
    case cutShort
    /// The last page leads back to one that was read.
    case endless
    /// A page leads to another host.
    case strayed
    /// The last page is answered with 429, then well.
    case busyOnce
    /// The last page is answered with 500, then well.
    case brokenOnce
    /// The last page is answered with 503, always.
    case down
    /// The last page is answered with 403, in words that quote the request's headers.
    case refused
}
