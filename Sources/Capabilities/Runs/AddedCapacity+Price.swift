import Catalog
import Contract
import Fleet
import Kernel
import Placement

extension AddedCapacity {
    /// What a question adds, priced and sized.
    ///
    /// - Parameter stores: those that are declared.
    /// - Throws: `invalid` for a price or a size that is not said, or said twice, and for what cannot be.
    init(_ addition: WhatIfAddition, stores: [Store], catalog: Catalog) throws {
        let environment = addition.environment
        try Self.check(addition, stores)
        let machine = environment.machine.flatMap {
            catalog.machine(environment.provider, environment.region, $0)
        }
        let price = try environment.pricePerHour ?? catalog.hourlyPrice(of: environment.declaration)
        guard let cpus = environment.cpus ?? machine?.vcpus,
            let memory = environment.memory ?? machine?.memory
        else {
            throw Self.refuse(environment, "how large a machine of it is is not known. Give 'cpus' and 'memory'.")
        }
        let slots = environment.slots ?? 1, servingSlots = environment.servingSlots ?? 1
        let store = environment.store ?? Self.ownStore(environment.name)
        let machines = addition.machines
        let offer = PlacementOffer(
            environment: environment.name, provider: environment.provider, region: environment.region,
            zones: Set(environment.zones), store: store,
            storeZones: stores.first { $0.name == store }.map { Set($0.zones) },
            pricePerSlotHour: price.share(of: 1, in: Int64(slots + servingSlots)), machineType: environment.machine,
            cpus: cpus / Double(max(1, slots)), servingCPUs: cpus / Double(max(1, servingSlots)), memory: memory,
            gpu: environment.gpu, hasContainerEngine: environment.containerEngine ?? true, liveWorkers: machines,
            slots: slots * machines, freeSlots: slots * machines, servingSlots: servingSlots * machines,
            freeServingSlots: servingSlots * machines)
        let each = addition.purchase ?? environment.amortisation?.hardware
        self.init(
            offer: offer, machines: machines, purchase: each.map { $0 * Int64(machines) },
            electricityPerHour: try Self.electricity(of: environment, catalog))
    }

    /// The name of the store that comes with an environment that names none; no declared store has such a name.
    static func ownStore(_ environment: String) -> String { "\(environment) (new)" }

    /// The price without the hardware, which is what is left when it costs nothing.
    private static func electricity(of environment: WhatIfEnvironment, _ catalog: Catalog) throws -> Money? {
        guard var amortisation = environment.amortisation else { return nil }
        amortisation.hardware = .zero
        var declaration = environment.declaration
        declaration.amortisation = amortisation
        return try catalog.hourlyPrice(of: declaration)
    }

    private static func check(_ addition: WhatIfAddition, _ stores: [Store]) throws {
        let environment = addition.environment
        let prices = [environment.machine != nil, environment.amortisation != nil, environment.pricePerHour != nil]
        switch prices.count(where: { $0 }) {
        case 0: throw self.refuse(environment, "it has no price. Give 'amortisation', 'machine' or 'price-per-hour'.")
        case 1: break
        default:
            throw self.refuse(
                environment,
                "it has several prices. Keep one of 'amortisation', 'machine' and 'price-per-hour'.")
        }
        if addition.purchase != nil, environment.machine != nil {
            throw self.refuse(environment, "'machine' is rented and not bought. Remove 'purchase' or 'machine'.")
        }
        for money in [addition.purchase, environment.pricePerHour].compactMap(\.self) where money < .zero {
            throw self.refuse(environment, "\(money) is below zero. Give an amount of at least 0.")
        }
        try self.checkSize(addition)
        guard let store = environment.store, !stores.contains(where: { $0.name == store }) else { return }
        let near = NearestName.of(store, among: stores.map(\.name)).map { "Did you mean '\($0)'?" }
        throw self.refuse(
            environment, "there is no store '\(store)'. \(near ?? "Leave 'store' out for a new one.")")
    }

    private static func checkSize(_ addition: WhatIfAddition) throws {
        let environment = addition.environment
        guard (1...WhatIfAddition.maximumCount).contains(addition.machines) else {
            throw self.refuse(
                environment, "'count' is \(addition.machines), and 1 to \(WhatIfAddition.maximumCount) can be.")
        }
        let slots = [environment.slots ?? 1, environment.servingSlots ?? 1]
        guard slots.allSatisfy((0...Environments.maximumSlots).contains), slots.contains(where: { $0 > 0 }),
            slots.reduce(0, +) * addition.machines <= Environments.maximumSlots
        else {
            throw self.refuse(
                environment,
                "slots times machines must be 1 to \(Environments.maximumSlots). Give 'slots', 'serving-slots' or 'count' anew."
            )
        }
        if let cpus = environment.cpus, !(cpus > 0 && cpus.isFinite) {
            throw self.refuse(environment, "\(cpus) 'cpus' are not above 0.")
        }
    }

    private static func refuse(_ environment: WhatIfEnvironment, _ why: String) -> WhatIfError {
        .badAddition(environment.name, why: why)
    }
}
