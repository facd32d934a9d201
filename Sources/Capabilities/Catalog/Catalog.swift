package import Contract
package import Kernel

/// What the clouds sell: machine types and what an hour of one costs, and what a byte costs on its way out.
///
/// The tables are embedded, thin and dated: on-demand prices of general-purpose and compute-optimised machines in
/// `aws us-east-1` and `gcp europe-west4`, and published egress rates. Each figure names its source and its date, so that
/// a bill that differs can be traced. Machines of one's own are priced by the amortisation formula that
/// `Contract/Environment.swift` documents.
///
/// It refuses to guess. What is not in a table is *unknown*, a typed fault that names what was asked for and the nearest
/// names that are known; it is never zero and never another region's price. Discounts, free tiers, spot prices and
/// "offered here" against "available now" are not known here either. Lookups are linear over some fifty rows.
package enum Catalog {
    /// The machine type of a provider's region; nil when the table has no such row.
    package static func machine(_ provider: String, _ region: String, _ type: String) -> MachineOffer? {
        MachineTable.all.first { $0.provider == provider && $0.region == region && $0.type == type }
    }

    /// What an hour of one machine of an environment costs.
    ///
    /// From its catalog machine type or its amortisation; the environment `local` with neither costs nothing.
    /// - Throws: `invalid` when it has both, when it has neither, or when the machine type is not in the table.
    package static func hourlyPrice(of environment: Environment) throws(CatalogError) -> Money {
        switch (environment.machine, environment.amortisation) {
        case (.some, .some): throw .twoPrices(environment: environment.name)
        case (let type?, nil): return try self.price(of: type, in: environment)
        case (nil, let amortisation?): return try amortisation.hourlyPrice(for: environment.name)
        case (nil, nil):
            guard environment.provider == "local" else {
                throw .noPrice(environment: environment.name, provider: environment.provider)
            }
            return .zero
        }
    }

    /// What one slot of an environment costs for an hour: the machine's price in equal parts over its batch and replica
    /// slots, rounded to the nano-dollar.
    ///
    /// - Throws: as `hourlyPrice(of:)`, and `invalid` when the environment has no slot at all.
    package static func slotPrice(of environment: Environment) throws(CatalogError) -> Money {
        let slots = (environment.slots ?? 1) + (environment.servingSlots ?? 1)
        guard slots > 0 else { throw .noSlots(environment: environment.name) }
        return try self.hourlyPrice(of: environment).share(of: 1, in: Int64(slots))
    }

    private static func price(of type: String, in environment: Environment) throws(CatalogError) -> Money {
        if let offer = self.machine(environment.provider, environment.region, type) { return offer.pricePerHour }
        let here = MachineTable.all.filter { $0.provider == environment.provider && $0.region == environment.region }
        guard !here.isEmpty else {
            throw .unknownRegion(
                environment: environment.name, provider: environment.provider, region: environment.region,
                known: Set(MachineTable.all.map { "\($0.provider) \($0.region)" }).sorted())
        }
        throw .unknownMachine(
            type: type, provider: environment.provider, region: environment.region,
            near: NearNames.of(type, among: here.map(\.type)))
    }
}
