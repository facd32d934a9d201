import Contract
import Kernel

// The first page: everything at a glance.
extension Console {
    /// Rows of each listing: what fits on two screens.
    static let overviewRuns = 25
    static let overviewPipelines = 8
    static let overviewLines = 20

    func overview(for principal: Principal) async throws -> HTML {
        async let runs = self.source.runs(limit: Self.overviewRuns)
        async let counts = self.source.runCounts()
        async let pipelines = self.source.pipelineRuns(limit: Self.overviewPipelines)
        async let environments = self.source.environments()
        async let endpoints = self.source.endpoints()
        async let costs = self.source.costs(by: [.environment], pipelineRun: nil)
        async let lines = self.source.journal(limit: Self.overviewLines)
        let content =
            Self.figures(try await counts, try await environments, try await costs)
            + self.pipelines(try await pipelines)
            + Facts.section("Runs", self.runTable(try await runs))
            + Facts.section("Sites", Self.sites(try await environments))
            + Self.endpoints(try await endpoints)
            + Facts.section("Costs", Facts.costs(try await costs, empty: "Nothing has cost anything yet."))
            + Facts.section("Journal", Self.journal(try await lines))
        return Self.frame(title: "Overview", principal: principal, isLive: true) { content }
    }

    private static func figures(_ counts: [RunStatus: Int], _ sites: [EnvironmentStatus], _ costs: CostReport) -> HTML {
        let active = [RunStatus.starting, .running].reduce(0) { $0 + (counts[$1] ?? 0) }
        let waiting = [RunStatus.queued, .placed].reduce(0) { $0 + (counts[$1] ?? 0) }
        let workers = sites.flatMap(\.workers)
        let live = workers.filter { $0.status == .live }
        let used = sites.reduce(0) { $0 + $1.usedSlots + $1.usedServingSlots }
        let slots = live.reduce(0) { $0 + $1.slots + $1.servingSlots }
        func figure(_ value: HTML, _ name: String) -> HTML {
            "<div class=\"figure\"><strong>\(value)</strong><span>\(name)</span></div>"
        }
        return """
            <section class="figures">\(figure("\(active)", "running"))\(figure("\(waiting)", "waiting"))\
            \(figure("\(counts[.succeeded] ?? 0)", "succeeded"))\(figure("\(counts[.failed] ?? 0)", "failed"))\
            \(figure("\(live.count)", "live workers"))\(figure("\(used) / \(slots)", "slots in use"))\
            \(figure("\(costs.total)", "spent"))</section>
            """
    }

    private func pipelines(_ runs: [PipelineRun]) -> HTML {
        guard let latest = runs.first else { return "" }
        let rows = runs.map { run -> [HTML] in
            let done = run.nodes.filter { $0.status.isTerminal }.count
            return [
                Facts.status(run.status.rawValue), Facts.link(run.id, run.pipeline), "\(run.project)", "\(run.user)",
                Facts.bar(done, of: run.nodes.count), Facts.time(run.startedAt),
                "\(Facts.duration(from: run.startedAt, to: run.endedAt, now: self.time.now))", "\(run.cost)",
            ]
        }
        let table = Facts.table(
            ["status", "pipeline", "project", "user", "nodes", "started", "took", "cost"], rows, empty: "",
            numeric: [6, 7])
        return Facts.section("Pipelines", PipelineGraph(latest.nodes).svg + table)
    }

    /// Runs as a table, for this page and for that of a pipeline.
    func runTable(_ runs: [Run]) -> HTML {
        let rows = runs.map { run -> [HTML] in
            [
                Facts.status(run.status.rawValue), Facts.link(run.id, run.node ?? run.name), "\(run.project)",
                "\(run.environment ?? "")", "\(run.attempt > 1 ? "attempt \(run.attempt)" : "")",
                Facts.time(run.submittedAt),
                "\(Facts.duration(from: run.startedAt, to: run.endedAt, now: self.time.now))", "\(run.cost)",
                "<span class=\"reason\">\(run.reason ?? "")</span>",
            ]
        }
        return Facts.table(
            ["status", "run", "project", "site", "", "submitted", "took", "cost", ""], rows,
            empty: "No run yet. Start one: martlet run -- python my_train.py", numeric: [6, 7])
    }

    private static func sites(_ sites: [EnvironmentStatus]) -> HTML {
        let rows = sites.map { site -> [HTML] in
            let live = site.workers.filter { $0.status == .live }
            let place = "\(site.environment.provider) \(site.environment.region)"
            return [
                "<strong>\(site.environment.name)</strong>", "\(place)",
                "\(site.environment.zones.sorted().joined(separator: ", "))", "\(site.pricePerSlotHour)",
                "\(live.count) of \(site.workers.count)",
                Facts.bar(site.usedSlots, of: live.reduce(0) { $0 + $1.slots }),
                Facts.bar(site.usedServingSlots, of: live.reduce(0) { $0 + $1.servingSlots }),
                "\(site.environment.store)",
            ]
        }
        return Facts.table(
            ["site", "where", "zones", "per slot and hour", "live workers", "batch slots", "serving slots", "store"],
            rows,
            empty: "No site yet. Declare one: martlet apply -f environments.yaml", numeric: [3])
    }

    private static func endpoints(_ endpoints: [EndpointStatus]) -> HTML {
        guard !endpoints.isEmpty else { return "" }
        let rows = endpoints.flatMap { status in
            status.endpoint.revisions.map { revision -> [HTML] in
                let replicas = status.replicas.filter { $0.revision == revision.name }
                let ready = replicas.filter { $0.url != nil }
                let places = Set(ready.compactMap(\.environment)).sorted().joined(separator: ", ")
                return [
                    "<strong>\(status.endpoint.name)</strong>", "\(revision.name)",
                    "\(revision.model) v\(revision.version)",
                    Facts.bar(revision.traffic, of: 100), "\(ready.count) of \(revision.replicas)", "\(places)",
                ]
            }
        }
        return Facts.section(
            "Endpoints",
            Facts.table(["endpoint", "revision", "model", "traffic in %", "ready replicas", "sites"], rows, empty: ""))
    }

    private static func journal(_ lines: [JournalLine]) -> HTML {
        let rows = lines.map { line -> [HTML] in
            let subject: HTML =
                if let run = ID<Run>(line.subject) {
                    Facts.link(run, line.subject)
                } else if let run = ID<PipelineRun>(line.subject) { Facts.link(run, line.subject) } else {
                    "\(line.subject)"
                }
            return [
                "\(line.sequence)", Facts.time(line.at), "\(line.kind)", "<span class=\"id\">\(subject)</span>",
                "\(line.actor)",
                "<code title=\"SHA-256 over the line before and this one\">\(line.hash.prefix(10))</code>",
            ]
        }
        return Facts.table(
            ["line", "at", "what", "of", "by", "hash"], rows, empty: "Nothing has happened yet.", numeric: [0])
    }
}
