import Contract
import Digest
import Kernel
import Testing

@testable import Serving

/// An endpoint's world: runs that are placed, become ready and end when the test says so.
struct EndpointWorld {
    var machine = EndpointMachine(revisions: [], replicas: [])
    var now = Timestamp(milliseconds: 1_000_000)
    var started: [(key: EndpointMachine.Key, avoid: Set<String>)] = []
    var stopped: [ID<Run>] = []
    private var next: UInt128 = 0

    static func key(_ name: String, _ definition: String = "") -> EndpointMachine.Key {
        .init(name: name, definition: Digest.sha256(name + definition))
    }

    mutating func declare(_ wanted: [(String, Int, Int)]) {
        self.machine.declare(wanted.map { (Self.key($0.0), $0.1, $0.2) })
    }

    /// Ticks, and does what is asked for.
    mutating func tick() {
        for effect in self.machine.tick(at: self.now) {
            switch effect {
            case .start(let key, let avoid):
                self.started.append((key, avoid))
                self.next += 1
                self.machine.replicas.append(
                    .init(run: ID(raw: self.next), key: key, status: .queued, submittedAt: self.now))
            case .stop(let run): self.stopped.append(run)
            case .forget, .markReady, .drop: break
            }
        }
    }

    mutating func change(_ run: ID<Run>, _ body: (inout EndpointMachine.Replica) -> Void) {
        for index in self.machine.replicas.indices where self.machine.replicas[index].run == run {
            body(&self.machine.replicas[index])
        }
    }

    /// Places every queued replica at the first site that it does not avoid.
    mutating func place(_ sites: [String]) {
        for index in self.machine.replicas.indices where self.machine.replicas[index].status == .queued {
            let key = self.machine.replicas[index].key
            let avoid = self.started.last { $0.key == key }?.avoid ?? []
            self.machine.replicas[index].environment = sites.first { !avoid.contains($0) } ?? sites.first
            self.machine.replicas[index].status = .placed
        }
    }

    mutating func ready() {
        for index in self.machine.replicas.indices where self.machine.replicas[index].status == .placed {
            self.machine.replicas[index].status = .running
            self.machine.replicas[index].url = "http://\(self.machine.replicas[index].environment ?? ""):1"
        }
    }

    /// Lets the runs end that were told to stop.
    mutating func end() {
        for index in self.machine.replicas.indices where self.machine.replicas[index].stopping {
            self.machine.replicas[index].status = .cancelled
            self.machine.replicas[index].url = nil
        }
    }

    /// Ticks until nothing changes any more.
    mutating func settle(_ sites: [String] = ["a", "b", "c"]) {
        for _ in 0..<20 {
            self.tick()
            self.place(sites)
            self.ready()
            self.end()
            self.now = self.now + .seconds(1)
        }
    }

    func routed(_ name: String) -> RoutingTable.RevisionRoute? { self.machine.routes.first { $0.revision == name } }
}

@Suite("which replicas an endpoint has")
struct ServingMachineTests {
    @Test("replicas are started one after another, each away from where the others are")
    func spread() {
        var world = EndpointWorld()
        world.declare([("champion-v2", 90, 2), ("challenger-v1", 10, 1)])
        world.tick()
        #expect(world.started.map(\.key.name).sorted() == ["challenger-v1", "champion-v2"])
        world.tick()
        #expect(world.started.count == 2, "the second waits until it is known where the first is")
        world.place(["a", "b", "c"])
        world.tick()
        #expect(world.started.count == 3)
        #expect(world.started[2].avoid == ["a"])
        #expect(!world.machine.isSteady)
        world.place(["a", "b", "c"])
        world.ready()
        world.tick()
        #expect(world.machine.isSteady)
        #expect(world.routed("champion-v2")?.replicas.map(\.environment).sorted() == ["a", "b"])
        #expect(world.routed("challenger-v1")?.traffic == 10)
        #expect(world.machine.tick(at: world.now) == [])
    }

    @Test("a replica that ended is replaced at once, then after pauses that double up to a minute")
    func restarts() {
        var world = EndpointWorld()
        world.declare([("v1", 100, 1)])
        world.tick()
        var pauses: [Int64] = []
        for _ in 0..<9 {
            let run = world.machine.replicas[0].run
            world.change(run) { $0.status = .failed }
            let before = (count: world.started.count, now: world.now)
            while world.started.count == before.count {
                world.tick()
                if world.started.count == before.count { world.now = world.now + .milliseconds(500) }
            }
            pauses.append((world.now - before.now).milliseconds)
        }
        #expect(pauses == [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
    }

    @Test("a replica that was ready for a minute starts the pauses anew; a calendar set back delays nothing for long")
    func proven() {
        var world = EndpointWorld()
        world.declare([("v1", 100, 1)])
        for _ in 0..<5 {
            world.tick()
            world.change(world.machine.replicas[0].run) { $0.status = .failed }
            world.tick()
            world.now = world.now + .minutes(2)
        }
        world.settle()
        #expect(world.machine.isSteady)
        world.now = world.now + .minutes(2)
        world.change(world.machine.replicas[0].run) { $0.status = .failed }
        let count = world.started.count
        world.tick()
        #expect(world.started.count == count + 1, "at once, as after a first failure")
        world.change(world.machine.replicas[0].run) { $0.status = .failed }
        world.tick()
        world.now = world.now - .hours(1)
        world.tick()
        #expect(world.started.count == count + 2)
    }

