package import Kernel

/// When spot capacity is there: one value for each step of time, the first from 0 on.
package struct SpotTrace: Sendable, Hashable {
    package let step: TimeSpan
    package let isAvailable: [Bool]

    package init(step: TimeSpan, isAvailable: [Bool]) {
        precondition(step > .zero, "a step is positive")
        self.step = step
        self.isAvailable = isAvailable
    }

    /// The share of steps with capacity, 0…1; 0 for no step.
    package var availability: Double {
        self.isAvailable.isEmpty ? 0 : Double(self.isAvailable.count { $0 }) / Double(self.isAvailable.count)
    }
}

/// A process that spot capacity follows, with its statistics stated; synthetic, not measured on any cloud.
///
/// Capacity comes and goes in turns. All lengths are whole steps, at least one.
package enum SpotProcess: Sendable, Hashable {
    /// Two-state Markov chain: geometric lengths with these means (exact for means of at least a step).
    case markov(meanUp: TimeSpan, meanDown: TimeSpan)
    /// The same with a day of 24 hours: in the 12 busy hours, which come first, capacity lasts `swing` times less long and is
    /// missing `swing` times as long; in the 12 quiet ones the other way round.
    case diurnal(meanUp: TimeSpan, meanDown: TimeSpan, swing: Double)
    /// Pareto lengths of shape 2 with these means: finite mean, infinite variance. Most turns are short (the median is
    /// 0.71 of the mean), some very long.
    case heavyTailed(meanUp: TimeSpan, meanDown: TimeSpan)

    /// A trace of `length`, rounded up to whole steps. It starts up with the probability meanUp ⁄ (meanUp + meanDown).
    ///
    /// - Complexity: O(length ⁄ step).
    package func trace(length: TimeSpan, step: TimeSpan, seed: UInt64) -> SpotTrace {
        precondition(step > .zero, "a step is positive")
        let count = Int((length.milliseconds + step.milliseconds - 1) / step.milliseconds)
        var random = SeededRandom(seed: seed)
        var steps: [Bool] = []
        steps.reserveCapacity(count)
        var isUp = Double.random(in: 0..<1, using: &random) < self.upShare
        while steps.count < count {
            let turn = self.turn(isUp: isUp, from: steps.count, step: step, random: &random)
            steps.append(contentsOf: repeatElement(isUp, count: min(turn, count - steps.count)))
            isUp.toggle()
        }
        return SpotTrace(step: step, isAvailable: steps)
    }

    private var means: (up: TimeSpan, down: TimeSpan) {
        switch self {
        case .markov(let up, let down), .diurnal(let up, let down, _), .heavyTailed(let up, let down): (up, down)
        }
    }

    private var upShare: Double { self.means.up.seconds / (self.means.up + self.means.down).seconds }

    /// How many steps the turn that begins at step `first` lasts.
    private func turn(isUp: Bool, from first: Int, step: TimeSpan, random: inout SeededRandom) -> Int {
        let mean = (isUp ? self.means.up : self.means.down).seconds / step.seconds
        switch self {
        case .markov: return Self.geometric(random: &random) { _ in mean }
        case .diurnal(_, _, let swing):
            let day = TimeSpan.hours(24).milliseconds
            return Self.geometric(random: &random) { offset in
                let isBusy = Int64(first + offset) * step.milliseconds % day < day / 2
                return isUp == isBusy ? mean / swing : mean * swing
            }
        case .heavyTailed:
            // The inverse of 1 − (x₀ ⁄ x)² with x₀ = mean ⁄ 2.
            let uniform = 1 - Double.random(in: 0..<1, using: &random)
            return max(1, Int((mean / 2 / uniform.squareRoot()).rounded()))
        }
    }

    /// Ends each step with the probability 1 ⁄ mean of that step.
    private static func geometric(random: inout SeededRandom, mean: (Int) -> Double) -> Int {
        var length = 1
        while Double.random(in: 0..<1, using: &random) * mean(length - 1) >= 1 { length += 1 }
        return length
    }
}
