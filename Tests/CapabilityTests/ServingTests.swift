import Contract
import Data
import Database
import Fleet
import Journal
import Kernel
import Logging
import Models
import Testing

@testable import Runs
@testable import Serving

@Suite("Endpoints on a real database")
struct ServingTests {
    /// Sites with a worker and one serving slot each, a model with two versions, and the loop in the test's hand.
    private final class World: Sendable {
        let engine: EngineFixture
        let reconciler: EndpointReconciler
        let sites: [String: ID<Worker>]

        init(sites: [String] = ["aws", "gcp", "helsinki"], servingSlots: Int = 2) async throws {
            let engine = try await EngineFixture()
            self.engine = engine
            self.reconciler = EndpointReconciler(endpoints: engine.endpoints, logger: Logger(label: "test"))
            var workers: [String: ID<Worker>] = [:]
            for site in sites {
                workers[site] = try await engine.addSite(site, zones: ["EU"], servingSlots: servingSlots)
            }
            self.sites = workers
        }

        /// Two versions, `champion` and `challenger`, whose files lie at every site.
        func register() async throws {
            let stores = self.sites.keys.sorted().map { $0 + "-store" }
            for (variant, alias) in [("forest", "champion"), ("logistic", "challenger")] {
                var entries: [TreeEntry] = []
                for store in stores { entries = [try await self.engine.put(variant, at: store)] }
                let tree = try Tree(entries)
                try await self.engine.database.write { transaction in
                    let digest = try self.engine.stores.saveTree(tree, in: transaction)
                    let blobs = tree.entries.map { BlobDescription(sha256: $0.sha256, size: $0.size) }
                    for store in stores { try self.engine.stores.recordBlobs(blobs, at: store, in: transaction) }
                    _ = try self.engine.models.register(
                        RegistrationRequest(
                            key: alias, pipelineRun: ID(raw: 1), project: "digits", user: EngineFixture.developer,
                            spec: RegisterSpec(
                                model: "digits", from: ["train"], metric: "evaluate.accuracy", alias: alias),
                            candidates: [
                                ModelCandidate(run: ID(raw: 7), tree: digest, residency: .any, cost: .dollars(1))
                            ],
                            metric: "accuracy",
                            metrics: [
                                MetricPoint(name: "accuracy", value: 0.9, step: 0, at: Timestamp(milliseconds: 0))
                            ]), in: transaction)
                }
            }
        }

        func deploy(
            _ key: String, traffic: [String: Int] = ["champion": 90, "challenger": 10],
            replicas: [String: Int] = ["champion": 2], step: StepSpec = ServingTests.step
        ) async throws -> String {
            try await self.engine.database.write { transaction in
                try self.engine.endpoints.deploy(
                    DeployRequest(
                        key: key, project: "digits", user: EngineFixture.developer,
                        spec: DeploySpec(
                            endpoint: "digits", step: "serve", model: "digits", traffic: traffic, replicas: replicas),
                        step: step), in: transaction)
            }
        }

        /// The control plane's loops once, then every worker claims, runs and says that it is ready.
        func round(without dead: Set<String> = []) async throws {
            try await self.reconciler.tick()
            try await self.engine.runs.settlePlaced()
            _ = try await self.engine.runs.placeQueued()
            for (site, worker) in self.sites.sorted(by: { $0.key < $1.key }) where !dead.contains(site) {
                try await self.work(worker, at: site)
            }
            try await self.reconciler.tick()
        }

        private let held = AssignmentBook()

        private func work(_ worker: ID<Worker>, at site: String) async throws {
            let claimed = try await self.engine.runs.claim(
                ClaimRequest(slots: 0, servingSlots: 2, wait: .zero), by: worker
            ).assignments
            self.held.add(claimed, at: site)
            let beats = self.held.at(site).map { assignment in
                AttemptHeartbeat(
                    attempt: assignment.attempt, fence: assignment.fence, running: true,
                    readyPort: 9000 + Int(assignment.attempt.raw % 997))
            }
            let orders = try await self.engine.runs.heartbeat(HeartbeatRequest(attempts: beats), by: worker).attempts
            for order in orders where order.order != .continue {
                guard let assignment = self.held.remove(order.attempt) else { continue }
                let report = AttemptReport(attempt: order.attempt, fence: assignment.fence, outcome: .cancelled)
                _ = try await self.engine.runs.report(ReportBatch(reports: [report]), by: worker)
            }
        }

        func settle(without dead: Set<String> = []) async throws {
            for _ in 0..<12 {
                try await self.round(without: dead)
                self.engine.time.advance(by: .seconds(1))
            }
        }

        func routing() async throws -> [RoutingTable.RevisionRoute] {
            try await self.engine.endpoints.routing().endpoints.first?.revisions ?? []
        }
    }

    static let step = StepSpec(command: .arguments(["serve"]), inputs: ["model"])

    private func endpoint(_ revisions: [Revision]) -> Endpoint {
        Endpoint(name: "digits", project: "digits", revisions: revisions)
    }

