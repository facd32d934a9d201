import Catalog
import Contract
import Foundation
import Kernel
import Placement
import Runs

/// A graph of tasks to be placed over a market, in the planner's own values and as the peer reads it.
struct PlacementInstance {
    let name: String
    let tasks: [PlacementTask]
    let market: Market
    let planner: Planner

    /// A chain, a fork-join or a graph of `edges` edges whose demands are drawn from a seed.
    enum Shape {
        case single, chain(Int), graph(tasks: Int, edges: Int), forkJoin(Int)
    }

    init(_ name: String, _ shape: Shape, _ market: Market, _ planner: Planner, seed: UInt64) {
        var draw = Draw(seed: seed)
        self.name = name
        self.market = market
        self.planner = planner
        self.tasks = Self.edges(of: shape, &draw).enumerated().map { index, producers in
            draw.task(named: "t\(index)", reading: producers.map { (name: "t\($0)", bytes: .zero) })
        }.withOutputs(&draw)
    }

    /// For each task the tasks that it reads from.
    private static func edges(of shape: Shape, _ draw: inout Draw) -> [[Int]] {
        switch shape {
        case .single: return [[]]
        case .chain(let count): return (0..<count).map { $0 == 0 ? [] : [$0 - 1] }
        case .forkJoin(let count):
            return (0..<count).map { $0 == 0 ? [] : $0 == count - 1 ? Array(1..<count - 1) : [0] }
        case .graph(let tasks, let edges):
            var chosen: Set<[Int]> = []
            // Each task but the first reads from one before it; the rest of the edges fall where they fall.
            for task in 1..<tasks { chosen.insert([draw.number(0, task - 1), task]) }
            while chosen.count < edges {
                let to = draw.number(1, tasks - 1)
                chosen.insert([draw.number(0, to - 1), to])
            }
            return (0..<tasks).map { task in chosen.filter { $0[1] == task }.map { $0[0] }.sorted() }
        }
    }

    // MARK: For the peer

    /// `problem.json` and `offers.csv` of `Benchmarks/peers/skypilot_optimizer.py`.
    func write(to folder: String, limit: Int) throws {
        try Data(self.offers().utf8).write(to: URL(fileURLWithPath: folder + "/offers.csv"))
        let edges = self.tasks.flatMap { task in
            task.inputs.compactMap { input in input.producer.map { [$0, task.name] } }
        }
        let problem: JSONValue = [
            "offers": "offers.csv", "runs": 1, "limit_seconds": .integer(Int64(limit)),
            "tasks": .array(self.tasks.map(self.peerTask)),
            "edges": .array(edges.map { .array($0.map(JSONValue.string)) }),
            "egress": ["aws": Self.internet(0.09), "gcp": Self.internet(0.12), "azure": Self.internet(0.087)],
        ]
        try Data(Wire.text(problem).utf8).write(to: URL(fileURLWithPath: folder + "/problem.json"))
    }

    /// Our own first tier to anywhere else, so that the peer weighs its transfers as near to our tariff as its model allows.
    private static func internet(_ dollars: Double) -> JSONValue { [[.null, .number(dollars)]] }

