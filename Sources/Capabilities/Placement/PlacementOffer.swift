package import Contract
package import Kernel

/// What one environment has to offer at this moment.
package struct PlacementOffer: Sendable, Hashable {
    package var environment: String
    package var provider: String
    package var region: String
    package var zones: Set<String>
    /// The store its workers read from and write to.
    package var store: String
    /// The zones of that store; nil when they are the environment's.
    package var storeZones: Set<String>?
    package var pricePerSlotHour: Money
    /// The same as published, before anything that was negotiated.
    package var listPricePerSlotHour: Money
    /// The catalog's name of its machines, when they are rented.
    package var machineType: String?
    /// Whether the owner may take its machines back at any time.
    package var isSpot: Bool
    /// Mean draw of one slot in watts; nil when nobody knows.
    package var watts: Double?
    /// How long a run is likely to wait for a slot, when none is free.
    package var queueWait: TimeSpan
    /// How promising a try is, above 0 and at most 1; less when it refused lately. It counts as so much dearer.
    package var availability: Double
    /// Cores of one batch slot of the live worker that has most: the machine's in equal parts over its batch slots.
    package var cpus: Double
    /// The same of one replica slot: replicas share the machine with batch runs, not with each other's part.
    package var servingCPUs: Double
    /// Of its largest live worker.
    package var memory: ByteCount
    /// `<name>` or `<name>:<count>` of its best live worker, as in `Resources.gpu`.
    package var gpu: String?
    /// Whether a live worker has a container engine.
    package var hasContainerEngine: Bool
    package var liveWorkers: Int
    /// Batch slots of all live workers, and how many are free.
    package var slots: Int
    package var freeSlots: Int
    /// Replica slots of all live workers, and how many are free.
    package var servingSlots: Int
    package var freeServingSlots: Int

    package init(
        environment: String, provider: String, region: String, zones: Set<String>, store: String,
        storeZones: Set<String>? = nil, pricePerSlotHour: Money, listPricePerSlotHour: Money? = nil,
        machineType: String? = nil, isSpot: Bool = false, watts: Double? = nil, queueWait: TimeSpan = .zero,
        availability: Double = 1,
        cpus: Double, servingCPUs: Double? = nil,
        memory: ByteCount, gpu: String? = nil,
        hasContainerEngine: Bool, liveWorkers: Int, slots: Int, freeSlots: Int, servingSlots: Int, freeServingSlots: Int
    ) {
        self.environment = environment
        self.provider = provider
        self.region = region
        self.zones = zones
        self.store = store
        self.storeZones = storeZones
        self.pricePerSlotHour = pricePerSlotHour
        self.listPricePerSlotHour = listPricePerSlotHour ?? pricePerSlotHour
        self.machineType = machineType
        self.isSpot = isSpot
        self.watts = watts
        self.queueWait = queueWait
        self.availability = availability
        self.cpus = cpus
        self.servingCPUs = servingCPUs ?? cpus
        self.memory = memory
        self.gpu = gpu
        self.hasContainerEngine = hasContainerEngine
        self.liveWorkers = liveWorkers
        self.slots = slots
        self.freeSlots = freeSlots
        self.servingSlots = servingSlots
        self.freeServingSlots = freeServingSlots
    }

    /// Slots of that kind, taken or not.
    func slots(of kind: RunKind) -> Int { kind == .batch ? self.slots : self.servingSlots }

    /// Cores of a slot of that kind.
    func cpus(of kind: RunKind) -> Double { kind == .batch ? self.cpus : self.servingCPUs }

    /// Free slots of that kind.
    package func freeSlots(of kind: RunKind) -> Int { kind == .batch ? self.freeSlots : self.freeServingSlots }

    /// One free slot of that kind less.
    package mutating func takeSlot(of kind: RunKind) {
        if kind == .batch { self.freeSlots -= 1 } else { self.freeServingSlots -= 1 }
    }
}
