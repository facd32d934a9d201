import Contract
import Kernel
import Testing

@testable import Catalog

@Suite("Commitments")
struct CommittedRoomTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    fileprivate static let large = SoldMachine(provider: "aws", region: "us-east-1", type: "m6i.large")
    fileprivate static let other = SoldMachine(provider: "aws", region: "eu-west-1", type: "m6i.xlarge")
    private static let dollar = Money.dollars(1)

    fileprivate static func commitment(
        _ name: String, family: String? = nil, machine: String? = nil, region: String? = nil, count: Int? = nil,
        perHour: Money? = nil, percent: Double? = nil, days: Int64 = 365
    ) -> Commitment {
        Commitment(
            name: name, kind: count == nil ? .savingsPlan : .reservedInstance, provider: "aws", family: family,
            machine: machine, region: region, count: count, perHour: perHour, price: .zero, discountPercent: percent,
            from: Self.now, until: Self.now + .hours(24 * days))
    }

    private static func room(_ commitments: [Commitment], at now: Timestamp = Self.now) -> CommittedRoom {
        CommittedRoom([PriceBook(name: "b", commitments: commitments)], at: now)
    }

    @Test("one more machine costs nothing while there is room, and the contracted price from then on")
    func marginal() {
        var room = Self.room([Self.commitment("ri", machine: "m6i.large", count: 2)])
        let contracted = Money(decimal: "0.90")!
        for expected in [Money.zero, .zero, contracted, contracted] {
            #expect(room.marginal(of: Self.large, list: Self.dollar, contracted: contracted) == expected)
            #expect(room.take(1, of: Self.large, list: Self.dollar, contracted: contracted) == expected)
        }
    }

    @Test("nothing covers spot machines, other machines, another provider's, or another time")
    func limits() {
        let ri = Self.commitment("ri", family: "m6i", region: "us-*", count: 9)
        let spot = SoldMachine(provider: "aws", region: "us-east-1", type: "m6i.large", isSpot: true)
        let foreign = SoldMachine(provider: "gcp", region: "us-east-1", type: "m6i.large")
        for machine in [spot, foreign, Self.other] {
            let price = Self.room([ri]).marginal(of: machine, list: Self.dollar, contracted: Self.dollar)
            #expect(price == Self.dollar)
        }
        func price(at now: Timestamp) -> Money {
            Self.room([ri], at: now).marginal(of: Self.large, list: Self.dollar, contracted: Self.dollar)
        }
        #expect(price(at: ri.from - .milliseconds(1)) == Self.dollar)
        #expect(price(at: ri.from) == .zero)
        #expect(price(at: ri.until - .milliseconds(1)) == .zero)
        #expect(price(at: ri.until) == Self.dollar)
    }

    @Test("machines before dollars, the narrower before the broader, what ends sooner before what ends later")
    func order() {
        // After one m6i.large has taken its room, the room of the others is seen by what they still cover.
        func leaves(_ commitments: [Commitment], _ machine: SoldMachine) -> Money {
            var room = Self.room(commitments)
            _ = room.take(1, of: Self.large, list: Self.dollar, contracted: Self.dollar)
            return room.marginal(of: machine, list: Self.dollar, contracted: Self.dollar)
        }
        let dollars = Self.commitment("sp", perHour: Self.dollar, days: 1)
        let broad = Self.commitment("any", family: "m6i", count: 1, days: 1)
        let narrow = Self.commitment("one", machine: "m6i.large", region: "us-east-1", count: 1)
        #expect(leaves([dollars, narrow], Self.other) == .zero, "the dollars are left")
        #expect(leaves([broad, narrow], Self.other) == .zero, "the broader is left")
        #expect(leaves([broad], Self.other) == Self.dollar)
        let soon = Self.commitment("z", machine: "m6i.*", region: "us-*", count: 1, days: 1)
        let late = Self.commitment("a", machine: "m?i.*", region: "*", count: 1, days: 2)
        #expect(leaves([late, soon], Self.other) == .zero, "the one that ends later is left")
    }

    @Test("dollars cover machines at their own rate, and a share of the machine that they do not reach for")
    func spend() {
        // 10 machines at $1, contracted $0.96; the plan's rate is $0.72: $5 reach for 6.9444… machines.
        var room = Self.room([Self.commitment("sp", perHour: .dollars(5), percent: 28)])
        let due = room.take(10, of: Self.large, list: Self.dollar, contracted: Money(decimal: "0.96")!)
        #expect(due == Money(nanodollars: 9_600_000_000 - 6_666_666_667))
        #expect(room.marginal(of: Self.large, list: Self.dollar, contracted: Self.dollar) == Self.dollar)
        var free = Self.room([Self.commitment("sp", perHour: Money(nanodollars: 1), percent: 100)])
        #expect(free.take(1000, of: Self.large, list: Self.dollar, contracted: Self.dollar) == .zero)
        var dear = Self.room([Self.commitment("sp", perHour: .dollars(1), percent: 0)])
        #expect(
            dear.take(3, of: Self.large, list: Self.dollar, contracted: Money(decimal: "0.50")!)
                == Money(decimal: "0.50"), "its rate is never above what one pays without it")
    }

    // MARK: Worlds from seeds

    private struct World {
        var commitments: [Commitment] = []
        var machines: [SoldMachine] = []

        /// Scopes of which any two are nested or apart, so that the most that can be covered is covered without looking ahead.
        init(_ random: inout SeededRandom) {
            for index in 0..<Int.random(in: 1...4, using: &random) {
                let type = ["m6i.large", "m6i.xlarge"].randomElement(using: &random) ?? "m6i.large"
                let region = ["us-east-1", "eu-west-1"].randomElement(using: &random) ?? "us-east-1"
                let count = Int.random(in: 1...3, using: &random)
                let name = "c\(index)"
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    self.commitments.append(
                        CommittedRoomTests.commitment(name, machine: type, region: region, count: count))
                case 1:
                    self.commitments.append(
                        CommittedRoomTests.commitment(name, family: "m6i", region: region, count: count))
                default: self.commitments.append(CommittedRoomTests.commitment(name, family: "m6i", count: count))
                }
            }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let offered = [CommittedRoomTests.large, CommittedRoomTests.other, CommittedRoomTests.foreign]
                self.machines.append(offered.randomElement(using: &random) ?? CommittedRoomTests.large)
            }
        }

        /// Every assignment of machines to commitments, tried: the most machines that can be covered.
        func most(from index: Int = 0, _ left: [Int]? = nil) -> Int {
            guard index < self.machines.count else { return 0 }
            let left = left ?? self.commitments.map { $0.count ?? 0 }
            var best = self.most(from: index + 1, left)
            for (position, commitment) in self.commitments.enumerated() where left[position] > 0 {
                let machine = self.machines[index]
                let fits =
                    (commitment.family.map { machine.type.hasPrefix($0 + ".") } ?? true)
                    && (commitment.machine.map { $0 == machine.type } ?? true)
                    && (commitment.region.map { $0 == machine.region } ?? true)
                guard fits else { continue }
                var rest = left
                rest[position] -= 1
                best = max(best, 1 + self.most(from: index + 1, rest))
            }
            return best
        }
    }

    fileprivate static let foreign = SoldMachine(provider: "aws", region: "us-east-1", type: "c7i.large")

    @Test("as many machines are covered as any assignment could cover, and never more than were committed to")
    func bruteForce() {
        for seed in 0..<2_000 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let world = World(&random)
            var room = Self.room(world.commitments)
            var paid = Money.zero
            for machine in world.machines {
                let price = room.take(1, of: machine, list: Self.dollar, contracted: Self.dollar)
                #expect(price == .zero || price == Self.dollar, "seed \(seed)")
                paid += price
            }
            let covered = world.machines.count - Int(paid.nanodollars / 1_000_000_000)
            #expect(covered == world.most(), "seed \(seed)")
            #expect(covered <= world.commitments.reduce(0) { $0 + ($1.count ?? 0) }, "seed \(seed)")
        }
    }

    @Test("many at once cost what they cost one by one, and never more than the contracted price")
    func together() {
        for seed in 0..<2_000 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            var commitments = World(&random).commitments
            for index in 0..<Int.random(in: 0...2, using: &random) {
                commitments.append(
                    Self.commitment(
                        "sp\(index)", perHour: Money(nanodollars: Int64.random(in: 1...4_000_000_000, using: &random)),
                        percent: Double(Int.random(in: 0...99, using: &random))))
            }
            let list = Money(nanodollars: Int64.random(in: 1...3_000_000_000, using: &random))
            let contracted = list.share(of: Int64.random(in: 0...100, using: &random), in: 100)
            let count = Int.random(in: 0...12, using: &random)
            var one = Self.room(commitments)
            var all = one
            var sum = Money.zero
            for _ in 0..<count {
                let price = one.take(1, of: Self.large, list: list, contracted: contracted)
                #expect(price >= .zero && price <= contracted, "seed \(seed)")
                sum += price
            }
            let together = all.take(count, of: Self.large, list: list, contracted: contracted)
            // Each rounding is half a nano-dollar at the plan's rate, which may be a hundredth of the price.
            let tolerance = Int64(100 * (count + 2))
            #expect(abs(sum.nanodollars - together.nanodollars) <= tolerance, "seed \(seed): \(sum) and \(together)")
        }
    }
}