    private func revision(_ name: String, version: Int = 1, traffic: Int = 100, replicas: Int = 1) -> Revision {
        Revision(name: name, model: "digits", version: version, step: Self.step, traffic: traffic, replicas: replicas)
    }

    @Test("a deployment becomes ready replicas in several sites, and a routing table that the journal tells of")
    func deployed() async throws {
        let world = try await World()
        try await world.register()
        let sentence = try await world.deploy("first")
        #expect(sentence == "'digits' serves champion-v1 with 90 % (2 replicas), challenger-v2 with 10 % (1 replica).")
        #expect(try await world.deploy("first") == sentence)
        try await world.settle()
        let status = try await world.engine.endpoints.get("digits")
        #expect(status.steady)
        #expect(status.reason == nil)
        let routing = try await world.engine.endpoints.routing()
        let champion = try #require(routing.endpoints.first?.revisions.first { $0.revision == "champion-v1" })
        #expect(champion.traffic == 90)
        #expect(Set(champion.replicas.map(\.environment)).count == 2)
        #expect(champion.replicas.allSatisfy { $0.url.hasPrefix("http://127.0.0.1:9") })
        #expect(try await world.engine.journalKinds(about: "digits").contains("endpoint.declared"))
        let changes = try await world.engine.journalKinds(about: "routing")
        #expect(!changes.isEmpty && Set(changes) == ["routing.changed"])
        #expect(routing.version <= world.engine.journal.head)
        let before = world.engine.journal.head
        try await world.reconciler.tick()
        #expect(world.engine.journal.head == before, "a tick in which nothing changed writes nothing")
        #expect(try await world.deploy("second").hasSuffix("already."))
    }

    @Test("the replica of a lost site leaves the routing at once and is replaced elsewhere")
    func lostSite() async throws {
        let world = try await World()
        try await world.register()
        _ = try await world.deploy("first")
        try await world.settle()
        let before = try await world.engine.endpoints.routing()
        let champion = try #require(before.endpoints.first?.revisions.first { $0.revision == "champion-v1" })
        let dead = champion.replicas[0].environment
        for _ in 0..<10 {
            world.engine.time.advance(by: .seconds(1))
            try await world.engine.runs.expireLeases()
            try await world.engine.workers.sweep()
            try await world.round(without: [dead])
        }
        try await world.settle(without: [dead])
        let after = try await world.engine.endpoints.routing()
        #expect(after.version > before.version)
        for route in after.endpoints.flatMap(\.revisions) {
            #expect(!route.replicas.contains { $0.environment == dead })
        }
        #expect(after.endpoints.first?.revisions.first { $0.revision == "champion-v1" }?.replicas.count == 2)
        #expect(try await world.engine.endpoints.get("digits").steady)
    }

    @Test("a changed step is rolled: the new replica is ready before the old one stops")
    func rolled() async throws {
        let world = try await World(sites: ["aws"])
        try await world.register()
        _ = try await world.deploy("first", traffic: ["champion": 100], replicas: [:])
        try await world.settle()
        let old = try #require(try await world.routing().first?.replicas.first)
        let changed = StepSpec(command: .arguments(["serve", "--fast"]), inputs: ["model"])
        _ = try await world.deploy("second", traffic: ["champion": 100], replicas: [:], step: changed)
        try await world.reconciler.tick()
        #expect(try await world.routing().first?.replicas == [old])
        try await world.settle()
        let fresh = try #require(try await world.routing().first?.replicas.first)
        #expect(fresh.run != old.run)
        let run = try #require(ID<Run>(old.run))
        #expect(try await world.engine.runs.get(run).status == .cancelled)
        #expect(try await world.engine.endpoints.get("digits").replicas.count == 1)
    }

    @Test("a deleted endpoint leaves the routing, stops its replicas and can be declared again")
    func deleted() async throws {
        let world = try await World()
        try await world.register()
        _ = try await world.deploy("first")
        try await world.settle()
        let last = try await world.engine.endpoints.delete("digits", by: EngineFixture.developer)
        #expect(last.replicas.count == 3)
        try await world.reconciler.tick()
        #expect(try await world.engine.endpoints.routing().endpoints.isEmpty)
        await #expect(throws: EndpointError.noEndpoint("digits", known: [])) {
            try await world.engine.endpoints.get("digits")
        }
        try await world.settle()
        for replica in last.replicas { #expect(try await world.engine.runs.get(replica.run).status == .cancelled) }
        let rows = try await world.engine.database.read { try EndpointStore.page(after: "", limit: 9, in: $0).count }
        #expect(rows == 0)
        let again = try await world.engine.endpoints.declare(
            self.endpoint([self.revision("v1")]), dryRun: false, by: EngineFixture.developer)
        #expect(again.change == .created)
    }

