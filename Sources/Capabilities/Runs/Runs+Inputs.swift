package import Contract
import Data
package import Database
package import Kernel

extension Runs {
    /// What the inputs of a run amount to.
    struct ResolvedInputs {
        var trees: [String: Tree] = [:]
        var residency = Residency.any
    }

    func resolve(_ inputs: [InputSpec], in reader: any Reading) throws -> ResolvedInputs {
        var resolved = ResolvedInputs()
        for input in inputs {
            var entries: [TreeEntry] = []
            for (folder, source) in input.sources.sorted(by: { $0.key < $1.key }) {
                let part = try self.resolve(source, in: reader)
                resolved.residency = resolved.residency.strictest(part.residency)
                entries += part.tree.entries.map { entry in
                    guard !folder.isEmpty else { return entry }
                    var moved = entry
                    moved.path = folder + "/" + entry.path
                    return moved
                }
            }
            resolved.trees[input.name] = try Tree(entries)
        }
        return resolved
    }

    /// The strictest residency of these sources.
    package func residency(of sources: [InputSource], in reader: any Reading) throws -> Residency {
        try sources.reduce(.any) { $0.strictest(try self.resolve($1, in: reader).residency) }
    }

    /// The tree of a source and its residency.
    ///
    /// - Throws: `invalid` or `notFound` for what is not there, `conflict` for a run that has not committed.
    package func resolve(_ source: InputSource, in reader: any Reading) throws -> (tree: Tree, residency: Residency) {
        switch source {
        case .dataset(let name, let version):
            guard let found = try self.datasets.version(name, version, in: reader) else {
                throw RunError.unknownDataset(version.map { "\(name)@\($0)" } ?? name)
            }
            return (try self.tree(found.tree, in: reader), found.residency)
        case .output(let id, let path):
            let run = try self.row(id, in: reader).run
            guard run.status == .succeeded, let outputs = run.outputs else {
                throw RunError.sourceNotReady(run: id.description, status: run.status)
            }
            let whole = try self.tree(outputs, in: reader)
            let part = whole.subtree(path)
            guard !part.entries.isEmpty || path.isEmpty else {
                throw RunError.unknownOutput(path: path, run: id.description, known: whole.topLevelNames)
            }
            return (part, run.outputResidency)
        case .model(let name, let version):
            guard let found = try self.models.tree(of: name, version: version, in: reader) else {
                throw RunError.badField("input", why: "there is no model '\(name)' version \(version).")
            }
            return (try self.tree(found.digest, in: reader), found.residency)
        case .tree(let digest, let residency): return (try self.tree(digest, in: reader), residency)
        }
    }

    func tree(_ digest: ContentDigest, in reader: any Reading) throws -> Tree {
        guard let tree = try self.stores.tree(digest, in: reader) else { throw RunError.unknownTree(digest.hex) }
        return tree
    }

    /// Every tree that a run's attempt reads: its source and its inputs.
    func trees(of row: RunRow, in reader: any Reading) throws -> [Tree] {
        try ([row.run.source].compactMap(\.self) + row.inputTrees.values).map { try self.tree($0, in: reader) }
    }
}
