import Contract
package import Kernel

/// Where data can lie and what it costs to carry it from one such place to another.
///
/// A place is a store, or the object storage of a provider's region. Built once for a set of stores and a catalog and shared
/// by every plan. It knows no catalog: prices come in through a closure. Costs some bytes for each pair of places.
package struct PlaceMap: Sendable {
    /// A store, or a region.
    package struct Place: Sendable, Hashable {
        /// The store's name, or `aws eu-west-1`.
        package var name: String
        package var provider: String?
        package var region: String?
        /// What residency may ask for.
        package var zones: Set<String>
        /// Dollars to keep one GiB for a month; nil when nobody knows.
        package var storagePrice: Money?
        /// Of the grid, grams of carbon dioxide for a kilowatt-hour; nil when nobody knows.
        package var carbonIntensity: Double?

        package init(
            name: String, provider: String? = nil, region: String? = nil, zones: Set<String> = [],
            storagePrice: Money? = nil, carbonIntensity: Double? = nil
        ) {
            self.name = name
            self.provider = provider
            self.region = region
            self.zones = zones
            self.storagePrice = storagePrice
            self.carbonIntensity = carbonIntensity
        }
    }

    /// A gigabit per second between regions: what one stream over a busy line brings, an assumption that plans state.
    static let secondsPerGibibyteAfar = 8.59
    /// Ten gigabits per second inside a region.
    static let secondsPerGibibyteNear = 0.859

    package let places: [Place]
    let routes: Routes
    private let positions: [String: Int]

    /// - Parameters:
    ///   - places: with unique names.
    ///   - rate: dollars for one GiB from a place to another; nil when nobody knows.
    package init(_ places: [Place], rate: (Place, Place) -> Money?) {
        self.places = places
        self.positions = Dictionary(places.enumerated().map { ($1.name, $0) }) { first, _ in first }
        self.routes = Routes(
            count: places.count,
            rate: { rate(places[$0], places[$1])?.nanodollars ?? Routes.unknownRate },
            milliseconds: { from, to in
                let isNear = places[from].provider == places[to].provider && places[from].region == places[to].region
                return Int64((isNear ? Self.secondsPerGibibyteNear : Self.secondsPerGibibyteAfar) * 1000)
            })
    }

    func position(_ name: String) -> Int? { self.positions[name] }

    /// Nil when nobody knows.
    func price(of bytes: ByteCount, from: Int, to: Int) -> Money? {
        self.routes.price(of: bytes.bytes, from: from, to: to).map(Money.init(nanodollars:))
    }

    func time(of bytes: ByteCount, from: Int, to: Int) -> TimeSpan {
        .milliseconds(self.routes.milliseconds(of: bytes.bytes, from: from, to: to))
    }
}
