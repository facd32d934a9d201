package import Kernel

/// What a provider asks for an hour of one machine type in one region, as its own price list says it.
///
/// Linux, shared hardware, before discounts and taxes, without disks and traffic. What the list does not say is nil, which
/// means unknown, never zero.
package struct PricedOffer: Codable, Sendable, Hashable {
    /// The provider's own name of the region: `eu-central-1`, `europe-west4`, `westeurope`.
    package var region: String
    /// The provider's own name of the machine type: `m7i.large`, `n2-standard-4`, `Standard_D4s_v5`.
    package var type: String
    /// For an hour, until it is given back.
    package var onDemand: Money?
    /// For an hour of a machine that the provider may take back at any time.
    package var spot: Money?
    package var shape: Shape

    package init(
        region: String, type: String, onDemand: Money? = nil, spot: Money? = nil, shape: Shape = Shape()
    ) {
        self.region = region
        self.type = type
        self.onDemand = onDemand
        self.spot = spot
        self.shape = shape
    }

    /// As much of a machine as a price list tells; most of them tell nothing.
    package struct Shape: Codable, Sendable, Hashable {
        package var vcpus: Int?
        package var memory: ByteCount?
        /// How many accelerators it has. Price lists count them and do not name them.
        package var gpus: Int?
        package var architecture: Architecture?

        package init(
            vcpus: Int? = nil, memory: ByteCount? = nil, gpus: Int? = nil, architecture: Architecture? = nil
        ) {
            self.vcpus = vcpus
            self.memory = memory
            self.gpus = gpus
            self.architecture = architecture
        }
    }

    /// The instruction set.
    package enum Architecture: String, Codable, Sendable, CaseIterable {
        case x86 = "x86_64"
        case arm64
    }

    /// This offer with what only `other` knows of the same machine type in the same region. Where both know a price and
    /// they differ, the higher counts: a plan that turns out cheaper than it said does no harm.
    package func merged(with other: PricedOffer) -> PricedOffer {
        precondition(self.region == other.region && self.type == other.type, "only one offer's parts are merged")
        func higher(_ a: Money?, _ b: Money?) -> Money? { [a, b].compactMap { $0 }.max() }
        return PricedOffer(
            region: self.region, type: self.type, onDemand: higher(self.onDemand, other.onDemand),
            spot: higher(self.spot, other.spot),
            shape: Shape(
                vcpus: self.shape.vcpus ?? other.shape.vcpus, memory: self.shape.memory ?? other.shape.memory,
                gpus: self.shape.gpus ?? other.shape.gpus,
                architecture: self.shape.architecture ?? other.shape.architecture))
    }
}
