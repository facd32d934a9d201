package import Kernel

/// A new environment with what was said of its price.
package struct AddedCapacity: Sendable, Hashable {
    package var offer: PlacementOffer
    package var machines: Int
    /// Of all machines; nil when nothing is bought.
    package var purchase: Money?
    /// Of one machine, where an amortisation prices it; nil where its price is a running cost.
    package var electricityPerHour: Money?

    package init(offer: PlacementOffer, machines: Int, purchase: Money? = nil, electricityPerHour: Money? = nil) {
        self.offer = offer
        self.machines = machines
        self.purchase = purchase
        self.electricityPerHour = electricityPerHour
    }

    /// Whether the price of its slots has hardware in it that the purchase pays.
    var isAmortised: Bool { self.purchase != nil && self.electricityPerHour != nil }
}
