/// Estimates of round trips between any two regions, for those who ask for thousands of pairs.
///
/// From distance only (`Coordinates.roundTrip`). Costs O(regions) to make and two lookups by name for a pair.
package struct RoundTrips: Sendable {
    private var coordinates: [Site: Coordinates] = [:]

    package init(_ catalog: Catalog) {
        for region in catalog.regions {
            self.coordinates[Site(provider: region.provider, region: region.code)] = region.coordinates
        }
    }

    /// Nil when where one of them lies is unknown.
    package func between(
        _ from: (provider: String?, region: String?), _ to: (provider: String?, region: String?)
    ) -> Duration? {
        guard let start = self.coordinates[Site(provider: from.provider, region: from.region)],
            let end = self.coordinates[Site(provider: to.provider, region: to.region)]
        else { return nil }
        return start.roundTrip(to: end)
    }
}
