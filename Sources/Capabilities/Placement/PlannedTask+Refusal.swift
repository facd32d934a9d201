package import Contract

extension PlannedTask {
    /// The sentence for a task that no environment takes, with every reason; nil for one that has a place or needs none.
    package var refusal: String? {
        guard !self.isPlaced, self.cachedRun == nil else { return nil }
        return Self.refusal(task: self.name, reasons: self.reasons.map(\.reason), relaxation: nil)
    }

    /// - Parameter relaxation: what to change first, and by how much.
    static func refusal(task: String, reasons: [String], relaxation: String?) -> String {
        guard !reasons.isEmpty else {
            return "'\(task)' cannot run anywhere: no environment is declared. Declare one and join a worker to it."
        }
        let advice = relaxation.map { " To begin with, \($0)." } ?? ""
        return "'\(task)' cannot run anywhere: \(reasons.joined(separator: "; "))." + advice
    }
}
