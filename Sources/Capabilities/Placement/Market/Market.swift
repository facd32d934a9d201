package import Contract
package import Kernel

/// Everything that is for sale, in columns: machine types at locations, on demand and spot, cheapest first.
///
/// A hundred thousand offers of some thousand shapes in some hundred locations. A demand is compared with the shapes, once, in
/// numbers (`ShapeColumns`); then each location's offers are walked from the cheapest until a shape fits, or, where few shapes
/// do, the offers of these. What is said of classes of offers comes from sums by shape (`MarketTotals`). Built once for a
/// catalog and a price book, in O(offers · log offers); twelve bytes and two prices an offer. It knows no catalog and no clock.
package struct Market: Sendable {
    /// A machine type, wherever it is sold.
    package struct Shape: Sendable, Hashable {
        package var provider: String
        package var type: String
        package var vcpus: Double?
        package var memory: ByteCount?
        /// The canonical name of its accelerator.
        package var accelerator: String?
        package var acceleratorCount: Double
        package var architecture: Architecture?
        /// Mean draw under load; nil when nobody knows.
        package var watts: Double?

        package init(
            provider: String, type: String, vcpus: Double? = nil, memory: ByteCount? = nil, accelerator: String? = nil,
            acceleratorCount: Double = 0, architecture: Architecture? = nil, watts: Double? = nil
        ) {
            self.provider = provider
            self.type = type
            self.vcpus = vcpus
            self.memory = memory
            self.accelerator = accelerator
            self.acceleratorCount = acceleratorCount
            self.architecture = architecture
            self.watts = watts
        }
    }

    /// One line of a price list.
    package struct Listing: Sendable, Hashable {
        /// Index into the market's locations.
        package var location: Int
        /// Index into the market's shapes.
        package var shape: Int
        package var isSpot: Bool
        /// Dollars an hour as published.
        package var list: Money
        /// Dollars an hour as really paid.
        package var price: Money

        package init(location: Int, shape: Int, isSpot: Bool, list: Money, price: Money? = nil) {
            self.location = location
            self.shape = shape
            self.isSpot = isSpot
            self.list = list
            self.price = price ?? list
        }
    }

    /// The listings of one kind, by location and then by price.
    struct Book: Sendable {
        /// `[location]` to `[location + 1]`: positions in the columns.
        var starts: ContiguousArray<Int> = []
        var shapes: ContiguousArray<UInt16> = []
        var prices: ContiguousArray<Int64> = []
        var lists: ContiguousArray<Int64> = []
        /// `[shape]` to `[shape + 1]`: positions in `byShape`.
        var shapeStarts: ContiguousArray<Int> = []
        /// Positions in the columns, by shape and then by location.
        var byShape: ContiguousArray<Int32> = []
        /// `[position in the columns]`: where that is.
        var locations: ContiguousArray<UInt16> = []
        /// Of all locations together.
        var totals = MarketTotals()

        func range(_ location: Int) -> Range<Int> { self.starts[location]..<self.starts[location + 1] }
        func range(ofShape shape: Int) -> Range<Int> { self.shapeStarts[shape]..<self.shapeStarts[shape + 1] }
    }

    package let locations: [PlaceMap.Place]
    package let shapes: [Shape]
    /// Offers of which nobody knows the price, by location.
    package let unpriced: [Int]
    let columns: ShapeColumns
    let onDemand: Book
    let spot: Book
    /// What commitments cover of it.
    var committed: [CommittedPool] = []

    /// - Parameters:
    ///   - listings: in any order.
    ///   - unpriced: for each location how many offers have no known price; empty for none.
    package init(locations: [PlaceMap.Place], shapes: [Shape], listings: [Listing], unpriced: [Int] = []) {
        precondition(shapes.count < 1 << 16 && locations.count < 1 << 16, "both are numbered in 16 bits")
        self.locations = locations
        self.shapes = shapes
        self.unpriced = unpriced.isEmpty ? Array(repeating: 0, count: locations.count) : unpriced
        self.columns = ShapeColumns(shapes)
        self.onDemand = Self.book(of: listings.filter { !$0.isSpot }, locations.count, shapes.count)
        self.spot = Self.book(of: listings.filter(\.isSpot), locations.count, shapes.count)
    }

    /// How many offers have a price.
    package var count: Int { self.onDemand.shapes.count + self.spot.shapes.count }

    /// Every listing, by location; on demand first.
    package func forEachListing(_ body: (Listing) -> Void) {
        for (book, isSpot) in [(self.onDemand, false), (self.spot, true)] {
            for location in self.locations.indices {
                for position in book.range(location) {
                    body(
                        Listing(
                            location: location, shape: Int(book.shapes[position]), isSpot: isSpot,
                            list: Money(nanodollars: book.lists[position]),
                            price: Money(nanodollars: book.prices[position])))
                }
            }
        }
    }

    static func book(of listings: [Listing], _ locations: Int, _ shapes: Int) -> Book {
        let sorted = listings.sorted { ($0.location, $0.price, $0.shape) < ($1.location, $1.price, $1.shape) }
        var book = Book()
        book.shapes = ContiguousArray(sorted.map { UInt16($0.shape) })
        book.prices = ContiguousArray(sorted.map(\.price.nanodollars))
        book.lists = ContiguousArray(sorted.map(\.list.nanodollars))
        book.locations = ContiguousArray(sorted.map { UInt16($0.location) })
        book.starts = Self.starts(sorted.map(\.location), locations)
        book.shapeStarts = Self.starts(sorted.map(\.shape), shapes)
        book.byShape = ContiguousArray(repeating: 0, count: sorted.count)
        var next = book.shapeStarts
        for (position, listing) in sorted.enumerated() {
            book.byShape[next[listing.shape]] = Int32(position)
            next[listing.shape] += 1
        }
        book.totals = MarketTotals(book, shapes: shapes) { _ in true }
        return book
    }

    /// Where each number's part begins in a list that is sorted by them.
    private static func starts(_ numbers: [Int], _ count: Int) -> ContiguousArray<Int> {
        var starts = ContiguousArray(repeating: 0, count: count + 1)
        for number in numbers { starts[number + 1] += 1 }
        for number in 0..<count { starts[number + 1] += starts[number] }
        return starts
    }
}
