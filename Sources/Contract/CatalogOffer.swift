package import Kernel

/// A machine type for sale in one region, with who says so. What is absent is unknown.
package struct CatalogOffer: Sendable, Hashable {
    package var provider: String
    package var region: String
    package var type: String
    package var vcpus: Double?
    package var memory: ByteCount?
    /// The canonical name; absent for none.
    package var accelerator: String?
    /// Less than 1 for a share of one.
    package var acceleratorCount: Double?
    /// Of each, as much of it as is sold.
    package var acceleratorMemory: ByteCount?
    /// `x86_64`, `arm64` …
    package var architecture: String?
    /// On demand, Linux, before discounts and taxes.
    package var pricePerHour: Money?
    /// As it was on the day; it changes by the hour.
    package var spotPricePerHour: Money?
    /// Availability zones that offer it, which is not to say that it is available there now.
    package var zones: [String]
    /// Who published the prices.
    package var source: String
    /// The day on which they were taken, `2026-07-20`.
    package var asOf: String

    package init(
        provider: String, region: String, type: String, vcpus: Double? = nil, memory: ByteCount? = nil,
        accelerator: String? = nil, acceleratorCount: Double? = nil, acceleratorMemory: ByteCount? = nil,
        architecture: String? = nil, pricePerHour: Money? = nil, spotPricePerHour: Money? = nil, zones: [String] = [],
        source: String, asOf: String
    ) {
        self.provider = provider
        self.region = region
        self.type = type
        self.vcpus = vcpus
        self.memory = memory
        self.accelerator = accelerator
        self.acceleratorCount = acceleratorCount
        self.acceleratorMemory = acceleratorMemory
        self.architecture = architecture
        self.pricePerHour = pricePerHour
        self.spotPricePerHour = spotPricePerHour
        self.zones = zones
        self.source = source
        self.asOf = asOf
    }
}

extension CatalogOffer: Codable {
    private enum CodingKeys: String, CodingKey {
        case provider, region, type, vcpus, memory, accelerator, acceleratorCount, acceleratorMemory, architecture
        case pricePerHour, spotPricePerHour, zones, source, asOf
    }

    /// Prices are decimal texts in dollars.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            provider: try fields.decode(String.self, forKey: .provider),
            region: try fields.decode(String.self, forKey: .region),
            type: try fields.decode(String.self, forKey: .type),
            vcpus: try fields.decodeIfPresent(Double.self, forKey: .vcpus),
            memory: try fields.decodeIfPresent(ByteCount.self, forKey: .memory),
            accelerator: try fields.decodeIfPresent(String.self, forKey: .accelerator),
            acceleratorCount: try fields.decodeIfPresent(Double.self, forKey: .acceleratorCount),
            acceleratorMemory: try fields.decodeIfPresent(ByteCount.self, forKey: .acceleratorMemory),
            architecture: try fields.decodeIfPresent(String.self, forKey: .architecture),
            pricePerHour: try fields.decodeIfPresent(Dollars.self, forKey: .pricePerHour)?.money,
            spotPricePerHour: try fields.decodeIfPresent(Dollars.self, forKey: .spotPricePerHour)?.money,
            zones: try fields.decode([String].self, forKey: .zones),
            source: try fields.decode(String.self, forKey: .source),
            asOf: try fields.decode(String.self, forKey: .asOf))
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(self.provider, forKey: .provider)
        try fields.encode(self.region, forKey: .region)
        try fields.encode(self.type, forKey: .type)
        try fields.encodeIfPresent(self.vcpus, forKey: .vcpus)
        try fields.encodeIfPresent(self.memory, forKey: .memory)
        try fields.encodeIfPresent(self.accelerator, forKey: .accelerator)
        try fields.encodeIfPresent(self.acceleratorCount, forKey: .acceleratorCount)
        try fields.encodeIfPresent(self.acceleratorMemory, forKey: .acceleratorMemory)
        try fields.encodeIfPresent(self.architecture, forKey: .architecture)
        try fields.encodeIfPresent(self.pricePerHour.map(Dollars.init), forKey: .pricePerHour)
        try fields.encodeIfPresent(self.spotPricePerHour.map(Dollars.init), forKey: .spotPricePerHour)
        try fields.encode(self.zones, forKey: .zones)
        try fields.encode(self.source, forKey: .source)
        try fields.encode(self.asOf, forKey: .asOf)
    }
}

/// What a search of the catalog found: the first of it, and how much there is.
package struct CatalogOffers: Codable, Sendable, Hashable {
    package var items: [CatalogOffer]
    /// How many offers match, shown or not.
    package var total: Int

    package init(items: [CatalogOffer], total: Int) {
        self.items = items
        self.total = total
    }
}
