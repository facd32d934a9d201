import Contract
import Kernel
import Testing

@testable import Placement

/// Recorded runs that are easy to price by hand, over the sites of `Sites`.
enum History {
    static let start = Timestamp(milliseconds: 1_790_000_000_000)
    static let day = TimeSpan.hours(24)

    static func id(_ number: Int) -> ID<Run> { ID(raw: UInt128(number)) }

    /// - Parameters:
    ///   - at: seconds after the start.
    ///   - cost: dollars of compute.
    static func run(
        _ number: Int, project: String = "digits", in environment: String = "aws-us-east-1", at: Int64 = 0,
        seconds: Int64 = 100, cost: Int64 = 1, egress: Int64 = 0, policy: PlacementPolicy = PlacementPolicy(),
        inputs: [RecordedInput] = []
    ) -> RecordedRun {
        var task = Sites.task("step\(number)", seconds: seconds)
        task.policy = policy
        return RecordedRun(
            id: self.id(number), project: project, task: task, inputs: inputs, environment: environment,
            submittedAt: self.start + .seconds(at), compute: .dollars(cost), egress: .dollars(egress))
    }

    static func sums(
        _ runs: [RecordedRun], kept: [PlacementOffer] = Sites.all, added: [AddedCapacity] = [],
        planner: Planner = Sites.planner, period: TimeSpan = day
    ) -> WhatIfSums {
        WhatIfSums(runs, from: self.start, until: self.start + period, kept: kept, added: added, planner: planner)
    }
}

@Suite("What-if replays")
struct WhatIfReplayTests {
    @Test("without the cheap place, runs go to the next best and the difference is theirs, project by project")
    func without() {
        let runs = [
            History.run(1), History.run(2, at: 200, seconds: 50, cost: 0), History.run(3, project: "words", at: 400),
        ]
        let sums = History.sums(runs, kept: [Sites.onprem, Sites.gcp])
        // gcp: 72 $/h: 100 s = 2 $, 50 s = 1 $.
        #expect(sums.projects.map(\.project) == ["digits", "words"])
        #expect(sums.projects[0].totals.actual.total.money == .dollars(1))
        #expect(sums.projects[0].totals.whatIf.total.money == .dollars(3))
        #expect(sums.projects[0].totals.difference.money == .dollars(2))
        #expect(sums.projects[1].totals.difference.money == .dollars(1))
        #expect(sums.total.runs == 3 && sums.total.moved == 3 && sums.total.unplaced == 0)
        #expect(sums.total.billed == .seconds(250))
    }

