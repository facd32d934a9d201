import Contract
import Data
import Database
import Kernel
import Placement

/// Runs of a period on their way from their rows to a replay.
///
/// Trees are shared by many runs, so their sizes are kept for as long as this lives: one question.
struct RecordedRuns {
    /// Rows that are read at a time: a few megabytes at most.
    static let page = 500

    let runs: Runs
    private var sizes: [ContentDigest: ByteCount] = [:]
    private var holders: [ContentDigest: Set<String>] = [:]
    private var environments: [String: String]
    private(set) var found: [RecordedRun] = []
    /// The last row that was read.
    private(set) var last: ID<Run>?

    /// - Parameter environments: those that are declared, with their stores.
    init(_ runs: Runs, environments: [String: String]) {
        self.runs = runs
        self.environments = environments
    }

    /// Takes a page of rows; runs that were billed nothing cost nothing anywhere and are left out.
    mutating func add(_ rows: [RunRow], in reader: any Reading) throws {
        let billed = try RunStore.billed(rows.map(\.run.id), in: reader)
        for row in rows {
            self.last = row.run.id
            guard let usage = billed[row.run.id], self.found.count < WhatIfReplay.maximumRuns else { continue }
            self.found.append(try self.recorded(row, usage, in: reader))
        }
    }

    private mutating func recorded(
        _ row: RunRow, _ usage: RunStore.Billed, in reader: any Reading
    ) throws -> RecordedRun {
        let run = row.run
        let task = PlacementTask(
            name: run.node ?? run.name, kind: run.kind, resources: run.step.resources ?? Resources(),
            policy: run.step.placement ?? PlacementPolicy(), residency: run.residency,
            needsContainer: run.step.image != nil, duration: usage.time, basis: "billed")
        return RecordedRun(
            id: run.id, project: run.project, task: task, inputs: try self.inputs(of: row, in: reader),
            environment: usage.environment, submittedAt: run.submittedAt, startedAt: usage.startedAt,
            compute: run.cost - row.egressPosted, egress: row.egressPosted)
    }

    /// One for each source, with the store where it began to be; the code too.
    private mutating func inputs(of row: RunRow, in reader: any Reading) throws -> [RecordedInput] {
        var inputs: [RecordedInput] = []
        if let source = row.run.source {
            inputs.append(try self.input(source, stores: nil, producer: nil, in: reader))
        }
        for input in row.run.inputs {
            guard let tree = row.inputTrees[input.name] else { continue }
            // Several sources of one input are one tree; they lie where all of them lie.
            if input.sources.count == 1, let source = input.sources.values.first {
                inputs.append(try self.input(tree, of: source, in: reader))
            } else {
                inputs.append(try self.input(tree, stores: nil, producer: nil, in: reader))
            }
        }
        return inputs.filter { $0.bytes > .zero }
    }

    private mutating func input(
        _ tree: ContentDigest, of source: InputSource, in reader: any Reading
    ) throws -> RecordedInput {
        switch source {
        case .dataset(let name, let version):
            let found = try self.runs.datasets.version(name, version, in: reader)
            return try self.input(tree, stores: found.map { [$0.store] }, producer: nil, in: reader)
        case .output(let producer, _):
            let environment = try RunStore.find(producer, in: reader)?.run.environment
            let store = environment.flatMap { self.environments[$0] }
            return try self.input(tree, stores: store.map { [$0] }, producer: producer, in: reader)
        case .model, .tree: return try self.input(tree, stores: nil, producer: nil, in: reader)
        }
    }

    /// - Parameter stores: nil for where they lie now.
    private mutating func input(
        _ digest: ContentDigest, stores: Set<String>?, producer: ID<Run>?, in reader: any Reading
    ) throws -> RecordedInput {
        try self.look(at: digest, in: reader)
        return RecordedInput(
            content: digest, bytes: self.sizes[digest] ?? .zero, stores: stores ?? self.holders[digest] ?? [],
            producer: producer)
    }

    /// A tree that is gone has no bytes to move.
    private mutating func look(at digest: ContentDigest, in reader: any Reading) throws {
        guard self.sizes[digest] == nil else { return }
        let tree = try self.runs.stores.tree(digest, in: reader)
        self.sizes[digest] = tree?.size ?? .zero
        self.holders[digest] = try tree.map { try self.runs.stores.stores(holding: $0, in: reader) } ?? []
    }
}
