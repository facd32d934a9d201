import Catalog
import Contract
import Kernel
import Placement
import Synchronization

/// The map of the declared stores, drawn once and again when a store or the catalog changes.
final class PlaceMaps: Sendable {
    private struct Drawn: Sendable {
        let stores: [Store]
        let map: PlaceMap
    }

    private let drawn = Mutex<Drawn?>(nil)

    func map(of stores: [Store]) -> PlaceMap {
        self.drawn.withLock { drawn in
            if let drawn, drawn.stores == stores { return drawn.map }
            let map = Self.draw(stores)
            drawn = Drawn(stores: stores, map: map)
            return map
        }
    }

    /// A map that is not kept: of stores that there are not yet, too.
    static func draw(_ stores: [Store]) -> PlaceMap {
        PlaceMap(stores.map(Self.place)) { from, to in
            try? Catalog.egressPrice(
                fromProvider: from.provider, fromRegion: from.region, toProvider: to.provider, toRegion: to.region)
        }
    }

    private static func place(_ store: Store) -> PlaceMap.Place {
        PlaceMap.Place(name: store.name, provider: store.provider, region: store.region, zones: Set(store.zones))
    }
}