    @Test("a new revision serves before the old one stops")
    func surge() {
        var world = EndpointWorld()
        world.declare([("v1", 100, 2)])
        world.settle()
        world.declare([("v2", 100, 2)])
        for _ in 0..<3 {
            world.tick()
            world.place(["a", "b"])
            #expect(world.routed("v1")?.replicas.count == 2)
            #expect(world.routed("v2") == nil)
        }
        #expect(world.stopped.isEmpty)
        world.ready()
        world.tick()
        #expect(world.routed("v1") == nil, "the traffic moves first")
        #expect(world.routed("v2")?.replicas.count == 2)
        #expect(world.stopped.isEmpty)
        world.now = world.now + EndpointMachine.retirePause
        world.tick()
        #expect(world.stopped.count == 2)
        world.end()
        world.tick()
        #expect(world.machine.revisions.map(\.key.name) == ["v2"])
    }

    @Test("while one revision arrives the others keep their shares and what leaves has the free one")
    func partial() {
        var world = EndpointWorld()
        world.declare([("champion-v1", 90, 1), ("challenger-v2", 10, 1)])
        world.settle()
        world.declare([("champion-v1", 80, 1), ("challenger-v3", 20, 1)])
        world.tick()
        #expect(world.routed("champion-v1")?.traffic == 80)
        #expect(world.routed("challenger-v2")?.traffic == 20)
        world.settle()
        #expect(world.routed("challenger-v3")?.traffic == 20)
        #expect(world.routed("challenger-v2") == nil)
    }

    @Test("a revision that never works leaves the old one in service for ever")
    func brokenRollout() {
        var world = EndpointWorld()
        world.declare([("v1", 100, 1)])
        world.settle()
        world.declare([("v2", 100, 1)])
        for _ in 0..<50 {
            world.tick()
            for replica in world.machine.replicas where replica.key.name == "v2" {
                world.change(replica.run) { $0.status = .failed }
            }
            world.now = world.now + .seconds(30)
            #expect(world.routed("v1")?.replicas.count == 1)
        }
        #expect(world.stopped.isEmpty)
        world.declare([("v1", 100, 1)])
        world.settle()
        #expect(world.machine.isSteady && world.machine.revisions.count == 1, "and can be gone back to")
    }

    @Test("a surge that finds no slot takes one from what leaves, one at a time")
    func noRoom() {
        var world = EndpointWorld()
        world.declare([("v1", 100, 2)])
        world.settle()
        world.declare([("v2", 100, 2)])
        world.tick()
        world.now = world.now + .seconds(29)
        world.tick()
        #expect(world.stopped.isEmpty)
        world.now = world.now + .seconds(1)
        world.tick()
        world.tick()
        #expect(world.stopped.count == 1)
        #expect(world.routed("v1")?.replicas.count == 1)
    }

    @Test("fewer replicas: what is not ready goes first, then what shares a site, then the youngest")
    func shrink() {
        var world = EndpointWorld()
        world.declare([("v1", 100, 4)])
        world.settle(["a", "b"])
        let replicas = world.machine.replicas
        #expect(replicas.map(\.environment) == ["a", "b", "a", "a"])
        world.change(replicas[1].run) {
            $0.status = .starting; $0.url = nil
        }
        world.declare([("v1", 100, 2)])
        world.tick()
        #expect(world.stopped == [replicas[1].run, replicas[3].run])
    }

    @Test("another definition under the same name is another revision")
    func redefined() {
        var world = EndpointWorld()
        world.machine.declare([(EndpointWorld.key("v1", "one"), 100, 1)])
        world.settle()
        world.machine.declare([(EndpointWorld.key("v1", "two"), 100, 1)])
        world.tick()
        #expect(world.started.count == 2)
        world.settle()
        #expect(world.stopped.count == 1)
        #expect(world.machine.revisions.count == 1)
    }

    @Test("a deleted endpoint routes nothing and stops everything")
    func deleted() {
        var world = EndpointWorld()
        world.declare([("v1", 100, 2)])
        world.settle()
        world.declare([])
        #expect(world.machine.routes.isEmpty)
        world.settle()
        #expect(world.stopped.count == 2)
        #expect(world.machine.revisions.isEmpty && world.machine.replicas.isEmpty)
    }

    @Test(
        "whatever happens, a table never routes to what is not ready, and in the end all is steady", arguments: 0..<200)
    func hostile(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var world = EndpointWorld()
        for _ in 0..<200 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                let traffic = Int.random(in: 1...99, using: &random)
                world.declare([
                    (
                        "champion-v\(Int.random(in: 1...3, using: &random))", traffic,
                        Int.random(in: 1...3, using: &random)
                    ),
                    ("challenger-v\(Int.random(in: 1...3, using: &random))", 100 - traffic, 1),
                ])
            case 1: world.place(["a", "b", "c"])
            case 2: world.ready()
            case 3: world.end()
            case 4:
                if let victim = world.machine.replicas.randomElement(using: &random) {
                    world.change(victim.run) { $0.status = .failed }
                }
            case 5: world.now = world.now + .seconds(Int64.random(in: -60...60, using: &random))
            default: world.tick()
            }
            let ready = Set(world.machine.replicas.filter(\.isReady).map(\.run.description))
            let isTrue = world.machine.routes.allSatisfy { route in
                route.traffic > 0 && !route.replicas.isEmpty && route.replicas.allSatisfy { ready.contains($0.run) }
            }
            if !isTrue { Issue.record("seed \(seed) routes to what is not ready") }
        }
        for _ in 0..<20 { world.settle() }
        #expect(world.machine.isSteady, "seed \(seed)")
        let wanted = world.machine.revisions.reduce(0) { $0 + $1.replicas }
        #expect(world.machine.replicas.count == wanted, "seed \(seed)")
    }
}
