package import Contract

extension PlannedTask {
    /// The sentence for a task that no environment takes, with every reason; nil for one that has a place.
    package var refusal: String? {
        guard self.environment == nil else { return nil }
        return Self.refusal(task: self.task, reasons: self.rejected.map(\.reason))
    }

    static func refusal(task: String, reasons: [String]) -> String {
        guard !reasons.isEmpty else {
            return "'\(task)' cannot run anywhere: no environment is declared. Declare one and join a worker to it."
        }
        return "'\(task)' cannot run anywhere: \(reasons.joined(separator: "; "))."
    }
}
