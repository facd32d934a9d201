import Contract
import Kernel

/// A pipeline run as lines: each node below what it needs, with its state, place, duration and cost.
struct PipelineTree: Sendable {
    let style: Style

    /// All of it, its end included.
    func text(_ run: PipelineRun, now: Timestamp) -> String {
        (self.lines(run, now: now) + [self.summary(run, now: now)]).map { $0 + "\n" }.joined()
    }

    /// One line for each node, those that are needed before those that need them.
    func lines(_ run: PipelineRun, now: Timestamp) -> [String] {
        let depths = Self.depths(run.nodes)
        let nodes = run.nodes.sorted { (depths[$0.name] ?? 0, $0.name) < (depths[$1.name] ?? 0, $1.name) }
        let names = nodes.map { String(repeating: "  ", count: depths[$0.name] ?? 0) + $0.name.printable }
        let widths = (
            name: names.map(\.columns).max() ?? 0, status: nodes.map(\.status.rawValue.count).max() ?? 0,
            place: nodes.map { ($0.environment ?? "").columns }.max() ?? 0
        )
        return zip(nodes, names).map { node, name in
            let status =
                self.style.status(node.status.rawValue) + Self.spaces(widths.status - node.status.rawValue.count)
            let duration = self.span(of: node, now: now) ?? ""
            let cost = node.cost == .zero ? "" : node.cost.description
            var line = "\(self.mark(node.status)) \(name.padded(to: widths.name))  \(status)  "
            line += "\((node.environment ?? "").padded(to: widths.place))  \(duration.indented(to: 10))  \(cost)"
            if let words = node.reason ?? node.result { line += "  " + self.style.faint(words.printable) }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    func summary(_ run: PipelineRun, now: Timestamp) -> String {
        let mark =
            run.status == .succeeded
            ? self.style.good("✓") : run.status == .running ? self.mark(.running) : self.style.bad("✗")
        let span = Words.span((run.endedAt ?? now) - run.startedAt)
        var text =
            "\(mark) \(run.pipeline.printable) \(run.status.rawValue)\(run.status == .running ? " for" : " in") \(span), cost \(run.cost)"
        if let reason = run.reason { text += ": \(reason.printable)" }
        return text + self.style.faint("  \(run.id)")
    }

    /// What changed about a node, as a line of its own for where nothing can be drawn over.
    func change(_ node: NodeRun) -> String {
        var text = "\(self.mark(node.status)) \(node.name.printable) \(self.style.status(node.status.rawValue))"
        if let environment = node.environment { text += " on \(environment)" }
        if node.status.isTerminal {
            if let end = node.endedAt, let span = self.span(of: node, now: end) { text += " in \(span)" }
            if node.cost != .zero { text += ", cost \(node.cost)" }
        }
        if let words = node.reason ?? node.result { text += ": \(words.printable)" }
        return text
    }

    /// How long a node took; nil for one that took no time, as the control plane's own do.
    private func span(of node: NodeRun, now: Timestamp) -> String? {
        guard node.status == .running || node.startedAt != node.endedAt else { return nil }
        return Words.duration(from: node.startedAt, to: node.endedAt, now: now)
    }

    private func mark(_ status: NodeStatus) -> String {
        switch status {
        case .waiting: self.style.faint("·")
        case .running: self.style.active("●")
        case .succeeded: self.style.good("✓")
        case .cached: self.style.good("↺")
        case .failed, .cancelled: self.style.bad("✗")
        case .skipped: self.style.faint("–")
        }
    }

    /// The longest way to each node from one that needs nothing.
    static func depths(_ nodes: [NodeRun]) -> [String: Int] {
        let needs = Dictionary(nodes.map { ($0.name, $0.needs) }, uniquingKeysWith: { first, _ in first })
        var depths: [String: Int] = [:]
        // Each pass settles one more level; a graph without circles has at most as many levels as nodes.
        for _ in nodes {
            for node in nodes {
                depths[node.name] = needs[node.name, default: []].compactMap { depths[$0].map { $0 + 1 } }.max() ?? 0
            }
        }
        return depths
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
