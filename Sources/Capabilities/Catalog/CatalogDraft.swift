package import Kernel

/// Who published figures, and as of when.
package struct CatalogSource: Sendable, Hashable {
    /// Short and stable, what rows refer to.
    package var id: String
    package var name: String
    /// The day on which the figures were taken, `2026-07-20`.
    package var date: String
    package var licence: String

    package init(id: String, name: String, date: String, licence: String) {
        self.id = id
        self.name = name
        self.date = date
        self.licence = licence
    }
}

/// A number with four decimals, exactly: vCPUs, accelerators of a machine (a sixth of one is sold), watts, grams.
package struct TenThousandths: Sendable, Hashable, Comparable {
    package var count: Int64

    package init(_ count: Int64) { self.count = count }

    package var double: Double { Double(self.count) / 10_000 }

    package static func < (a: Self, b: Self) -> Bool { a.count < b.count }
}

/// A catalog as plain values: what is read from CSV or a price list, and packed into a `CatalogTable`.
///
/// Absent is unknown, never zero. Each figure names its source by id. It checks nothing itself; packing does. Unpacking the
/// packed draft gives the same rows in canonical order, by their keys.
package struct CatalogDraft: Sendable, Hashable {
    package var sources: [CatalogSource] = []
    package var machines: [Machine] = []
    package var regions: [Region] = []
    package var offers: [Offer] = []
    package var egress: [EgressTier] = []
    package var storage: [StorageTier] = []
    package var accelerators: [Accelerator] = []

    package init() {}
}

extension CatalogDraft {
    /// The shape of a provider's machine type.
    package struct Machine: Sendable, Hashable {
        package var provider: String
        package var type: String
        package var vcpus: TenThousandths?
        package var memoryMebibytes: Int64?
        /// The canonical name; absent for none.
        package var accelerator: String?
        package var acceleratorCount: TenThousandths?
        /// Of each.
        package var acceleratorMemoryMebibytes: Int64?
        /// `x86_64`, `arm64` …
        package var architecture: String?
        package var source: String

        package init(
            provider: String, type: String, vcpus: TenThousandths? = nil, memoryMebibytes: Int64? = nil,
            accelerator: String? = nil, acceleratorCount: TenThousandths? = nil,
            acceleratorMemoryMebibytes: Int64? = nil,
            architecture: String? = nil, source: String
        ) {
            self.provider = provider
            self.type = type
            self.vcpus = vcpus
            self.memoryMebibytes = memoryMebibytes
            self.accelerator = accelerator
            self.acceleratorCount = acceleratorCount
            self.acceleratorMemoryMebibytes = acceleratorMemoryMebibytes
            self.architecture = architecture
            self.source = source
        }
    }

    /// What is known of a provider's region.
    package struct Region: Sendable, Hashable {
        package var provider: String
        package var code: String
        package var name: String = ""
        /// Millionths of a degree, north and east positive.
        package var latitude: Int64?
        package var longitude: Int64?
        /// ISO 3166 alpha-2.
        package var country: String?
        /// Residency zones: `EU`, `EEA`, `UK` …
        package var zones: [String] = []
        /// Grams of CO₂ equivalent per kilowatt-hour of its grid.
        package var carbon: TenThousandths?
        package var carbonSource: String?
        package var locationSource: String?
        /// Regions whose traffic is priced alike.
        package var egressGroup: String?

        package init(provider: String, code: String) {
            self.provider = provider
            self.code = code
        }
    }

    /// A machine type for sale in a region.
    package struct Offer: Sendable, Hashable {
        package var provider: String
        package var region: String
        package var type: String
        /// For an hour.
        package var onDemand: Money?
        package var spot: Money?
        /// Availability zones, sorted; empty when they are not known.
        package var zones: [String]
        package var source: String

        package init(
            provider: String, region: String, type: String, onDemand: Money? = nil, spot: Money? = nil,
            zones: [String] = [], source: String
        ) {
            self.provider = provider
            self.region = region
            self.type = type
            self.onDemand = onDemand
            self.spot = spot
            self.zones = zones
            self.source = source
        }
    }

    /// The price of a GiB that leaves, from this many GiB a month on.
    package struct EgressTier: Sendable, Hashable {
        package var provider: String
        package var fromGroup: String
        /// `region` (within one), `group:<group>` of the same provider, or `internet`.
        package var to: String
        package var fromGibibytes: Int64
        package var price: Money
        package var source: String

        package init(
            provider: String, fromGroup: String, to: String, fromGibibytes: Int64, price: Money, source: String
        ) {
            self.provider = provider
            self.fromGroup = fromGroup
            self.to = to
            self.fromGibibytes = fromGibibytes
            self.price = price
            self.source = source
        }
    }

    /// The price of keeping a GiB for a month, from this many GiB on.
    package struct StorageTier: Sendable, Hashable {
        package var provider: String
        package var region: String
        /// The provider's name of the class of storage.
        package var storageClass: String
        package var fromGibibytes: Int64
        package var price: Money
        package var source: String

        package init(
            provider: String, region: String, storageClass: String, fromGibibytes: Int64, price: Money, source: String
        ) {
            self.provider = provider
            self.region = region
            self.storageClass = storageClass
            self.fromGibibytes = fromGibibytes
            self.price = price
            self.source = source
        }
    }

    /// What is known of an accelerator.
    package struct Accelerator: Sendable, Hashable {
        package var name: String
        package var aliases: [String]
        package var memoryMebibytes: Int64?
        /// Thermal design power of one.
        package var watts: TenThousandths?
        package var source: String

        package init(
            name: String, aliases: [String] = [], memoryMebibytes: Int64? = nil, watts: TenThousandths? = nil,
            source: String
        ) {
            self.name = name
            self.aliases = aliases
            self.memoryMebibytes = memoryMebibytes
            self.watts = watts
            self.source = source
        }
    }

    /// The same rows in the order of their keys.
    ///
    /// - Complexity: O(n log n); O(n) when they are in order.
    package var canonical: CatalogDraft {
        var draft = self
        draft.sources.sort { $0.id < $1.id }
        draft.machines.sort { ($0.provider, $0.type) < ($1.provider, $1.type) }
        draft.regions.sort { ($0.provider, $0.code) < ($1.provider, $1.code) }
        draft.offers.sort { ($0.provider, $0.region, $0.type) < ($1.provider, $1.region, $1.type) }
        draft.egress.sort {
            ($0.provider, $0.fromGroup, $0.to, $0.fromGibibytes) < ($1.provider, $1.fromGroup, $1.to, $1.fromGibibytes)
        }
        draft.storage.sort {
            ($0.provider, $0.region, $0.storageClass, $0.fromGibibytes)
                < ($1.provider, $1.region, $1.storageClass, $1.fromGibibytes)
        }
        draft.accelerators.sort { $0.name < $1.name }
        return draft
    }
}
