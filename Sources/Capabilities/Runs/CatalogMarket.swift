package import Catalog
import Contract
package import Kernel
package import Placement

/// What a catalog sells, as the planner sees it: shapes, locations, and every priced offer.
///
/// A location is a provider's region with its object storage. Where the list has no price there is no offer, and the plan says
/// how many there were. Costs a pass over the catalog, some tens of milliseconds; made once for a catalog.
package enum CatalogMarket {
    /// What a virtual CPU draws at half load: between 0.74 W idle and 3.5 W busy.
    ///
    /// Source: Cloud Carbon Footprint, methodology, 'Compute', averages of AWS' processors (2021, from SPECpower).
    static let wattsPerCPU = (0.74 + 3.5) / 2
    /// What a GiB of memory draws.
    ///
    /// Source: Cloud Carbon Footprint, methodology, 'Memory': 0.392 W per GB (2021, from Crucial and Micron).
    static let wattsPerGibibyte = 0.392

    /// - Parameter price: dollars an hour as really paid, of what is published.
    package static func market(
        of catalog: Catalog,
        price: (_ list: Money, _ machine: CatalogListing.Machine, _ region: String, _ isSpot: Bool) -> Money
    ) -> Market {
        let listing = catalog.listing()
        var listings: [Market.Listing] = []
        listings.reserveCapacity(listing.rows.count)
        var unpriced = [Int](repeating: 0, count: listing.regions.count)
        for row in listing.rows {
            let machine = listing.machines[row.machine]
            let region = listing.regions[row.region].code
            if row.pricePerHour == nil, row.spotPricePerHour == nil { unpriced[row.region] += 1 }
            for (list, isSpot) in [(row.pricePerHour, false), (row.spotPricePerHour, true)] {
                guard let list else { continue }
                listings.append(
                    Market.Listing(
                        location: row.region, shape: row.machine, isSpot: isSpot, list: list,
                        price: price(list, machine, region, isSpot)))
            }
        }
        return Market(
            locations: listing.regions.map { Self.place($0, catalog) },
            shapes: listing.machines.map { Self.shape($0, catalog) }, listings: listings, unpriced: unpriced)
    }

    /// A market in which commitments cover what they have room for.
    ///
    /// - Complexity: O(commitments × offers).
    static func market(_ market: Market, with left: [CommittedRoom.Left]) -> Market {
        market.covered(
            by: left.map { commitment in
                let types = market.shapes.map { commitment.covers(provider: $0.provider, type: $0.type) }
                let places = market.locations.map { commitment.covers(region: $0.region ?? "") }
                var offers: [CommittedPool.Offer] = []
                market.forEachListing { listing in
                    guard !listing.isSpot, types[listing.shape], places[listing.location] else { return }
                    let terms = commitment.terms(list: listing.list, contracted: listing.price)
                    var covered = listing
                    covered.price = terms.due
                    offers.append(CommittedPool.Offer(listing: covered, units: terms.units))
                }
                return CommittedPool(name: commitment.name, capacity: commitment.capacity, offers: offers, in: market)
            })
    }

    private static func place(_ region: CatalogRegion, _ catalog: Catalog) -> PlaceMap.Place {
        PlaceMap.Place(
            name: "\(region.provider) \(region.code)", provider: region.provider, region: region.code,
            zones: Set(region.zones),
            storagePrice: try? catalog.storagePrice(region.provider, region.code, class: Self.storageClass),
            carbonIntensity: region.carbonGramsPerKilowattHour)
    }

    /// The class in which a region's object storage keeps what is written, unless it is told otherwise.
    static let storageClass = "standard"

    private static func shape(_ machine: CatalogListing.Machine, _ catalog: Catalog) -> Market.Shape {
        Market.Shape(
            provider: machine.provider, type: machine.type, vcpus: machine.vcpus, memory: machine.memory,
            accelerator: machine.accelerator, acceleratorCount: machine.acceleratorCount ?? 0,
            architecture: machine.architecture.flatMap(Architecture.init(rawValue:)),
            watts: Self.watts(machine, catalog))
    }

    /// Processors, memory and accelerators; nil when one of them is not known.
    private static func watts(_ machine: CatalogListing.Machine, _ catalog: Catalog) -> Double? {
        guard let vcpus = machine.vcpus, let memory = machine.memory else { return nil }
        let host = vcpus * Self.wattsPerCPU + Double(memory.bytes) / Double(1 << 30) * Self.wattsPerGibibyte
        guard let name = machine.accelerator else { return host }
        guard let count = machine.acceleratorCount, let watts = catalog.accelerator(name)?.watts else { return nil }
        return host + count * watts.double
    }
}
