package import Contract
package import Kernel

/// How long steps are expected to take: what their authors say, else what committed runs of them took.
///
/// Asked for many runs of few steps at a time, so what was found once is kept for as long as this lives: one pass over the
/// queue, one plan.
package struct StepEstimates: Sendable {
    /// How long one step takes, and how anybody knows.
    package struct Estimate: Sendable, Hashable {
        /// The median.
        package var duration: TimeSpan
        /// What nine of ten stay below.
        package var slow: TimeSpan
        package var basis: String

        /// Of a step that has not committed a run.
        package static func unknown(_ name: String) -> Estimate {
            Estimate(
                duration: StepEstimates.assumed, slow: StepEstimates.assumed,
                basis: "an assumption: '\(name)' has not committed a run yet")
        }
    }

    /// When nothing is known of a step, it is assumed to take this long.
    package static let assumed = TimeSpan.minutes(1)
    /// Committed runs that are looked at, newest first: old code says little of new.
    package static let sample = 9

    private var learned: [String: Estimate] = [:]

    package init() {}

    /// - Parameter durations: of committed runs of a project's step, asked for at most once.
    package mutating func estimate(
        of step: StepSpec, project: String, name: String, _ durations: (String, String) throws -> [TimeSpan]
    ) rethrows -> Estimate {
        if let given = step.estimate?.duration {
            return Estimate(duration: given, slow: given, basis: "the step's own estimate")
        }
        let key = project + "\n" + name
        if let known = self.learned[key] { return known }
        let found = Self.learn(name, try durations(project, name))
        self.learned[key] = found
        return found
    }

    private static func learn(_ name: String, _ durations: [TimeSpan]) -> Estimate {
        let known = durations.sorted()
        guard !known.isEmpty else { return .unknown(name) }
        let middle = known.count / 2
        let isOdd = known.count % 2 == 1
        let median = isOdd ? known[middle] : .milliseconds((known[middle - 1] + known[middle]).milliseconds / 2)
        // The nearest rank: with fewer than ten runs the longest.
        let slow = known[(known.count * 9 + 9) / 10 - 1]
        let basis =
            known.count == 1
            ? "the last committed run" : "the median of the last \(known.count) committed runs"
        return Estimate(duration: median, slow: slow, basis: basis)
    }
}
