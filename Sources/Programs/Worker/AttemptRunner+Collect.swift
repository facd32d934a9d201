import Client
import Contract
import Kernel

extension AttemptRunner {
    /// How long outputs may fail to go up: longer than for inputs, since the work is done.
    static let uploadPatience = TimeSpan.minutes(15)
    /// As many names as a sentence bears.
    private static let listedNames = 10

    /// Packs what lies under `$MARTLET_OUTPUTS` and uploads it.
    func collect() async -> AttemptMachine.Event {
        do {
            let folder = try await offThread { [path = self.folder.outputs] in
                try LocalFolder(path, rules: .outputs)
            }
            try self.checkDeclared(folder.tree)
            if !folder.files.isEmpty {
                try await self.patiently(for: Self.uploadPatience) {
                    try await self.bench.link.upload(folder.files, of: self.key)
                }
            }
            return .collected(folder.tree)
        } catch {
            return .collectionFailed(.of(error))
        }
    }

    private func checkDeclared(_ tree: Tree) throws(PlainFault) {
        let names = tree.topLevelNames
        let missing = self.assignment.step.outputs.map { outputs in
            outputs.names.map(outputs.path(of:)).filter { tree.subtree($0).entries.isEmpty }
        }
        guard let missing, !missing.isEmpty else { return }
        let listed = names.prefix(Self.listedNames).map { "'\($0)'" }.joined(separator: ", ")
        let rest = names.count > Self.listedNames ? " and \(names.count - Self.listedNames) more" : ""
        let quoted = missing.map { "'\($0)'" }.joined(separator: ", ")
        throw PlainFault(
            .invalid,
            "The command wrote nothing to the declared output\(missing.count == 1 ? "" : "s") \(quoted) under $MARTLET_OUTPUTS. "
                + (names.isEmpty ? "Nothing is there." : "What is there: \(listed)\(rest)."))
    }
}
