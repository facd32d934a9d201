package import Kernel

/// A place that can run things: a cloud region, a cluster, a machine room. Declared by `kind: Environment`.
package struct Environment: Codable, Sendable, Hashable {
    package var name: String
    /// `aws`, `gcp`, `azure`, `onprem` or `local`.
    package var provider: String
    /// The provider's name of the region; for on-prem the site.
    package var region: String
    /// What residency may ask for: `EU`, `FI`, `onprem` …
    package var zones: [String]
    /// The catalog's machine type, which gives the price.
    package var machine: String?
    /// The price of a machine of one's own; with it no machine type.
    package var amortisation: Amortisation?
    /// Batch slots of each worker; 1 when absent.
    package var slots: Int?
    /// Replica slots of each worker; 1 when absent.
    package var servingSlots: Int?
    /// The store that its workers read from and write to.
    package var store: String
    /// How often workers renew their leases; 10 s when absent.
    package var heartbeat: TimeSpan?
    /// After how long without renewal a lease is lost; 30 s when absent.
    package var term: TimeSpan?

    package static let defaultHeartbeat = TimeSpan.seconds(10)
    package static let defaultTerm = TimeSpan.seconds(30)

    package var heartbeatInterval: TimeSpan { self.heartbeat ?? Self.defaultHeartbeat }
    package var leaseTerm: TimeSpan { self.term ?? Self.defaultTerm }

    package init(
        name: String, provider: String, region: String, zones: [String], machine: String? = nil,
        amortisation: Amortisation? = nil, slots: Int? = nil, servingSlots: Int? = nil, store: String,
        heartbeat: TimeSpan? = nil, term: TimeSpan? = nil
    ) {
        self.name = name
        self.provider = provider
        self.region = region
        self.zones = zones
        self.machine = machine
        self.amortisation = amortisation
        self.slots = slots
        self.servingSlots = servingSlots
        self.store = store
        self.heartbeat = heartbeat
        self.term = term
    }
}

/// What a machine of one's own costs.
///
/// Hourly price = hardware ÷ (depreciation in hours × utilisation) + power × electricity price.
/// Source: straight-line depreciation over the hours in use, as in Barroso, Hölzle, Ranganathan,
/// *The Datacenter as a Computer* (3rd ed., 2018), ch. 6.
package struct Amortisation: Codable, Sendable, Hashable {
    package var hardware: Money
    package var depreciation: TimeSpan
    /// Share of the hours in which it does useful work, 0 < u ≤ 1.
    package var utilisation: Double
    /// Mean draw in watts, cooling included.
    package var watts: Double
    package var electricityPerKilowattHour: Money

    package init(
        hardware: Money, depreciation: TimeSpan, utilisation: Double, watts: Double, electricityPerKilowattHour: Money
    ) {
        self.hardware = hardware
        self.depreciation = depreciation
        self.utilisation = utilisation
        self.watts = watts
        self.electricityPerKilowattHour = electricityPerKilowattHour
    }
}

/// An environment with what is known of it now.
package struct EnvironmentStatus: Codable, Sendable, Hashable {
    package var environment: Environment
    /// What one slot costs for an hour.
    package var pricePerSlotHour: Money
    /// What it costs everybody: before discounts and commitments.
    package var listPricePerSlotHour: Money
    package var workers: [Worker]
    package var usedSlots: Int
    package var usedServingSlots: Int

    package init(
        environment: Environment, pricePerSlotHour: Money, listPricePerSlotHour: Money? = nil, workers: [Worker],
        usedSlots: Int, usedServingSlots: Int
    ) {
        self.environment = environment
        self.pricePerSlotHour = pricePerSlotHour
        self.listPricePerSlotHour = listPricePerSlotHour ?? pricePerSlotHour
        self.workers = workers
        self.usedSlots = usedSlots
        self.usedServingSlots = usedServingSlots
    }
}

package struct JoinTokenRequest: Codable, Sendable, Hashable {
    /// 1 h when absent; at most 7 d.
    package var validFor: TimeSpan?

    package init(validFor: TimeSpan? = nil) {
        self.validFor = validFor
    }
}
