package import Contract
import Kernel

extension CatalogDraft {
    /// A provider's price list as a table of its own: its offers, with the shapes and zones that a catalog knows already and the
    /// list does not say.
    ///
    /// What the list does not have is not sold any more. Machine types that nobody has heard of come with what the list says of
    /// them. It holds no egress, no storage and no facts of regions: those of the catalog go on holding.
    package init(_ sheet: PriceSheet, over catalog: Catalog) {
        self.init()
        let source = CatalogSource(
            id: "\(sheet.provider)-price-list", name: sheet.source, date: String(sheet.asOf.description.prefix(10)),
            licence: "published price list")
        self.sources = [source]
        self.regions = Set(sheet.offers.map(\.region)).sorted().map { Region(provider: sheet.provider, code: $0) }
        var shapes: [String: PricedOffer.Shape] = [:]
        for offer in sheet.offers { shapes[offer.type] = offer.shape }
        let known = Dictionary(
            catalog.listing().machines.filter { $0.provider == sheet.provider }.map { ($0.type, $0) }
        ) { first, _ in first }
        self.machines = shapes.sorted { $0.key < $1.key }.map { type, shape in
            Machine(type, shape, known[type], provider: sheet.provider, source: source.id)
        }
        self.offers = sheet.offers.map { offer in
            let before = catalog.machine(sheet.provider, offer.region, offer.type)
            return Offer(
                provider: sheet.provider, region: offer.region, type: offer.type, onDemand: offer.onDemand,
                spot: offer.spot,
                zones: before?.zones ?? [], source: source.id)
        }
    }
}

extension CatalogDraft.Machine {
    fileprivate init(
        _ type: String, _ shape: PricedOffer.Shape, _ known: CatalogListing.Machine?, provider: String, source: String
    ) {
        func exact(_ value: Double?) -> TenThousandths? { value.map { TenThousandths(Int64(($0 * 10_000).rounded())) } }
        self.init(
            provider: provider, type: type, vcpus: exact(known?.vcpus ?? shape.vcpus.map(Double.init)),
            memoryMebibytes: (known?.memory ?? shape.memory).map { $0.bytes >> 20 }, accelerator: known?.accelerator,
            acceleratorCount: exact(known?.acceleratorCount),
            acceleratorMemoryMebibytes: nil,
            architecture: known?.architecture ?? shape.architecture?.rawValue, source: source)
    }
}
