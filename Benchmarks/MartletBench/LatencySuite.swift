import Client
import Contract
import Foundation
import Kernel
import Synchronization

/// From a submission to its command running on a local worker that was there before.
///
/// Measured as a client sees it: from before the request is sent until the journal line `run.started` arrives on a stream that
/// was open already. The worker says so once the command's process exists.
struct LatencySuite {
    static let samples = 100
    /// Long enough that it runs when it is seen, short enough to free its slot soon.
    private static let command = Command.arguments(["sleep", "0.1"])

    let programs: Programs

    func measure() async throws -> [MeasuredRow] {
        progress("latency: \(Self.samples) steps on a local worker")
        let platform = try await Platform(programs: self.programs, configuration: .standard)
        let client = platform.client
        // The first ones find a worker that still joins, cold caches, and no connection.
        _ = try await self.latencies(client, count: 10)
        let times = try await self.latencies(client, count: Self.samples)
        let note = "\(times.count) steps one after another; p99 \(times.quantile(0.99).short) ms"
        return [
            MeasuredRow(
                ours: Measurement(
                    name: "submit → running, local step, warm worker, p50", value: times.median, unit: "ms",
                    goal: (.atMost, 50), note: note))
        ]
    }

    private func latencies(_ client: Client, count: Int) async throws -> Samples {
        let events = try await client.call(Routes.journal, query: ["limit": "1"])
        var lines = client.events(after: events.items.first?.sequence ?? 0).makeAsyncIterator()
        var times = Samples()
        for _ in 0..<count {
            let submission = RunSubmission(project: "bench", name: "latency", step: StepSpec(command: Self.command))
            let start = ContinuousClock.now
            let run = try await client.call(Routes.submitRun, body: submission)
            while let line = try await lines.next() {
                guard line.subject == run.id.description else { continue }
                if line.kind == "run.started" { times.add((ContinuousClock.now - start) / .milliseconds(1)) }
                if line.kind == "run.failed" { throw ChildProcess.Failure(description: "a step failed: \(line.body)") }
                if line.kind == "run.succeeded" { break }
            }
        }
        return times
    }
}
