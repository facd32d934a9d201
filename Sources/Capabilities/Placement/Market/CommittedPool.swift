/// Offers of the market that a commitment covers: it is paid for whether they run or not, so while there is room in it they cost
/// nothing, or what it does not reach for.
///
/// Its room is shared by all that run at the same time, as slots of an environment are. A machine that it could cover only in part
/// because others run then counts as not covered, so a plan never promises more room than there is.
package struct CommittedPool: Sendable {
    /// One machine type in one region.
    package struct Offer: Sendable {
        /// With what is paid beside the commitment as its price.
        package var listing: Market.Listing
        /// What it takes of the capacity while it runs.
        package var units: Int64

        package init(listing: Market.Listing, units: Int64) {
            self.listing = listing
            self.units = units
        }
    }

    let name: String
    /// Machines at a time, or nano-dollars an hour.
    let capacity: Int64
    let book: Market.Book
    /// `[position in the book]`
    private let units: ContiguousArray<Int64>

    package init(name: String, capacity: Int64, offers: [Offer], in market: Market) {
        self.name = name
        self.capacity = capacity
        let book = Market.book(
            of: offers.map(\.listing), market.locations.count, market.shapes.count)
        self.book = book
        let units = Dictionary(
            offers.map { ([$0.listing.location, $0.listing.shape], $0.units) }, uniquingKeysWith: max)
        self.units = ContiguousArray(
            book.shapes.indices.map { units[[Int(book.locations[$0]), Int(book.shapes[$0])]] ?? capacity })
    }

    /// The best offer that fits in each location where one does.
    ///
    /// - Parameter number: of this pool in its market.
    func offers(_ fit: Market.Fit, number: Int) -> [MarketOffer] {
        self.book.firsts(fit).enumerated().compactMap { location, position in
            guard position != Market.Book.none else { return nil }
            let taken = MarketOffer.Commitment(number: number, units: self.units[Int(position)])
            return self.book.offer(Int(position), location, isSpot: false, commitment: taken)
        }
    }
}

extension Market {
    /// The same market with commitments that cover a part of it; they stand in the order in which their room is taken.
    package func covered(by pools: [CommittedPool]) -> Market {
        var market = self
        market.committed = pools
        return market
    }
}
