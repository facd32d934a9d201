import Contract
import Kernel
import Logging

/// Asks for attempts of one kind, by long poll, as long as slots of that kind are free.
///
/// Batch runs and replicas are asked for by a loop each, so that no poll need be cut off when a slot of the other kind becomes
/// free: an answer on its way to a poll that was cut off would be a lost lease.
struct ClaimLoop: Sendable {
    /// The control plane holds a claim back for so long while there is nothing to do; below its limit of 30 s.
    static let wait = TimeSpan.seconds(25)
    /// An empty answer that comes sooner than this did not wait, and asking again at once would be a busy loop.
    private static let soonestEmpty = TimeSpan.seconds(1)

    let kind: RunKind
    let bench: Workbench
    /// Takes what was claimed.
    let assign: @Sendable (Assignment) -> Void

    /// Runs until the worker drains or the task is cancelled.
    func run() async {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while true {
            let free = await self.bench.roster.waitForFree(self.kind)
            guard free > 0 else { return }
            let asked = self.bench.time.monotonic
            do {
                let assignments = try await self.bench.link.claim(self.request(free)).assignments
                for assignment in assignments { self.assign(assignment) }
                if assignments.isEmpty, self.bench.time.monotonic - asked < Self.soonestEmpty {
                    await pause(backoff.next(using: &random))
                } else {
                    backoff.reset()
                }
            } catch {
                if !(error is CancellationError) {
                    self.bench.logger.debug("no claim", metadata: ["reason": "\(error.sentence)"])
                }
                await pause(backoff.next(using: &random))
            }
        }
    }

    private func request(_ free: Int) -> ClaimRequest {
        ClaimRequest(
            slots: self.kind == .batch ? free : 0, servingSlots: self.kind == .replica ? free : 0, wait: Self.wait)
    }
}
