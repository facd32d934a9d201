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

    /// A gigabit per second between regions, an assumption that plans state; less when the other end is far away.
    static let secondsPerGibibyteAfar = 8.59
    /// What is on the way at once: one connection's receive buffer may grow to 6 MiB (Linux, tcp(7), `tcp_rmem`), and no more than
    /// that travels in a round trip (RFC 7323, section 1.1).
    static let bytesPerRoundTrip = 6.0 * 1024 * 1024
    /// Ten gigabits per second inside a region.
    static let secondsPerGibibyteNear = 0.859

    package let places: [Place]
    let routes: Routes
    private let positions: [String: Int]

    /// - Parameters:
    ///   - places: with unique names.
    ///   - roundTrip: from a place to another and back; nil when nobody knows.
    ///   - rate: dollars for one GiB from a place to another; nil when nobody knows.
    package init(
        _ places: [Place], roundTrip: @escaping (Place, Place) -> Duration? = { _, _ in nil },
        rate: (Place, Place) -> Money?
    ) {
        self.places = places
        self.positions = Dictionary(places.enumerated().map { ($1.name, $0) }) { first, _ in first }
        self.routes = Routes(
            count: places.count,
            rate: { rate(places[$0], places[$1])?.nanodollars ?? Routes.unknownRate },
            milliseconds: { from, to in
                let isNear = places[from].provider == places[to].provider && places[from].region == places[to].region
                guard !isNear else { return Int64(Self.secondsPerGibibyteNear * 1000) }
                return Int64(Self.secondsAfar(roundTrip(places[from], places[to])) * 1000)
            })
    }

    /// Seconds for one GiB: what the line brings, or what the round trip lets through.
    static func secondsAfar(_ roundTrip: Duration?) -> Double {
        guard let roundTrip else { return Self.secondsPerGibibyteAfar }
        let roundTrips = Double(1 << 30) / Self.bytesPerRoundTrip
        return max(Self.secondsPerGibibyteAfar, roundTrips * (roundTrip / .seconds(1)))
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