    @Test("a dry run says what would change and changes nothing")
    func dryRun() async throws {
        let world = try await World(sites: [])
        try await self.registerAnywhere(world)
        let first = self.endpoint([self.revision("v1")])
        let engine = world.engine
        let would = try await engine.endpoints.declare(first, dryRun: true, by: EngineFixture.developer)
        #expect(would.change == .created)
        await #expect(throws: EndpointError.self) { try await engine.endpoints.get("digits") }
        _ = try await engine.endpoints.declare(first, dryRun: false, by: EngineFixture.developer)
        var second = first
        second.revisions[0].replicas = 3
        let diff = try await engine.endpoints.declare(second, dryRun: true, by: EngineFixture.developer)
        #expect(diff.change == .updated)
        #expect(diff.fields.map(\.field) == ["revisions"])
        #expect(
            try await engine.endpoints.declare(first, dryRun: false, by: EngineFixture.developer).change == .unchanged)
    }

    @Test("what cannot be is refused, naming the field")
    func refused() async throws {
        let world = try await World(sites: [])
        try await self.registerAnywhere(world)
        let good = self.revision("v1")
        var wrongInputs = good
        wrongInputs.step.inputs = ["model", "data"]
        var foreign = good
        foreign.source = ContentDigest(String(repeating: "a", count: 64))
        let cases: [(Endpoint, FaultKind)] = [
            (Endpoint(name: "Bad Name", project: "p", revisions: [good]), .invalid),
            (self.endpoint([]), .invalid),
            (self.endpoint([self.revision("v1", traffic: 99)]), .invalid),
            (self.endpoint([self.revision("v1", traffic: 50), self.revision("v1", traffic: 50)]), .invalid),
            (self.endpoint([self.revision("v1", replicas: 0)]), .invalid),
            (self.endpoint([self.revision("v1", version: 9)]), .invalid),
            (self.endpoint([wrongInputs]), .invalid),
            (self.endpoint([foreign]), .forbidden),
        ]
        for (endpoint, kind) in cases {
            for dryRun in [true, false] {
                do {
                    _ = try await world.engine.endpoints.declare(endpoint, dryRun: dryRun, by: EngineFixture.developer)
                    Issue.record("\(endpoint) was taken")
                } catch let fault as any Fault { #expect(fault.kind == kind, "\(fault.message)") }
            }
        }
        await #expect(throws: ModelError.noAlias("none", model: "digits", known: ["champion"])) {
            try await world.deploy("x", traffic: ["none": 100], replicas: [:])
        }
        await #expect(throws: EndpointError.self) {
            try await world.deploy("y", traffic: ["champion": 90], replicas: [:])
        }
    }

    @Test("a replica that cannot be submitted is tried after pauses, and the endpoint says why")
    func unsubmittable() async throws {
        let world = try await World(sites: [])
        try await self.registerAnywhere(world)
        _ = try await world.deploy("x", traffic: ["champion": 100], replicas: [:])
        for _ in 0..<5 { try await world.reconciler.tick() }
        let status = try await world.engine.endpoints.get("digits")
        #expect(!status.steady)
        #expect(status.replicas.isEmpty)
        #expect(status.reason?.isEmpty == false)
    }

    @Test("totals of several gateways are summed; what is said of unknown endpoints is left out")
    func statistics() async throws {
        let world = try await World(sites: [])
        try await self.registerAnywhere(world)
        _ = try await world.deploy("x", traffic: ["champion": 100], replicas: [:])
        func report(_ gateway: String, _ requests: Int64, endpoint: String = "digits", p50: Double = 0.01) async throws
        {
            let statistics = ServingStatistics(
                endpoint: endpoint, revision: "champion-v1", environment: "aws", requests: requests, failures: 1,
                retries: 2,
                latencyP50: p50, latencyP99: 0.1)
            try await world.engine.endpoints.report(ServingReport(gateway: gateway, statistics: [statistics]))
        }
        try await report("one", 10)
        try await report("one", 30)
        try await report("one", 20)
        try await report("two", 10, p50: 0.05)
        try await report("two", 10, endpoint: "other")
        let sums = try await world.engine.endpoints.statistics(of: "digits").items
        #expect(sums.count == 1)
        #expect(sums.first?.requests == 40, "totals never go back, and two gateways add up")
        #expect(sums.first?.failures == 2)
        #expect(abs((sums.first?.latencyP50 ?? 0) - 0.02) < 1e-9)
        await #expect(throws: EndpointError.self) { try await world.engine.endpoints.statistics(of: "other") }
        await #expect(throws: PlainFault.self) { try await report("three", -1) }
    }

    /// A model version whose tree is in no store: enough for whatever runs nothing.
    private func registerAnywhere(_ world: World) async throws {
        try await world.engine.database.write { transaction in
            _ = try world.engine.models.register(
                RegistrationRequest(
                    key: "r", pipelineRun: ID(raw: 1), project: "digits", user: EngineFixture.developer,
                    spec: RegisterSpec(
                        model: "digits", from: ["train"], metric: "evaluate.accuracy", alias: "champion"),
                    candidates: [
                        ModelCandidate(
                            run: ID(raw: 7), tree: ContentDigest(bytes: [UInt8](repeating: 1, count: 32)),
                            residency: .any,
                            cost: .zero)
                    ],
                    metric: "accuracy",
                    metrics: [MetricPoint(name: "accuracy", value: 0.9, step: 0, at: Timestamp(milliseconds: 0))]),
                in: transaction)
        }
    }
}
