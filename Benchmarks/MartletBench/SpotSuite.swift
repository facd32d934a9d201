import Kernel
import Placement

/// What Uniform Progress costs on synthetic traces, beside simpler policies and the least that hindsight could pay.
struct SpotSuite {
    private static let runs = 60
    private static let seed: UInt64 = 1

    /// Mean time up and down of each process whose traces are played.
    private static let processes: [(name: String, process: SpotProcess)] = [
        ("Markov 30 min up, 10 min down", .markov(meanUp: .minutes(30), meanDown: .minutes(10))),
        ("Markov 4 h up, 1 h down", .markov(meanUp: .hours(4), meanDown: .hours(1))),
        ("Markov 2 h up, 4 h down", .markov(meanUp: .hours(2), meanDown: .hours(4))),
        ("diurnal 2 h up, 1 h down, swing 3", .diurnal(meanUp: .hours(2), meanDown: .hours(1), swing: 3)),
        ("heavy-tailed 4 h up, 2 h down", .heavyTailed(meanUp: .hours(4), meanDown: .hours(2))),
    ]

    func measure() throws -> [MeasuredRow] {
        progress("spot with a deadline: \(Self.processes.count) synthetic processes")
        return try Self.processes.map { try self.row($0.name, $0.process) }
    }

    private func row(_ name: String, _ process: SpotProcess) throws -> MeasuredRow {
        let usual = try self.estimate(process, .usual, .uniformProgress)
        let paper = try self.estimate(process, .unbounded, .uniformProgress)
        let sliced = try self.estimate(process, .unbounded, .timeSliced(8))
        let greedy = try self.estimate(process, .unbounded, .greedy)
        let words = [
            "48 h of work in 60 h, changeover 12 min, spot at a third of the price, \(usual.runs) synthetic traces of seed \(Self.seed)",
            "\(usual.deadlineMisses) deadlines missed; worst run \(usual.worstOverOnDemand.short)",
            "without our cap on cost \(paper.meanOverOnDemand.short), worst \(paper.worstOverOnDemand.short)",
            "eight time slices \(sliced.meanOverOnDemand.short)",
            "capacity there \((usual.availability * 100).short) % of the time",
        ]
        let least = paper.clairvoyantOverOnDemand
        return MeasuredRow(
            ours: Measurement(
                name: "spot with a deadline, \(name), mean cost", value: usual.meanOverOnDemand, unit: "× on demand",
                goal: (.atMost, 1), note: words.joined(separator: "; ")),
            peers: [
                PeerFigure(
                    program: "greedy policy", value: greedy.meanOverOnDemand,
                    note: "spot whenever it is there, the same safety net; \(greedy.deadlineMisses) deadlines missed"),
                PeerFigure(
                    program: "clairvoyant bound", value: least,
                    note: "the least anybody could pay who knew the trace; nothing can be below it"),
            ])
    }

    private func estimate(
        _ process: SpotProcess, _ allowance: SpotAllowance, _ policy: SpotPolicy
    ) throws -> SpotEstimate {
        let terms = try SpotTerms(
            computation: .hours(48), deadline: .hours(60), changeover: .minutes(12), tick: .minutes(6),
            onDemandPrice: .dollars(3), spotPrice: .dollars(1), allowance: allowance)
        return SpotEstimate.expectedCost(
            terms, process: process, policy: policy, runs: Self.runs, seed: Self.seed,
            withClairvoyant: policy == .uniformProgress && allowance == .unbounded)
    }
}
