package import Kernel

/// A machine type for sale in one region, on demand.
package struct MachineOffer: Sendable, Hashable {
    package let provider: String
    package let region: String
    package let type: String
    package let vcpus: Int
    package let memory: ByteCount
    /// On demand, Linux, before discounts and taxes.
    package let pricePerHour: Money
    /// Who published the figure.
    package let source: String
    /// The day on which the figure was taken, `2026-07-20`.
    package let asOf: String
}
