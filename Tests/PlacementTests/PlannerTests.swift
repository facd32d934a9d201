import Contract
import Kernel
import Testing

@testable import Placement

/// Three sites like those of the example, with prices that make sums easy to do by hand.
enum Sites {
    static let onprem = offer("onprem-helsinki", "onprem", "helsinki", ["onprem", "FI", "EU"], price: 360)
    static let aws = offer("aws-us-east-1", "aws", "us-east-1", ["US"], price: 36)
    static let gcp = offer("gcp-europe-west4", "gcp", "europe-west4", ["NL", "EU"], price: 72)
    static let all = [onprem, aws, gcp]

    /// - Parameter price: dollars per slot and hour.
    static func offer(
        _ name: String, _ provider: String, _ region: String, _ zones: Set<String>, price: Int64
    ) -> PlacementOffer {
        PlacementOffer(
            environment: name, provider: provider, region: region, zones: zones, store: "\(name)-store",
            pricePerSlotHour: .dollars(price), cpus: 4, memory: .gibibytes(8), hasContainerEngine: false,
            liveWorkers: 1,
            slots: 1, freeSlots: 1, servingSlots: 1, freeServingSlots: 1)
    }

    /// The sites' stores, and one that belongs to none of them.
    static func map(_ rate: (String, String) -> Money?) -> PlaceMap {
        PlaceMap((all.map(\.store) + ["elsewhere"]).map { PlaceMap.Place(name: $0) }) { rate($0.name, $1.name) }
    }

    /// One dollar per GiB out of AWS, two out of GCP, nothing out of Helsinki.
    static let planner = Planner(
        map { store, _ in store.hasPrefix("aws") ? .dollars(1) : store.hasPrefix("gcp") ? .dollars(2) : .zero })

    static func task(_ name: String = "train", seconds: Int64 = 100, after: [String] = []) -> PlacementTask {
        PlacementTask(name: name, kind: .batch, duration: .seconds(seconds), basis: "assumed", after: after)
    }
}

