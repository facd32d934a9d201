import Foundation

/// SkyPilot's optimizer from PyPI, driven offline on an instance's own offers.
struct SkyPilotOptimizer {
    private static let script = "Benchmarks/peers/skypilot_optimizer.py"

    let peers: Peers

    /// - Parameters:
    ///   - cost: what our plan costs, compute and egress.
    ///   - limit: seconds that it may take.
    func figure(_ instance: PlacementInstance, ours cost: Double, limit: Int) -> PeerFigure {
        self.peers.figures("SkyPilot", count: 1) {
            let python = try self.peers.program("python", of: "skypilot").get()
            progress("SkyPilot: \(instance.name)")
            let folder = try TemporaryFolder()
            try instance.write(to: folder.path, limit: limit)
            let child = try ChildProcess(
                python, [Self.script, folder.path + "/problem.json"],
                environment: [
                    "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "TMPDIR": folder.path,
                    "SKYPILOT_DISABLE_USAGE_COLLECTION": "1", "LANG": "C.UTF-8", Platform.tag: folder.path,
                ], log: folder.path + "/log")
            defer { for id in ProcessTable.tagged(Platform.tag, folder.path) { kill(id, SIGKILL) } }
            var text = ""
            while let line = child.line(within: Double(limit) + 900) { text += line + "\n" }
            guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(text.utf8)) else {
                throw Peers.Absence(reason: "it gave no answer")
            }
            return [self.figure(answer, instance, cost)]
        }[0]
    }

    private func figure(_ answer: Answer, _ instance: PlacementInstance, _ cost: Double) -> PeerFigure {
        let title = self.peers.title("SkyPilot", of: "skypilot")
        guard let run = answer.runs.first else {
            let used = answer.unfinished.map { "; \($0.cpu_seconds.short) s of CPU by then" } ?? ""
            return PeerFigure(
                program: title, value: nil, note: "no plan: \(answer.outcome), \(answer.reason)\(used)")
        }
        let choice = Dictionary(
            (answer.tasks ?? []).map { ($0.name, PeerChoice(provider: $0.provider, region: $0.region, type: $0.type)) }
        ) { first, _ in first }
        var words = "\(answer.method ?? ""), \(run.cpu_seconds.short) s of CPU, imports and catalogs apart"
        if let theirs = instance.cost(of: choice) {
            let unknown = theirs.unknown > 0 ? " and \(theirs.unknown) transfers of unknown price" : ""
            words += "; its choice costs $\(String(format: "%.4f", theirs.dollars)) by our price list\(unknown)"
            words += String(format: ", %.2f × ours", theirs.dollars / max(cost, 1e-9))
        }
        return PeerFigure(program: title, value: run.wall_seconds * 1000, note: words)
    }

    /// As the program's own comment says.
    private struct Answer: Decodable {
        struct Run: Decodable {
            var wall_seconds: Double
            var cpu_seconds: Double
        }
        struct Task: Decodable {
            var name: String
            var provider: String
            var region: String
            var type: String
        }
        var outcome: String
        var reason: String
        var method: String?
        var runs: [Run]
        var unfinished: Run?
        var tasks: [Task]?
    }
}
