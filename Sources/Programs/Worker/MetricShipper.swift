import Contract
import Kernel
import Logging

/// Brings the metrics that a command prints to the control plane, in their order, in batches that it takes.
struct MetricShipper: Sendable {
    private let key: AttemptKey
    private let spool: Spool
    private let bench: Workbench

    init(_ key: AttemptKey, spool: Spool, bench: Workbench) {
        self.key = key
        self.spool = spool
        self.bench = bench
    }

    /// Returns as `LogShipper.run` does.
    func run() async {
        var lines = MetricLines()
        var lastTime: Timestamp?
        var sent: Int64 = 0
        while let segment = await self.spool.next(for: .metrics) {
            if segment.gap > 0 { lines.skipLine() }
            lastTime = segment.at
            let points = lines.read(segment.bytes ?? [], at: segment.at)
            guard await self.send(points, after: &sent) else { return self.spool.leave(.metrics) }
            self.spool.advance(.metrics, past: segment)
        }
        if let lastTime { _ = await self.send(lines.finish(at: lastTime), after: &sent) }
    }

    /// - Parameter sent: how many points were sent before, by which the control plane knows what comes twice.
    /// - Returns: false when the control plane takes no more of this attempt.
    private func send(_ points: [MetricPoint], after sent: inout Int64) async -> Bool {
        var rest = points[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(MetricBatch.maximumPoints))
            guard await self.sendBatch(batch, at: sent) else { return false }
            sent += Int64(batch.count)
            rest = rest.dropFirst(batch.count)
        }
        return true
    }

    private func sendBatch(_ points: [MetricPoint], at offset: Int64) async -> Bool {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do {
                try await self.bench.link.appendMetrics(points, at: offset, of: self.key)
                return true
            } catch {
                if (error as? any Fault)?.kind == .invalid {
                    self.bench.logger.warning("metrics refused", metadata: ["reason": "\(error.sentence)"])
                    return true
                }
                // `exhausted` is final here: the run has as many points as are kept.
                guard error.isOutage else { return false }
                await pause(backoff.next(using: &random))
            }
        }
        return false
    }
}
