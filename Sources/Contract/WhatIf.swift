package import Kernel

/// A question about other places to run: the runs of a period, and what would be offered instead of what was.
///
/// What a client posts to have the recorded runs replayed. Today's environments less those that `without` names or that `only`
/// does not name, plus those of `add`, are what the runs may choose from.
package struct WhatIf: Codable, Sendable, Hashable {
    /// The days up to `until`; 90 when neither this nor `from` is given.
    package var period: TimeSpan?
    /// Runs submitted from this moment on; excludes `period`.
    package var from: Timestamp?
    /// Runs submitted before this moment; now when absent.
    package var until: Timestamp?
    /// Only runs of this project.
    package var project: String?
    /// Environments of today that are gone: all that one of its lists names.
    package var without: WhatIfFilter?
    /// Environments of today that stay: those that each of its lists names.
    package var only: WhatIfFilter?
    package var add: [WhatIfAddition]?

    /// A quarter: long enough for the runs that come once a month, short enough to be about the work of today.
    package static let defaultPeriod = TimeSpan.hours(90 * 24)
    /// More new environments than this compare nothing that a person can read.
    package static let maximumAdditions = 100

    package init(
        period: TimeSpan? = nil, from: Timestamp? = nil, until: Timestamp? = nil, project: String? = nil,
        without: WhatIfFilter? = nil, only: WhatIfFilter? = nil, add: [WhatIfAddition]? = nil
    ) {
        self.period = period
        self.from = from
        self.until = until
        self.project = project
        self.without = without
        self.only = only
        self.add = add
    }
}

/// Environments by what they are; names may have wildcards, such as `eu-*`.
package struct WhatIfFilter: Codable, Sendable, Hashable {
    package var providers: [String]?
    package var regions: [String]?
    package var environments: [String]?

    package init(providers: [String]? = nil, regions: [String]? = nil, environments: [String]? = nil) {
        self.providers = providers
        self.regions = regions
        self.environments = environments
    }
}

/// An environment that there is not yet, and what buying it would cost.
package struct WhatIfAddition: Codable, Sendable, Hashable {
    package var environment: WhatIfEnvironment
    /// What one machine is bought for; the hardware of its amortisation when absent.
    package var purchase: Money?
    /// Machines; 1 when absent.
    package var count: Int?

    /// More machines of one kind than this are a typing error.
    package static let maximumCount = 10_000

    package init(environment: WhatIfEnvironment, purchase: Money? = nil, count: Int? = nil) {
        self.environment = environment
        self.purchase = purchase
        self.count = count
    }

    package var machines: Int { self.count ?? 1 }
}

/// A declaration as `kind: Environment` has it, with what a worker would have said of its machine.
package struct WhatIfEnvironment: Codable, Sendable, Hashable {
    package var name: String
    package var provider: String
    package var region: String
    package var zones: [String]
    /// The catalog's machine type, which gives price, cores and memory.
    package var machine: String?
    package var amortisation: Amortisation?
    /// What an hour of one machine costs, everything included, where neither a machine type nor an amortisation says it.
    package var pricePerHour: Money?
    /// Batch slots of each machine; 1 when absent.
    package var slots: Int?
    /// Replica slots of each machine; 1 when absent.
    package var servingSlots: Int?
    /// A declared store; when absent a new one of its own, empty at first.
    package var store: String?
    /// Cores of one machine; the machine type's when absent.
    package var cpus: Double?
    /// Of one machine; the machine type's when absent.
    package var memory: ByteCount?
    /// `<name>` or `<name>:<count>` of one machine.
    package var gpu: String?
    /// Whether it can run images; true when absent.
    package var containerEngine: Bool?

    package init(
        name: String, provider: String, region: String, zones: [String] = [], machine: String? = nil,
        amortisation: Amortisation? = nil, pricePerHour: Money? = nil, slots: Int? = nil, servingSlots: Int? = nil,
        store: String? = nil, cpus: Double? = nil, memory: ByteCount? = nil, gpu: String? = nil,
        containerEngine: Bool? = nil
    ) {
        self.name = name
        self.provider = provider
        self.region = region
        self.zones = zones
        self.machine = machine
        self.amortisation = amortisation
        self.pricePerHour = pricePerHour
        self.slots = slots
        self.servingSlots = servingSlots
        self.store = store
        self.cpus = cpus
        self.memory = memory
        self.gpu = gpu
        self.containerEngine = containerEngine
    }

    /// As it would be declared.
    package var declaration: Environment {
        Environment(
            name: self.name, provider: self.provider, region: self.region, zones: self.zones, machine: self.machine,
            amortisation: self.amortisation, slots: self.slots, servingSlots: self.servingSlots,
            store: self.store ?? self.name)
    }
}
