import Contract
import Kernel

/// When each slot of each offer falls free, while runs are replayed in the order in which they were submitted.
struct SlotTimes {
    private struct Key: Hashable {
        let environment: String
        let kind: RunKind
    }

    private let offers: [PlacementOffer]
    private var freeAt: [Key: [Timestamp]] = [:]

    init(_ offers: [PlacementOffer]) {
        self.offers = offers
        for offer in offers {
            for kind in RunKind.allCases {
                let free = Timestamp(milliseconds: .min)
                self.freeAt[Key(environment: offer.environment, kind: kind)] = Array(
                    repeating: free, count: offer.slots(of: kind))
            }
        }
    }

    /// The offers with the slots that are free at that moment.
    func offers(at moment: Timestamp) -> [PlacementOffer] {
        self.offers.map { offer in
            var offer = offer
            offer.freeSlots = self.free(.batch, of: offer.environment, at: moment)
            offer.freeServingSlots = self.free(.replica, of: offer.environment, at: moment)
            return offer
        }
    }

    /// The first moment after `moment` at which a slot falls free; nil when none is taken then.
    func next(_ kind: RunKind, of environment: String, after moment: Timestamp) -> Timestamp? {
        self.freeAt[Key(environment: environment, kind: kind)]?.filter { $0 > moment }.min()
    }

    /// Takes the slot that has been free for the shortest time, so that earlier gaps stay for those who fit in.
    mutating func take(_ kind: RunKind, of environment: String, from start: Timestamp, until end: Timestamp) {
        let key = Key(environment: environment, kind: kind)
        guard let slots = self.freeAt[key],
            let slot = slots.indices.filter({ slots[$0] <= start }).max(by: { slots[$0] < slots[$1] })
        else { preconditionFailure("a slot is taken only where one is free") }
        self.freeAt[key]?[slot] = end
    }

    private func free(_ kind: RunKind, of environment: String, at moment: Timestamp) -> Int {
        self.freeAt[Key(environment: environment, kind: kind)]?.count { $0 <= moment } ?? 0
    }
}
