import Kernel

/// Deadlines and budgets, of a step or of a whole pipeline.
enum GoalCheck {
    static func issues(_ deadline: TimeSpan?, _ budget: Money?, path: [String]) -> [SpecIssue] {
        var issues = IssueCollector(path: path)
        if let deadline, deadline <= .zero {
            issues.add("A deadline is longer than 0. Write one such as 4h.", at: "deadline")
        }
        if let budget, budget < .zero {
            issues.add("A budget of \(budget) is below 0. Write an amount such as $20.", at: "budget")
        }
        return issues.issues
    }
}
