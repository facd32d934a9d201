package import Contract
package import Kernel

extension Catalog {
    /// What an hour of one machine of an environment costs, on demand.
    ///
    /// From its catalog machine type or its amortisation; the environment `local` with neither costs nothing.
    /// - Throws: `invalid` when it has both, when it has neither, or when the price of the machine type is unknown.
    package func hourlyPrice(of environment: Environment) throws(CatalogError) -> Money {
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
    package func slotPrice(of environment: Environment) throws(CatalogError) -> Money {
        let slots = (environment.slots ?? 1) + (environment.servingSlots ?? 1)
        guard slots > 0 else { throw .noSlots(environment: environment.name) }
        return try self.hourlyPrice(of: environment).share(of: 1, in: Int64(slots))
    }

    private func price(of type: String, in environment: Environment) throws(CatalogError) -> Money {
        let provider = environment.provider
        if let offer = self.machine(provider, environment.region, type) {
            if let price = offer.pricePerHour { return price }
            throw .unpriced(type: type, provider: provider, region: environment.region)
        }
        guard let table = self.offers(of: provider), let region = table.region(provider, environment.region) else {
            let known = self.codes(of: provider)
            let near = NearNames.of(environment.region, among: known)
            throw .unknownRegion(
                environment: environment.name, provider: provider, region: environment.region,
                near: (near.isEmpty ? Array(known.prefix(NearNames.limit)) : near).map { "\(provider) \($0)" })
        }
        let here = table[.regionOfferStart].range(region).map {
            table.text(.machineType, table[.offerMachine].index($0))
        }
        throw .unknownMachine(
            type: type, provider: provider, region: environment.region, near: NearNames.of(type, among: here))
    }
}
