import Contract
import Kernel

/// A plan in words.
struct PlanText {
    private let plan: Plan
    private let style: Style

    init(_ plan: Plan, _ style: Style) {
        self.plan = plan
        self.style = style
    }

    func text() -> String {
        self.table() + "\n" + self.verdict() + self.plan.tasks.map { "\n" + self.reasons(for: $0) }.joined()
    }

    private func table() -> String {
        var table = Table(
            .init("task"), .init("where"), .init("machine"), .init("price/h", .decimal), .init("start", .right),
            .init("end", .right), .init("compute", .decimal), .init("egress", .decimal), .init("storage", .decimal),
            .init("travels", .right))
        for task in self.plan.tasks { table.add(self.cells(of: task)) }
        let cost = self.plan.cost
        table.footer = [
            "all", cost.total.description, "", "", "", Words.span(self.plan.duration), cost.compute.description,
            cost.egress.description, cost.storage.description, "",
        ]
        return table.text(self.style)
    }

    private func cells(of task: PlannedTask) -> [String?] {
        if task.cachedRun != nil { return [task.name, "cache"] + Array(repeating: nil, count: 8) }
        guard task.isPlaced else { return [task.name, "nowhere"] + Array(repeating: nil, count: 8) }
        return [
            task.name, task.environment ?? [task.provider, task.region].compactMap(\.self).joined(separator: " "),
            task.machineType.map { $0 + Self.terms(of: task) }, task.pricePerHour?.description,
            Words.span(task.start), Words.span(task.end), task.cost.compute.description,
            task.unpricedStores == nil ? task.cost.egress.description : "unknown", task.cost.storage.description,
            task.transferred == .zero ? nil : task.transferred.description,
        ]
    }

    /// What it was made for, whether anything better exists, and what it is held to.
    private func verdict() -> String {
        var words = ["objective: \(self.plan.objective.rawValue)"]
        if self.plan.optimal {
            words.append("nothing better exists")
        } else if let gap = self.plan.gap {
            words.append("at most \(Self.percent(gap)) from the best")
        } else {
            words.append("how far from the best is not known")
        }
        if let deadline = self.plan.deadline { words.append("deadline: \(deadline)") }
        if let budget = self.plan.budget { words.append("budget: \(budget)") }
        if self.plan.listCost != self.plan.cost { words.append("at list prices: \(self.plan.listCost.total)") }
        if let grams = self.plan.carbonGrams, grams > 0 { words.append("carbon: \(Self.mass(grams))") }
        var lines = [words.joined(separator: "; ")]
        if let refusal = self.plan.refusal { lines.append("\(self.style.bad("✗")) \(refusal.printable)") }
        return lines.map { $0 + "\n" }.joined()
    }

    private func reasons(for task: PlannedTask) -> String {
        let style = self.style
        if let run = task.cachedRun {
            return style.strong(task.name) + "\n  \(style.good("✓")) from the cache: \(run)\n"
        }
        var lines = [style.strong(task.name) + style.faint("  duration: \(Words.span(task.duration)), \(task.basis)")]
        if task.isPlaced {
            lines.append("  \(style.good("✓")) \(self.place(of: task))\(self.margin(of: task))")
            if let stores = task.unpricedStores {
                lines.append(
                    "    unknown: what \(task.transferred) from \(stores.joined(separator: ", ")) cost to move")
            }
        } else {
            lines.append("  \(style.bad("✗")) no site may run it")
        }
        lines += task.reasons.map { reason in
            let count = reason.count > 1 ? " (\(reason.count))" : ""
            return "  \(style.bad("✗")) \(reason.offers)\(count): \(reason.reason.printable)"
                + (reason.cost.map { " (\($0))" } ?? "")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func place(of task: PlannedTask) -> String {
        if let environment = task.environment { return environment }
        let name = [task.provider, task.region, task.machineType].compactMap(\.self).joined(separator: " ")
        return name + Self.terms(of: task)
    }

    private static func terms(of task: PlannedTask) -> String {
        (task.spot ? " (spot)" : "") + (task.commitment.map { " (covered by \($0))" } ?? "")
    }

    private func margin(of task: PlannedTask) -> String {
        guard let runnerUp = task.runnerUp else { return "" }
        return "; next best is \(runnerUp)" + (task.difference.map { ", \($0) more" } ?? "")
    }

    private static func percent(_ share: Double) -> String { "\((share * 10_000).rounded() / 100) %" }

    private static func mass(_ grams: Double) -> String {
        grams >= 1000 ? "\((grams / 10).rounded() / 100) kg CO₂" : "\((grams * 1000).rounded() / 1000) g CO₂"
    }
}
