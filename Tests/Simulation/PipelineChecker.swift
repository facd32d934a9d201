import Contract
import Pipelines

/// Watches a pipeline run from outside and names the rules that are broken.
struct PipelineChecker {
    enum Rule: String, CaseIterable {
        case needsAreGood = "no node starts before its needs are good"
        case startsOnce = "a node starts at most once"
        case stopStops = "nothing starts after a failure that stops, or after a cancel"
        case endsOnce = "a pipeline run ends exactly once, and nothing comes after"
        case endsWhole = "when a pipeline run ends, no run of it is left"
        case ends = "every pipeline run ends"
        case statusFits = "a pipeline run has succeeded exactly when all its nodes are good"
        case endedStays = "a node that has ended never changes"
        case skipsFit = "a node is skipped only for a need that is not good, or a pipeline that stops"
        case reasons = "a node that is not good says why"
    }

    private let graph: [String: [String]]
    private let onFailure: FailurePolicy
    private(set) var violations: [Violation] = []
    private var started: Set<String> = []
    private var outcomes: [String: Bool] = [:]
    private var seen: [String: NodeStatus] = [:]
    private var stopped = false
    private var finished: PipelineStatus?

    init(graph: [String: [String]], onFailure: FailurePolicy) {
        self.graph = graph
        self.onFailure = onFailure
    }

    private mutating func report(_ rule: Rule, _ detail: String) {
        self.violations.append(Violation(rule: rule.rawValue, detail: detail))
    }

    /// A node's run was submitted, or its cached run taken, or it was performed.
    mutating func start(_ name: String) {
        if let need = self.graph[name]?.first(where: { self.outcomes[$0] != true }) {
            self.report(.needsAreGood, "\(name) started before \(need)")
        }
        if !self.started.insert(name).inserted { self.report(.startsOnce, "\(name) started again") }
        if self.stopped { self.report(.stopStops, "\(name) started") }
        if self.finished != nil { self.report(.endsOnce, "\(name) started after the end") }
    }

    /// The machine was told how a node ended.
    mutating func end(_ name: String, good: Bool) {
        if self.outcomes[name] == nil { self.outcomes[name] = good }
        if !good, self.onFailure == .stop { self.stopped = true }
    }

    mutating func cancel() { self.stopped = true }

    mutating func finish(_ status: PipelineStatus, openRuns: Int) {
        if self.finished != nil { self.report(.endsOnce, "finished again") }
        self.finished = status
        if openRuns > 0 { self.report(.endsWhole, "\(openRuns) runs are still open") }
        let allGood = self.graph.keys.allSatisfy { self.outcomes[$0] == true }
        if (status == .succeeded) != allGood { self.report(.statusFits, "it ended as \(status)") }
    }

    /// Looks at the rows after a commit.
    mutating func look(_ nodes: [PipelineMachine.Node]) {
        for node in nodes {
            if let before = self.seen[node.name], before.isTerminal, before != node.status {
                self.report(.endedStays, "\(node.name) went from \(before) to \(node.status)")
            }
            self.seen[node.name] = node.status
            guard node.status.isTerminal, !node.status.isGood else { continue }
            if node.reason?.isEmpty ?? true { self.report(.reasons, "\(node.name) is \(node.status) without a reason") }
            let spoiled = node.needs.contains { self.seen[$0].map { $0.isTerminal && !$0.isGood } ?? false }
            if node.status == .skipped, !spoiled, !self.stopped { self.report(.skipsFit, "\(node.name) was skipped") }
        }
    }

    mutating func close(after steps: Int) {
        if self.finished == nil { self.report(.ends, "not ended after \(steps) steps") }
    }
}
