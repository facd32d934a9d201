package import Kernel

/// Asks for a provider's own price list to be read.
package struct CatalogRefreshRequest: Codable, Sendable, Hashable {
    /// `aws`, `gcp` or `azure`.
    package var provider: String
    /// Where the provider's list wants one (`gcp`); never kept, logged or journaled.
    package var apiKey: String?

    package init(provider: String, apiKey: String? = nil) {
        self.provider = provider
        self.apiKey = apiKey
    }
}

/// What a price list that was read to its end brought.
package struct CatalogRefresh: Codable, Sendable, Hashable {
    package var provider: String
    /// Who published it where.
    package var source: String
    package var asOf: Timestamp
    package var offers: Int
    /// Offers whose price is another than it was, new ones included.
    package var changed: Int

    package init(provider: String, source: String, asOf: Timestamp, offers: Int, changed: Int) {
        self.provider = provider
        self.source = source
        self.asOf = asOf
        self.offers = offers
        self.changed = changed
    }
}
