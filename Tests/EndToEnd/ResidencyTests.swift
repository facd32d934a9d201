import Client
import Contract
import Foundation
import Kernel
import Testing

@Suite(.serialized) struct ResidencyTests {
    /// A pipeline of two steps over data that must stay on-prem.
    private static func submission(declassify: Bool) -> PipelineSubmission {
        let released = Declassification(residency: .any, reason: "nothing of a person is left")
        let prepare = StepSpec(
            command: .shell("cp \"$MARTLET_INPUTS/raw/rows.txt\" \"$MARTLET_OUTPUTS/rows.txt\""), inputs: ["raw"],
            declassify: declassify ? released : nil, cache: false)
        let train = StepSpec(
            command: .shell("wc -l < \"$MARTLET_INPUTS/rows/rows.txt\" > \"$MARTLET_OUTPUTS/model\""), inputs: ["rows"],
            placement: PlacementPolicy(environments: ["cloud"]), cache: false)
        let nodes = [
            "prepare": NodeSpec(step: "prepare", inputs: ["raw": "dataset://rows"]),
            "train": NodeSpec(step: "train", inputs: ["rows": "prepare"]),
        ]
        let spec = ProjectSpec(
            project: "residency", steps: ["prepare": prepare, "train": train],
            pipelines: ["p": PipelineSpec(nodes: nodes)])
        return PipelineSubmission(spec: spec, pipeline: "p")
    }

    @Test(
        "without declassify a step is refused anywhere but on-prem; with it the data travels and the journal says so",
        .timeLimit(.minutes(3)))
    func declassify() async throws {
        let platform = try await Platform(localSlots: nil)
        try await platform.declare("room", zones: ["onprem", "EU"], hardware: 100_000)
        try await platform.declare("cloud", provider: "aws", region: "us-east-1", zones: ["US"], machine: "m7i.large")
        let room = try await Machine(joining: "room", of: platform)
        let cloud = try await Machine(joining: "cloud", of: platform)
        let folder = try TemporaryFolder()
        try folder.write("a\nb\nc\n", to: "rows/rows.txt")
        let added = try platform.martlet(
            "datasets", "add", "rows", folder.path + "/rows", "--store", "room-store", "--residency", "onprem")
        #expect(added.exitCode == 0, "\(added.all)")

        let asked = Self.submission(declassify: false)
        let plan = try await platform.client.call(
            Routes.plan, body: PlanRequest(spec: asked.spec, target: asked.pipeline))
        let train = try #require(plan.tasks.first { $0.name == "train" })
        #expect(train.environment == nil)
        #expect(Set(train.reasons.map(\.offers)).isSuperset(of: ["cloud", "room"]))

        // Refused at once, with the clause that refuses it.
        let fault = await #expect(throws: (any Error).self) {
            _ = try await platform.client.call(Routes.submitPipeline, body: Self.submission(declassify: false))
        }
        #expect((fault as? any Fault)?.message.contains("'onprem' does not allow cloud") == true)

        let allowed = try await platform.client.call(Routes.submitPipeline, body: Self.submission(declassify: true))
        let done = try await eventually("the released pipeline to end", within: 60) {
            let run = try await platform.client.call(Routes.getPipelineRun, path: ["id": allowed.id.description])
            return run.status.isTerminal ? run : nil
        }
        #expect(done.status == .succeeded, "\(done.reason ?? "") \(done.nodes)")
        #expect(done.nodes.first { $0.name == "train" }?.environment == "cloud")
        let journal = try await platform.journal()
        #expect(journal.contains { $0.kind == "residency.declassified" })
        _ = (room, cloud)
    }
}