    @Test("a slot that is taken pushes a run to the next best, and the last one waits for the first that falls free")
    func slots() {
        // One slot each at 36, 72 and 360 $/h; four runs at once, then one when the first two have ended.
        let policy = PlacementPolicy(environments: ["aws-*", "gcp-*"])
        let runs = (1...4).map { History.run($0, policy: policy) } + [History.run(5, at: 150, policy: policy)]
        let replayed = WhatIfReplay(
            Sites.planner, kept: [], added: [Sites.aws, Sites.gcp], runs: runs
        ).replay(runs)
        #expect(
            replayed.map(\.environment) == [
                "aws-us-east-1", "gcp-europe-west4", "aws-us-east-1", "gcp-europe-west4", "aws-us-east-1",
            ])
        #expect(replayed.map { ($0.start - History.start).milliseconds / 1000 } == [0, 0, 100, 100, 200])
    }

    @Test("an environment has at least the slots that its recorded runs held at once")
    func capacity() {
        let runs = (1...3).map { History.run($0) } + [History.run(4, at: 100)]
        #expect(RecordedCapacity.peak(runs) == 3)
        #expect(RecordedCapacity.raised(Sites.aws, by: runs).slots == 3)
        #expect(RecordedCapacity.raised(Sites.gcp, by: runs) == Sites.gcp)
        #expect(History.sums(runs).total.difference == .zero)
    }

    @Test("a run that may run nowhere is kept at what it cost and counted with its reason")
    func nowhere() {
        let policy = PlacementPolicy(providers: ["aws"])
        let runs = [
            History.run(1, cost: 5, egress: 2, policy: policy), History.run(2, at: 100), History.run(3, at: 900),
        ]
        let sums = History.sums(runs, kept: [Sites.gcp])
        #expect(sums.total.unplaced == 1)
        #expect(sums.total.actual.total.money == .dollars(9))
        #expect(sums.total.whatIf.total.money == .dollars(11))
        #expect(sums.total.whatIf.egress.money == .dollars(2))
        #expect(
            sums.unplaced == [
                WhatIfUnplaced(
                    reason: "policy: only provider 'aws' is allowed, not 'gcp' of gcp-europe-west4", runs: 1,
                    actual: Dollars(.dollars(7)), examples: [History.id(1)])
            ])
    }

    @Test("residency holds in a replay as it did in the run")
    func residency() {
        var run = History.run(1, in: "onprem-helsinki", cost: 10)
        run.task.residency = .only(["EU"])
        let sums = History.sums([run])
        // AWS would cost 1 $, but only GCP is in the EU.
        #expect(sums.total.whatIf.total.money == .dollars(2))
    }

    @Test("bytes are brought to a store once, from where they lay, and lie where their writer runs")
    func bytes() {
        let raw = ContentDigest(bytes: [UInt8](repeating: 1, count: 32))
        let model = ContentDigest(bytes: [UInt8](repeating: 2, count: 32))
        let dataset = RecordedInput(content: raw, bytes: .gibibytes(2), stores: ["aws-us-east-1-store"])
        let output = RecordedInput(
            content: model, bytes: .gibibytes(4), stores: ["aws-us-east-1-store"], producer: History.id(1))
        let runs = [
            History.run(1, inputs: [dataset]), History.run(2, at: 200, inputs: [dataset]),
            History.run(3, at: 400, inputs: [output]),
        ]
        // GCP alone: 2 $ each, 2 GiB × 1 $ out of AWS once, nothing for what was written in GCP.
        let sums = History.sums(runs, kept: [Sites.gcp])
        #expect(sums.total.whatIf.compute.money == .dollars(6))
        #expect(sums.total.whatIf.egress.money == .dollars(2))
        #expect(sums.unpricedRuns == 0)
        // A writer that is not part of the replay wrote where it did.
        let later = History.sums([runs[2]], kept: [Sites.gcp])
        #expect(later.total.whatIf.egress.money == .dollars(4))
    }

    @Test("bytes whose way has no known price count as nothing, and the run is counted")
    func unpriced() {
        let content = ContentDigest(bytes: [UInt8](repeating: 1, count: 32))
        let input = RecordedInput(content: content, bytes: .gibibytes(2), stores: ["elsewhere"])
        let sums = History.sums([History.run(1, inputs: [input])], planner: Planner(Sites.map { _, _ in nil }))
        #expect(sums.unpricedRuns == 1)
        #expect(sums.total.whatIf.egress == .zero)
    }

    @Test("the deadline and the budget of a plan do not bind a run whose time is known")
    func limits() {
        let policy = PlacementPolicy(objective: .time, deadline: .seconds(1), budget: Money(nanodollars: 1))
        #expect(History.sums([History.run(1, policy: policy)]).total.unplaced == 0)
    }

    @Test("replicas take replica slots and are billed for the time they were")
    func replicas() {
        var run = History.run(1)
        run.task.kind = .replica
        var none = Sites.aws
        none.servingSlots = 0
        none.freeServingSlots = 0
        let sums = WhatIfReplay(Sites.planner, kept: [], added: [none, Sites.gcp], runs: [run]).replay([run])
        #expect(sums.first?.environment == "gcp-europe-west4")
        #expect(sums.first?.cost.compute.money == .dollars(2))
    }

    @Test("ten thousand runs over twelve environments are replayed in seconds, and the same way twice")
    func limit() {
        let offers = (0..<12).map { Sites.offer("site-\($0)", "onprem", "s\($0)", ["EU"], price: Int64(30 + $0)) }
        var random = SeededRandom(seed: 7)
        let runs = (0..<WhatIfReplay.maximumRuns).map {
            History.run(
                $0, in: "site-\($0 % 12)", at: Int64.random(in: 0..<80_000, using: &random),
                seconds: Int64.random(in: 1..<200, using: &random))
        }
        let clock = ContinuousClock()
        var first: WhatIfTotals?
        let time = clock.measure { first = History.sums(runs, kept: offers).total }
        #expect(first == History.sums(runs, kept: offers).total)
        #expect(time < .seconds(60))
        print("10,000 runs over 12 environments: \(time)")
    }
}
