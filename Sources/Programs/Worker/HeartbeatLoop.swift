import Contract
import Kernel
import Logging

/// Tells the control plane at the interval it asked for which attempts are alive, and passes its orders on.
///
/// What the control plane should know at once, such as that a command has started, does not wait for the interval. While the
/// control plane is away nothing is stopped: leases are its business, and it says so when one is lost.
struct HeartbeatLoop: Sendable {
    let interval: TimeSpan
    let bench: Workbench

    /// Runs until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tick() }
            var isAway = false
            while !Task.isCancelled {
                let isThere = await self.beat()
                if isThere == isAway { self.log(isThere: isThere) }
                isAway = !isThere
                await self.bench.roster.urgent.wait()
            }
            group.cancelAll()
        }
    }

    /// A tenth of the interval is random, so that the workers of a fleet do not keep in step.
    private func tick() async {
        var random = SystemRandomNumberGenerator()
        let whole = max(1, self.interval.milliseconds)
        while !Task.isCancelled {
            await pause(.milliseconds(Int64.random(in: whole * 9 / 10...whole, using: &random)))
            self.bench.roster.urgent.call()
        }
    }

    /// - Returns: whether the control plane answered.
    private func beat() async -> Bool {
        do {
            let response = try await self.bench.link.heartbeat(self.bench.roster.heartbeat)
            for verdict in response.attempts {
                switch verdict.order {
                case .continue: break
                case .stop: self.bench.roster.post(.stop, to: verdict.attempt)
                case .abandon: self.bench.roster.post(.abandon, to: verdict.attempt)
                }
            }
            return true
        } catch { return error is CancellationError }
    }

    private func log(isThere: Bool) {
        if isThere {
            self.bench.logger.info("the control plane is back")
        } else {
            self.bench.logger.warning("the control plane does not answer; running commands go on")
        }
    }
}
