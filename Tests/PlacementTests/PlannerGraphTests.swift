import Contract
import Kernel
import Testing

@testable import Placement

@Suite("Planner, whole graphs")
struct PlannerGraphTests {
    @Test("siblings compete for slots: the second goes to the next best environment")
    func siblings() {
        let tasks = [Sites.task("a"), Sites.task("b"), Sites.task("c")]
        let plan = Sites.planner.plan(tasks, among: Sites.all)
        #expect(plan.tasks.map(\.name) == ["a", "b", "c"])
        #expect(plan.tasks.map(\.environment) == ["aws-us-east-1", "gcp-europe-west4", "onprem-helsinki"])
        #expect(plan.cost.total.money == .dollars(13))
        #expect(plan.tasks[1].reasons.first?.reason == "slots: no batch slot of aws-us-east-1 is free (1 in all)")
    }

    @Test("tasks that follow each other use the same slot")
    func chain() {
        let tasks = [Sites.task("a"), Sites.task("b", after: ["a"]), Sites.task("c", after: ["b"])]
        let plan = Sites.planner.plan(tasks, among: Sites.all)
        #expect(plan.tasks.map(\.environment) == Array(repeating: "aws-us-east-1", count: 3))
        #expect(plan.cost.total.money == .dollars(3))
    }

    @Test("a sibling that finds every slot taken waits for the first that falls free")
    func waiting() {
        let tasks = [Sites.task("a", seconds: 100), Sites.task("b", seconds: 200), Sites.task("c")]
        let plan = Sites.planner.plan(tasks, among: [Sites.aws, Sites.gcp])
        // a holds AWS until 100 s, b holds GCP until 200 s: c takes AWS at 100 s.
        #expect(plan.tasks.map(\.environment) == ["aws-us-east-1", "gcp-europe-west4", "aws-us-east-1"])
    }

    @Test("when every slot is taken by others the plan is still made, for when one falls free")
    func busy() {
        var aws = Sites.aws
        aws.freeSlots = 0
        #expect(Sites.planner.plan([Sites.task()], among: [aws]).tasks.first?.environment == "aws-us-east-1")
    }

    @Test("what one task makes lies at the store of its environment for the next")
    func products() {
        var first = Sites.task("prepare")
        first.residency = .only(["EU"])
        var next = Sites.task("train", after: ["prepare"])
        next.inputs = [PlacementInput(bytes: .gibibytes(1), stores: [], producer: "prepare")]
        let plan = Sites.planner.plan([first, next], among: [Sites.aws, Sites.gcp])
        // prepare: GCP. train: 1 $ + 2 $ egress on AWS, 2 $ on GCP, where the data is.
        #expect(plan.tasks.map(\.environment) == ["gcp-europe-west4", "gcp-europe-west4"])
        #expect(plan.tasks[1].reasons.first?.cost == Dollars(.dollars(3)))
    }

    @Test("a task that may run nowhere is planned without a place, and the rest goes on")
    func nowhere() {
        var impossible = Sites.task("secret")
        impossible.residency = .only(["CH"])
        let plan = Sites.planner.plan([impossible, Sites.task("next", after: ["secret"])], among: Sites.all)
        #expect(plan.tasks[0].environment == nil)
        #expect(plan.tasks[0].reasons.count == 3)
        #expect(plan.tasks[1].environment == "aws-us-east-1")
        #expect(plan.cost.total.money == .dollars(1))
    }

    @Test("the plan does not depend on the order of the offers")
    func offerOrder() {
        let tasks = [Sites.task("a"), Sites.task("b"), Sites.task("c", after: ["a"])]
        let plan = Sites.planner.plan(tasks, among: Sites.all)
        #expect(Sites.planner.plan(tasks, among: Sites.all.reversed()) == plan)
    }
}
