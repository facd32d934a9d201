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
        let running: HTML = run.status.isTerminal ? "" : " data-running"
        return """
            <section class="title"\(running)><h1>\(run.name)</h1>\(Facts.status(run.status.rawValue))\
            <span class="id">\(run.id)</span><p class="reason">\(run.reason ?? "")</p></section>
            """
    }

    private func facts(_ run: Run) -> HTML {
        var facts: [(String, HTML)] = [
            ("project", "\(run.project)"), ("user", "\(run.user)"), ("site", "\(run.environment ?? "not placed")"),
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
        if let pipeline = run.pipelineRun { facts.append(("pipeline", Facts.link(pipeline, run.node ?? "run"))) }
        if let endpoint = run.endpoint { facts.append(("endpoint", "\(endpoint)")) }
        if let url = run.url { facts.append(("address", "<code>\(url)</code>")) }
        if let outputs = run.outputs { facts.append(("outputs", "<code>\(outputs.hex.prefix(16))…</code>")) }
        if let code = run.exitCode { facts.append(("exit code", "\(code)")) }
        for (name, value) in run.parameters.sorted(by: { $0.key < $1.key }) {
            facts.append(("parameters.\(name)", "<code>\(value.plain)</code>"))
        }
        let command: HTML =
            "<div class=\"wide\"><dt>command</dt><dd><code>\(Self.text(run.step.command))</code></dd></div>"
        return
            "<section class=\"card\"><dl>\(command)\(facts.html { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" })</dl></section>"
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
        let rows = attempts.map { attempt -> [HTML] in
            [
                "\(attempt.number)", Facts.status(attempt.status.rawValue), "\(attempt.environment)",
                "<span class=\"id\">\(attempt.worker)</span>", Facts.time(attempt.claimedAt),
                "\(Facts.duration(from: attempt.startedAt ?? attempt.claimedAt, to: attempt.endedAt, now: self.time.now))",
                "\(attempt.cost)", "<span class=\"reason\">\(attempt.reason ?? "")</span>",
            ]
        }
        return Facts.table(
            ["attempt", "status", "site", "worker", "claimed", "took", "cost", ""], rows,
            empty: "No worker has taken it yet.", numeric: [0, 5, 6])
    }

    private static func metrics(_ points: [MetricPoint]) -> HTML {
        guard !points.isEmpty else { return "" }
        let byName = Dictionary(grouping: points, by: \.name).sorted { $0.key < $1.key }
        let rows = byName.map { name, points -> [HTML] in
            [
                "\(name)", Sparkline.draw(points), "\(points.last.map { Sparkline.number($0.value) } ?? "")",
                "\(points.count)",
            ]
        }
        return Facts.section(
            "Metrics", Facts.table(["metric", "", "last", "points"], rows, empty: "", numeric: [2, 3]))
    }
}