@Suite("Planner")
struct PlannerTests {
    @Test("the cheapest environment wins, and the others say how much more they cost")
    func cheapest() {
        let planned = Sites.planner.place(Sites.task(), among: Sites.all, requireFree: true)
        #expect(planned.environment == "aws-us-east-1")
        // 100 s of 36 $/h = 1 $; gcp 2 $; Helsinki 10 $.
        #expect(planned.cost.compute.money == .dollars(1))
        #expect(planned.runnerUp == "gcp-europe-west4")
        #expect(planned.difference == Dollars(.dollars(1)))
        #expect(
            planned.reasons == [
                PlacementReason(
                    offers: "gcp-europe-west4", reason: "cost: costs $1.00 more", cost: Dollars(.dollars(2))),
                PlacementReason(
                    offers: "onprem-helsinki", reason: "cost: costs $9.00 more", cost: Dollars(.dollars(10))),
            ])
        #expect(planned.refusal == nil)
    }

    @Test("bytes count from the cheapest store they lie in, and are free where they lie")
    func egress() {
        var task = Sites.task()
        task.inputs = [PlacementInput(bytes: .gibibytes(3), stores: ["gcp-europe-west4-store"])]
        // AWS: 1 $ + 3 GiB × 2 $ = 7 $. GCP: 2 $ + nothing.
        var planned = Sites.planner.place(task, among: Sites.all, requireFree: true)
        #expect(planned.environment == "gcp-europe-west4")
        #expect(planned.cost.egress.money == .zero)
        #expect(planned.transferred == .zero)
        #expect(planned.reasons.first?.cost == Dollars(.dollars(7)))
        task.inputs[0].stores.insert("onprem-helsinki-store")
        planned = Sites.planner.place(task, among: Sites.all, requireFree: true)
        #expect(planned.environment == "aws-us-east-1")
        #expect(planned.cost.egress.money == .zero)
        #expect(planned.transferred == .gibibytes(3))
    }

    @Test("an egress price that nobody knows is not free: it comes behind every known price, and the plan says so")
    func unknownEgress() {
        let planner = Planner(
            Sites.map { $0 == "elsewhere" && $1 == "onprem-helsinki-store" ? .dollars(1) : nil })
        var task = Sites.task()
        task.inputs = [PlacementInput(bytes: .gibibytes(3), stores: ["elsewhere"])]
        // Helsinki: 10 $ + 3 GiB × 1 $; dearer by far than AWS' 1 $ and whatever the bytes cost.
        var planned = planner.place(task, among: Sites.all, requireFree: true)
        #expect(planned.environment == "onprem-helsinki")
        #expect(planned.unpricedStores == nil)
        #expect(planned.runnerUp == "aws-us-east-1")
        #expect(planned.difference == nil)
        #expect(planned.reasons.map(\.cost) == [nil, nil])
        #expect(
            planned.reasons.first?.reason
                == "egress: what bytes from elsewhere cost is unknown; known prices go first")
        planned = planner.place(task, among: [Sites.gcp, Sites.aws], requireFree: true)
        #expect(planned.environment == "aws-us-east-1")
        #expect(planned.unpricedStores == ["elsewhere"])
        #expect(planned.cost.egress.money == .zero)
        #expect(planned.transferred == .gibibytes(3))
        task.inputs[0].bytes = .zero
        #expect(planner.place(task, among: Sites.all, requireFree: true).unpricedStores == nil)
    }

    @Test("what is to be avoided comes last even if the others' price is unknown")
    func unknownAndAvoided() {
        var task = Sites.task()
        task.inputs = [PlacementInput(bytes: .gibibytes(3), stores: ["aws-us-east-1-store"])]
        task.avoid = ["aws-us-east-1"]
        let planned = Planner(Sites.map { _, _ in nil }).place(task, among: [Sites.gcp, Sites.aws], requireFree: true)
        #expect(planned.environment == "gcp-europe-west4")
        #expect(planned.reasons.map(\.reason) == ["avoid: to be taken only when nothing else is left"])
    }

    @Test("residency keeps a task in its zones and says so")
    func residency() {
        var task = Sites.task()
        task.residency = .only(["onprem"])
        let planned = Sites.planner.place(task, among: Sites.all, requireFree: true)
        #expect(planned.environment == "onprem-helsinki")
        #expect(
            planned.reasons.map(\.reason) == [
                "residency: 'onprem' does not allow aws-us-east-1 (zones US)",
                "residency: 'onprem' does not allow gcp-europe-west4 (zones EU, NL)",
            ])
        #expect(planned.runnerUp == nil)
    }

    @Test("the store of an environment must be allowed as well")
    func storeResidency() {
        var offer = Sites.onprem
        offer.storeZones = ["US"]
        var task = Sites.task()
        task.residency = .only(["onprem"])
        let planned = Sites.planner.place(task, among: [offer], requireFree: true)
        #expect(
            planned.refusal
                == "'train' cannot run anywhere: residency: 'onprem' does not allow the store 'onprem-helsinki-store' of "
                + "onprem-helsinki (zones US).")
    }

    @Test("constraints are checked in a fixed order, and the first that fails is the reason")
    func order() throws {
        var task = Sites.task()
        task.needsContainer = true
        task.resources = Resources(cpus: 8, memory: .gibibytes(64), gpu: "H100:8")
        task.residency = .only(["onprem"])
        task.policy = PlacementPolicy(environments: ["x"], providers: ["x"], regions: ["x"])
        var offer = Sites.aws
        offer.liveWorkers = 0
        offer.freeSlots = 0
        func reason() -> String {
            Sites.planner.exclusion(of: offer, for: task, requireFree: true)?.sentence.split(separator: ":").first.map(
                String.init)
                ?? "allowed"
        }
        var order = [reason()]
        task.policy.environments = nil
        order.append(try #require(Sites.planner.exclusion(of: offer, for: task, requireFree: true)?.sentence))
        task.policy.providers = nil
        order.append(try #require(Sites.planner.exclusion(of: offer, for: task, requireFree: true)?.sentence))
        task.policy.regions = nil
        order.append(reason())
        task.residency = .any
        order.append(reason())
        offer.liveWorkers = 1
        order.append(reason())
        offer.hasContainerEngine = true
        order.append(reason())
        task.resources.cpus = 4
        order.append(reason())
        task.resources.memory = nil
        order.append(reason())
        offer.gpu = "h100:8"
        order.append(reason())
        offer.freeSlots = 1
        order.append(reason())
        #expect(
            order == [
                "policy", "policy: only provider 'x' is allowed, not 'aws' of aws-us-east-1",
                "policy: only region 'x' is allowed, not 'us-east-1' of aws-us-east-1", "residency", "workers", "image",
                "cpus", "memory", "gpu", "slots", "allowed",
            ])
    }

    @Test("an environment to avoid is taken only when nothing else is left")
    func avoid() {
        var task = Sites.task()
        task.avoid = ["aws-us-east-1", "gcp-europe-west4"]
        #expect(Sites.planner.place(task, among: Sites.all, requireFree: true).environment == "onprem-helsinki")
        let left = Sites.planner.place(task, among: [Sites.gcp, Sites.aws], requireFree: true)
        #expect(left.environment == "aws-us-east-1")
    }

    @Test("ties go to the first name whatever the order of the offers")
    func ties() {
        var other = Sites.aws
        other.environment = "aws-a"
        for offers in [[Sites.aws, other], [other, Sites.aws]] {
            let planned = Sites.planner.place(Sites.task(), among: offers, requireFree: true)
            #expect(planned.environment == "aws-a")
            #expect(planned.reasons.map(\.reason) == ["cost: the same, and ties go to the first name"])
        }
    }

    @Test("a taken slot excludes only when a free one is required, and shows its cost")
    func free() {
        var aws = Sites.aws
        aws.freeSlots = 0
        let now = Sites.planner.place(Sites.task(), among: [aws, Sites.gcp], requireFree: true)
        #expect(now.environment == "gcp-europe-west4")
        #expect(
            now.reasons == [
                PlacementReason(
                    offers: "aws-us-east-1", reason: "slots: no batch slot of aws-us-east-1 is free (1 in all)",
                    cost: Dollars(.dollars(1)))
            ])
        #expect(
            Sites.planner.place(Sites.task(), among: [aws, Sites.gcp], requireFree: false).environment
                == "aws-us-east-1")
    }

    @Test("a replica looks at replica slots")
    func replica() {
        var task = Sites.task()
        task.kind = .replica
        var aws = Sites.aws
        aws.freeServingSlots = 0
        #expect(Sites.planner.place(task, among: [aws], requireFree: true).environment == nil)
        aws.freeSlots = 0
        aws.freeServingSlots = 1
        #expect(Sites.planner.place(task, among: [aws], requireFree: true).environment == "aws-us-east-1")
    }

    @Test("a refusal is final only when waiting cannot help")
    func refusal() {
        var task = Sites.task()
        task.residency = .only(["US"])
        var aws = Sites.aws
        aws.liveWorkers = 0
        #expect(Sites.planner.refusal(of: task, among: [aws, Sites.onprem]) == nil)
        #expect(
            Sites.planner.refusal(of: task, among: [Sites.onprem])
                == "'train' cannot run anywhere: residency: 'US' does not allow onprem-helsinki (zones EU, FI, onprem)."
        )
        #expect(
            Sites.planner.refusal(of: task, among: [])
                == "'train' cannot run anywhere: no environment is declared. Declare one and join a worker to it.")
    }
}
