package import Contract
package import Kernel

/// The room that is left in the commitments of a moment, and what machines cost that take it.
///
/// What a commitment covers is paid for already: it costs nothing more, so its room is used up before anything is paid. Of
/// several the order is: those that count machines before those that count dollars, as the clouds apply reservations before
/// savings plans; then the narrower (as discounts are), so that what fits elsewhere is left for others; then the one that ends
/// sooner; then by name. Machines take room in the order in which they ask. Nothing covers spot machines, as with all three clouds.
///
/// A commitment by spend covers machines at its own rate: the list price less its discount, but never above what one pays
/// without it. When its dollars do not reach for a machine, the share that they do reach for is covered.
/// Exact to the nano-dollar of each rounding; needs a few comparisons for each commitment.
package struct CommittedRoom: Sendable {
    fileprivate struct Room: Sendable {
        let commitment: Commitment
        var machines: Int
        var dollars: Money
    }

    private var rooms: [Room]

    /// - Parameter now: commitments that have not begun, or have ended, have no room.
    package init(_ books: [PriceBook], at now: Timestamp) {
        self.rooms = books.flatMap(\.commitments).filter { $0.isActive(at: now) }
            .sorted { Self.isBefore($0, $1) }
            .map { Room(commitment: $0, machines: $0.count ?? 0, dollars: $0.perHour ?? .zero) }
    }

    /// Takes room for machines that are alike, and says what an hour of all of them costs beside the commitments.
    ///
    /// - Parameters:
    ///   - count: how many, ≥ 0.
    ///   - list: what an hour of one costs for everybody.
    ///   - contracted: what an hour of one costs without commitments; at most `list`.
    /// - Returns: between zero and `contracted` × `count`.
    package mutating func take(
        _ count: Int, of machine: SoldMachine, list: Money, contracted: Money
    ) -> Money {
        precondition(count >= 0 && contracted <= list, "\(count) machines at \(contracted) of \(list)")
        var uncovered = count
        for index in self.rooms.indices where self.rooms[index].covers(machine) && uncovered > 0 {
            let covered = min(uncovered, self.rooms[index].machines)
            self.rooms[index].machines -= covered
            uncovered -= covered
        }
        var due = contracted * Int64(uncovered)
        for index in self.rooms.indices where self.rooms[index].covers(machine) && due > .zero {
            due = self.rooms[index].pay(due, list: list, contracted: contracted)
        }
        return due
    }

    /// What an hour of one more would cost: zero while there is room for it.
    package func marginal(of machine: SoldMachine, list: Money, contracted: Money) -> Money {
        var copy = self
        return copy.take(1, of: machine, list: list, contracted: contracted)
    }

    private static func isBefore(_ a: Commitment, _ b: Commitment) -> Bool {
        if (a.count == nil) != (b.count == nil) { return a.count != nil }
        if a.narrowness != b.narrowness { return b.narrowness.lexicographicallyPrecedes(a.narrowness) }
        return (a.until, a.name) < (b.until, b.name)
    }
}

extension CommittedRoom {
    /// What is left of one commitment.
    package struct Left: Sendable {
        fileprivate let room: Room

        package var name: String { self.room.commitment.name }
        /// Machines at a time, or nano-dollars an hour.
        package var capacity: Int64 {
            self.room.commitment.count == nil ? self.room.dollars.nanodollars : Int64(self.room.machines)
        }

        /// Whether it is about machines of a type, wherever they stand. Never about spot machines.
        package func covers(provider: String, type: String) -> Bool {
            self.room.commitment.provider == provider
                && SoldMachine(provider: provider, region: "", type: type)
                    .isOf(family: self.room.commitment.family, type: self.room.commitment.machine, region: nil)
        }

        package func covers(region: String) -> Bool {
            self.room.commitment.region.map { GlobPattern($0).matches(region) } ?? true
        }

        /// How much of the capacity one machine takes, and what an hour of it costs beside.
        package func terms(list: Money, contracted: Money) -> (units: Int64, due: Money) {
            if self.room.commitment.count != nil { return (1, .zero) }
            guard contracted > .zero else { return (0, .zero) }
            var after = self.room
            let due = after.pay(contracted, list: list, contracted: contracted)
            return ((self.room.dollars - after.dollars).nanodollars, due)
        }
    }

    /// The commitments that have room, in the order in which it is taken.
    package var left: [Left] { self.rooms.map(Left.init).filter { $0.capacity > 0 } }
}

extension CommittedRoom.Room {
    fileprivate func covers(_ machine: SoldMachine) -> Bool {
        !machine.isSpot && self.commitment.provider == machine.provider
            && machine.isOf(
                family: self.commitment.family, type: self.commitment.machine, region: self.commitment.region)
    }

    /// Spends what is left on machines whose contracted price together is `due`; returns what is still due.
    fileprivate mutating func pay(_ due: Money, list: Money, contracted: Money) -> Money {
        guard self.dollars > .zero else { return due }
        let own = self.commitment.discountPercent.map { list.reduced(byPercent: $0) } ?? contracted
        let rate = min(own, contracted)
        let needed = due.share(of: rate.nanodollars, in: contracted.nanodollars)
        guard needed > self.dollars else {
            self.dollars = self.dollars - needed
            return .zero
        }
        let covered = self.dollars.share(of: contracted.nanodollars, in: rate.nanodollars)
        self.dollars = .zero
        return max(.zero, due - covered)
    }
}

extension Commitment {
    fileprivate var narrowness: [Int] {
        [MachineScope.rank(family: self.family, type: self.machine), MachineScope.rank(region: self.region)]
    }
}