    private func peerTask(_ task: PlacementTask) -> JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string(task.name), "cpus": .string("\(Int(task.resources.cpus ?? 1))+"),
            "memory": .string("\((task.resources.memory ?? .zero).bytes >> 30)+"), "gpu": .null,
            "duration_seconds": .number(task.duration.seconds), "output_gib": .integer(self.outputGibibytes(of: task)),
        ]
        if let gpu = task.resources.gpu { fields["gpu"] = .string(gpu) }
        return .object(fields)
    }

    private func outputGibibytes(of task: PlacementTask) -> Int64 {
        let read = self.tasks.lazy.flatMap(\.inputs).first { $0.producer == task.name }
        return (read?.bytes.bytes ?? 0) >> 30
    }

    /// Every on-demand offer whose shape is known.
    private func offers() -> String {
        var lines = ["provider,region,type,vcpus,memory_gib,accelerator,accelerator_count,on_demand,spot"]
        self.market.forEachListing { listing in
            guard !listing.isSpot else { return }
            let shape = self.market.shapes[listing.shape], place = self.market.locations[listing.location]
            let memory = shape.memory.map { "\(Double($0.bytes) / Double(1 << 30))" } ?? ""
            let fields = [
                place.provider ?? "", place.region ?? "", shape.type, shape.vcpus.map { "\($0)" } ?? "", memory,
                shape.accelerator ?? "", shape.accelerator == nil ? "" : "\(shape.acceleratorCount)",
                listing.price.decimal, "",
            ]
            lines.append(fields.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What a choice costs by our price list; nil when it is not complete. Transfers whose price nobody knows are counted.
    func cost(of choice: [String: PeerChoice]) -> (dollars: Double, unknown: Int)? {
        var total = Money.zero, unknown = 0
        for task in self.tasks {
            guard let mine = choice[task.name], let price = self.price(of: mine) else { return nil }
            total += price.perHour(forMilliseconds: task.duration.milliseconds)
            for input in task.inputs {
                guard let producer = input.producer.flatMap({ choice[$0] }) else { return nil }
                let from = "\(producer.provider) \(producer.region)", to = "\(mine.provider) \(mine.region)"
                if let egress = self.planner.price(of: input.bytes, from: from, to: to) {
                    total += egress
                } else {
                    unknown += 1
                }
            }
        }
        return (Double(total.nanodollars) / 1e9, unknown)
    }

    private func price(of choice: PeerChoice) -> Money? {
        var found: Money?
        self.market.forEachListing { listing in
            let place = self.market.locations[listing.location]
            guard !listing.isSpot, place.provider == choice.provider, place.region == choice.region,
                self.market.shapes[listing.shape].type == choice.type
            else { return }
            found = listing.price
        }
        return found
    }
}

/// Where the peer put one task.
struct PeerChoice: Hashable {
    let provider: String
    let region: String
    let type: String
}

/// Demands such as people write, from a seed.
private struct Draw {
    private var random: SeededRandom

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    mutating func number(_ low: Int, _ high: Int) -> Int { Int.random(in: low...high, using: &self.random) }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[self.number(0, values.count - 1)] }

    mutating func task(named name: String, reading inputs: [(name: String, bytes: ByteCount)]) -> PlacementTask {
        let cpus = self.pick([2, 4, 8, 16, 32])
        let isAccelerated = self.number(0, 3) == 0
        let resources = Resources(
            cpus: Double(cpus), memory: .gibibytes(Int64(cpus * self.pick([2, 4, 8]))),
            gpu: isAccelerated ? self.pick(["T4:1", "A100-80GB:1", "A100-80GB:4", "V100:1"]) : nil, architecture: .any)
        let fitting =
            isAccelerated
            ? Resources(cpus: 4, memory: .gibibytes(16), gpu: resources.gpu, architecture: .any) : resources
        return PlacementTask(
            name: name, kind: .batch, resources: fitting,
            duration: .minutes(Int64(self.number(10, 240))), basis: "drawn from a seed",
            inputs: inputs.map { PlacementInput(bytes: $0.bytes, stores: [], producer: $0.name) },
            after: inputs.map(\.name))
    }
}

extension [PlacementTask] {
    /// Every task writes 0 to 200 GiB, all of which each of its readers reads.
    fileprivate func withOutputs(_ draw: inout Draw) -> [PlacementTask] {
        let sizes = Dictionary(
            uniqueKeysWithValues: self.map { ($0.name, ByteCount.gibibytes(Int64(draw.number(0, 200)))) })
        return self.map { task in
            var task = task
            for index in task.inputs.indices {
                task.inputs[index].bytes = task.inputs[index].producer.flatMap { sizes[$0] } ?? .zero
            }
            return task
        }
    }
}
