import CloudPorts
import Contract
package import Kernel

/// A machine type of Compute Engine and what it is made of.
package struct GoogleMachineType: Sendable, Hashable {
    package var type: String
    package var vcpus: Int
    package var memory: ByteCount
    /// Accelerators that are part of the type; not those that can be attached.
    package var gpus: Int

    package init(type: String, vcpus: Int, memory: ByteCount, gpus: Int = 0) {
        self.type = type
        self.vcpus = vcpus
        self.memory = memory
        self.gpus = gpus
    }

    /// Thousandths of a vCPU that are billed; others pay for each vCPU they have. Source: Compute Engine pricing, "E2
    /// shared-core machine types".
    private static let sharedCores: [String: Int64] = ["e2-micro": 250, "e2-small": 500, "e2-medium": 1_000]
    /// Families with a price that the parts do not add up to: a premium, a single price for all, disks.
    private static let unknownFamilies: Set<String> = ["m2", "f1", "g1", "z3"]
    /// Old names of machine types that are billed as `m1`.
    private static let renamed = ["n1-megamem-", "n1-ultramem-"]
    /// Families that are sold with accelerators only: without a known one the price would be a small part of the truth.
    private static let acceleratedFamilies: Set<String> = ["a2", "a3", "a4", "a4x", "g2", "g4"]

    /// What it costs in a region; nil when a part of it has no price there.
    ///
    /// - Throws: `malformed` when the sum cannot be true.
    func offer(in region: String, at rates: GoogleRates, _ reading: PriceListReading) throws(PriceSourceError)
        -> PricedOffer?
    {
        let onDemand = try self.price(in: region, isSpot: false, at: rates, reading)
        let spot = try self.price(in: region, isSpot: true, at: rates, reading)
        guard onDemand != nil || spot != nil else { return nil }
        return PricedOffer(
            region: region, type: self.type, onDemand: onDemand, spot: spot,
            shape: .init(vcpus: self.vcpus, memory: self.memory, gpus: self.gpus))
    }

    /// `vCPUs · core + GiB · memory + GPUs · gpu`, each product rounded half up to the nano-dollar.
    private func price(in region: String, isSpot: Bool, at rates: GoogleRates, _ reading: PriceListReading)
        throws(PriceSourceError) -> Money?
    {
        guard let family = self.billedFamily,
            let core = rates.price(of: .core(family: family), in: region, isSpot: isSpot),
            let memory = rates.price(of: .memory(family: family), in: region, isSpot: isSpot)
        else { return nil }
        let thousandths = Self.sharedCores[self.type] ?? Int64(self.vcpus) * 1_000
        var sum = core.share(of: thousandths, in: 1_000) + memory.perGibibyte(for: self.memory)
        if self.gpus > 0 {
            guard let part = GooglePart.gpu(ofMachine: self.type),
                let gpu = rates.price(of: part, in: region, isSpot: isSpot)
            else { return nil }
            sum += gpu * Int64(self.gpus)
        }
        return try reading.price(sum, of: "'\(self.type)' in \(region)")
    }

    /// The family under whose name the list prices its parts; nil when they do not add up to a price.
    private var billedFamily: String? {
        let family = String(self.type.prefix { $0 != "-" })
        guard !Self.unknownFamilies.contains(family), !self.type.hasSuffix("-lssd"),
            !Self.renamed.contains(where: self.type.hasPrefix),
            self.gpus > 0 || !Self.acceleratedFamilies.contains(family)
        else { return nil }
        if self.type.hasPrefix("a3-megagpu-") { return "a3plus" }
        if self.type.hasPrefix("a3-ultragpu-") { return "a3ultra" }
        return self.type == "m4-ultramem-224" ? "m4ultramem224" : family
    }
}
