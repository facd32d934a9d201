import Catalog
import Contract
import Kernel
import Placement
import Synchronization

/// The maps that planners need, drawn once and again when a store or a price changes: that of the declared stores, and that
/// of everything a catalog sells with its market.
///
/// The small one is looked at for every pass over the queue; the large one takes some tens of milliseconds to draw and some
/// megabytes to keep, and is drawn when somebody first plans over the whole catalog.
final class PlaceMaps: Sendable {
    /// A map, and what is for sale on it.
    struct Drawn: Sendable {
        let stores: [Store]
        let version: Int
        /// What was negotiated; none where the market is not asked for.
        let books: [PriceBook]
        let map: PlaceMap
        let market: Market?
    }

    private let small = Mutex<Drawn?>(nil)
    private let large = Mutex<Drawn?>(nil)

    /// - Parameters:
    ///   - version: of the catalog.
    ///   - books: nil when the market is not asked for.
    func drawn(_ stores: [Store], _ catalog: Catalog, _ version: Int, _ books: [PriceBook]?) -> Drawn {
        guard let books else { return self.small.withLock { Self.drawn(&$0, stores, catalog, version, []) { nil } } }
        return self.large.withLock {
            Self.drawn(&$0, stores, catalog, version, books) { Self.market(of: catalog, ContractedPrices(books)) }
        }
    }

    private static func drawn(
        _ known: inout Drawn?, _ stores: [Store], _ catalog: Catalog, _ version: Int,
        _ books: [PriceBook], _ market: () -> Market?
    ) -> Drawn {
        let isPriced = known?.version == version && known?.books == books
        if let known, isPriced, known.stores == stores { return known }
        let market = isPriced ? known?.market : market()
        let map = Self.draw(stores, catalog, market)
        let drawn = Drawn(stores: stores, version: version, books: books, map: map, market: market)
        known = drawn
        return drawn
    }

    /// A map that is not kept: of stores that there are not yet, too.
    static func draw(_ stores: [Store], _ catalog: Catalog, _ market: Market? = nil) -> PlaceMap {
        let prices = EgressPrices(catalog)
        let trips = RoundTrips(catalog)
        return PlaceMap(
            stores.map { self.place($0, catalog) } + (market?.locations ?? []),
            roundTrip: { from, to in
                trips.between((from.provider, from.region), (to.provider, to.region))
            },
            rate: { from, to in
                prices.price(
                    fromProvider: from.provider, fromRegion: from.region, toProvider: to.provider,
                    toRegion: to.region)
            })
    }

    /// What is really paid; commitments join in for each plan, with the room that they have left then.
    private static func market(of catalog: Catalog, _ prices: ContractedPrices) -> Market {
        CatalogMarket.market(of: catalog) { list, machine, region, isSpot in
            prices.contracted(
                list: list,
                for: SoldMachine(provider: machine.provider, region: region, type: machine.type, isSpot: isSpot))
        }
    }

    private static func place(_ store: Store, _ catalog: Catalog) -> PlaceMap.Place {
        let region = store.provider.flatMap { provider in
            store.region.flatMap { catalog.region(provider, $0) }
        }
        return PlaceMap.Place(
            name: store.name, provider: store.provider, region: store.region, zones: Set(store.zones),
            storagePrice: region.flatMap {
                try? catalog.storagePrice($0.provider, $0.code, class: CatalogMarket.storageClass)
            },
            carbonIntensity: region?.carbonGramsPerKilowattHour)
    }
}
