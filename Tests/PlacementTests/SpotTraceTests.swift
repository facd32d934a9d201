import Kernel
import Testing

@testable import Placement

@Suite("SpotTrace")
struct SpotTraceTests {
    /// Mean lengths, in steps, of the turns with and without capacity; the first and the last may be cut and do not count.
    private static func turns(_ steps: [Bool]) -> (up: [Int], down: [Int]) {
        var up: [Int] = [], down: [Int] = [], length = 0
        for (index, value) in steps.enumerated() {
            if index > 0, value != steps[index - 1] {
                if value { down.append(length) } else { up.append(length) }
                length = 0
            }
            length += 1
        }
        return (Array(up.dropFirst()), Array(down.dropFirst()))
    }

    private static func mean(_ lengths: [Int]) -> Double { Double(lengths.reduce(0, +)) / Double(lengths.count) }

    @Test(
        "a Markov trace has the means it states",
        arguments: [(30, 10), (60, 60), (240, 60), (600, 120)] as [(Int64, Int64)])
    func markov(_ up: Int64, _ down: Int64) {
        let process = SpotProcess.markov(meanUp: .minutes(up), meanDown: .minutes(down))
        let trace = process.trace(length: .hours(24 * 700), step: .minutes(5), seed: 11)
        let turns = Self.turns(trace.isAvailable)
        #expect(abs(Self.mean(turns.up) * 5 / Double(up) - 1) < 0.08)
        #expect(abs(Self.mean(turns.down) * 5 / Double(down) - 1) < 0.08)
        #expect(abs(trace.availability - Double(up) / Double(up + down)) < 0.03)
    }

    @Test("a heavy-tailed trace has the means it states, a median below them and a few very long turns")
    func heavyTailed() {
        let process = SpotProcess.heavyTailed(meanUp: .hours(4), meanDown: .hours(2))
        let trace = process.trace(length: .hours(24 * 2000), step: .minutes(5), seed: 3)
        let up = Self.turns(trace.isAvailable).up.sorted()
        #expect(abs(Self.mean(up) / 48 - 1) < 0.1)
        #expect(abs(Double(up[up.count / 2]) / 48 - 0.707) < 0.04)
        #expect((up.last ?? 0) > 48 * 20)
    }

    @Test("a diurnal trace has less capacity in the busy half of the day")
    func diurnal() {
        let process = SpotProcess.diurnal(meanUp: .hours(1), meanDown: .hours(1), swing: 3)
        let trace = process.trace(length: .hours(24 * 100), step: .minutes(5), seed: 3)
        let busy = trace.isAvailable.enumerated().filter { $0.offset % 288 < 144 }.map(\.element)
        let quiet = trace.isAvailable.enumerated().filter { $0.offset % 288 >= 144 }.map(\.element)
        #expect(SpotTrace(step: .minutes(5), isAvailable: busy).availability < 0.25)
        #expect(SpotTrace(step: .minutes(5), isAvailable: quiet).availability > 0.75)
    }

    @Test("a trace has the length asked for and is the same for the same seed")
    func seeded() {
        let process = SpotProcess.markov(meanUp: .minutes(30), meanDown: .minutes(10))
        let first = process.trace(length: .minutes(61), step: .minutes(2), seed: 1)
        #expect(first.isAvailable.count == 31)
        #expect(first == process.trace(length: .minutes(61), step: .minutes(2), seed: 1))
        #expect(
            process.trace(length: .hours(50), step: .minutes(2), seed: 1)
                != process.trace(length: .hours(50), step: .minutes(2), seed: 2))
        #expect(SpotTrace(step: .minutes(1), isAvailable: []).availability == 0)
    }
}
