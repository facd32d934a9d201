import Contract
import Kernel

// The page of one run: what it is, where it ran, what it printed, measured and cost.
extension Console {
    func runPage(_ id: ID<Run>, for principal: Principal) async throws -> HTML {
        let details = try await self.source.run(id)
        let run = details.run
        let content =
            self.title(run) + self.facts(run) + Self.log(details.log, run)
            + Facts.section("Attempts", self.attempts(details.attempts)) + Self.metrics(details.metrics)
            + Facts.section("Costs", Facts.costs(details.costs, empty: "It has cost nothing yet."))
        return Self.frame(title: run.name, principal: principal, isLive: !run.status.isTerminal) { content }
    }

    private func title(_ run: Run) -> HTML {
        let trail: HTML = run.pipelineRun.map { " › \(Facts.link($0, run.project))" } ?? " › runs"
        return Facts.title(
            run.node ?? run.name, run.status.rawValue, id: run.id.description, reason: run.reason, trail: trail,
            isRunning: !run.status.isTerminal)
    }

    private func facts(_ run: Run) -> HTML {
        var facts: [(String, HTML)] = [
            ("command", "<code>\(Self.text(run.step.command))</code>"), ("project", "\(run.project)"),
            ("user", "\(run.user)"), ("site", "\(run.environment ?? "not placed")"),
            ("submitted", Facts.time(run.submittedAt)),
            ("took", "\(Facts.duration(from: run.startedAt, to: run.endedAt, now: self.time.now))"),
            ("cost", "\(run.cost)"), ("residency", "\(run.residency.description)"),
        ]
        if run.outputResidency != run.residency {
            facts.append(
                (
                    "its outputs",
                    "\(run.outputResidency.description), declassified: \(run.step.declassify?.reason ?? "")"
                ))
        }
        if let endpoint = run.endpoint { facts.append(("endpoint", "\(endpoint)")) }
        if let url = run.url { facts.append(("address", "<code>\(url)</code>")) }
        if let outputs = run.outputs { facts.append(("outputs", "<code>\(outputs.hex.prefix(16))…</code>")) }
        if let code = run.exitCode { facts.append(("exit code", "\(code)")) }
        let parameters = run.parameters.sorted { $0.key < $1.key }
        if !parameters.isEmpty {
            facts.append(
                ("parameters", parameters.html { "<code class=\"pair\">\($0.key) = \($0.value.plain)</code>" }))
        }
        return Facts.list(facts, wide: ["command", "parameters"])
    }

    private static func text(_ command: Command) -> String {
        switch command {
        case .shell(let text): text
        case .arguments(let arguments): arguments.joined(separator: " ")
        }
    }

    private static func log(_ tail: LogTail, _ run: Run) -> HTML {
        guard !tail.bytes.isEmpty else {
            return Facts.section(
                "Log",
                "<p class=\"empty\">\(run.status.isTerminal ? "It printed nothing." : "Nothing printed yet.")</p>")
        }
        let note: HTML =
            tail.skipped > 0
            ? "<p class=\"empty\">The last \(ByteCount(Int64(tail.bytes.count)).description); \(ByteCount(tail.skipped).description) come before. All of it: <code>martlet runs logs \(run.id)</code></p>"
            : ""
        return Facts.section("Log", "\(note)<pre class=\"log\">\(String(decoding: tail.bytes, as: UTF8.self))</pre>")
    }

    private func attempts(_ attempts: [Attempt]) -> HTML {
        let rows = attempts.map { attempt -> Facts.Row in
            let took = Facts.duration(
                from: attempt.startedAt ?? attempt.claimedAt, to: attempt.endedAt, now: self.time.now)
            return .init(
                [
                    Facts.status(attempt.status.rawValue), "\(attempt.number)", "\(attempt.environment)",
                    "<span class=\"id\">\(attempt.worker)</span>", Facts.time(attempt.claimedAt), "\(took)",
                    Facts.money(attempt.cost),
                ], note: attempt.reason)
        }
        return Facts.table(
            ["status", "attempt", "site", "worker", "claimed", "took", "cost"], rows,
            empty: "No worker has taken it yet.", numeric: [5, 6])
    }

    private static func metrics(_ points: [MetricPoint]) -> HTML {
        guard !points.isEmpty else { return "" }
        let byName = Dictionary(grouping: points, by: \.name).sorted { $0.key < $1.key }
        let rows = byName.map { name, points -> Facts.Row in
            .init([
                "\(name)", Sparkline.draw(points), "\(points.last.map { Sparkline.number($0.value) } ?? "")",
                "\(points.count)",
            ])
        }
        return Facts.section(
            "Metrics", Facts.table(["metric", "curve", "last", "points"], rows, empty: "", numeric: [2, 3]))
    }
}
