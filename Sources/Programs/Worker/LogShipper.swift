import Contract
import Kernel

/// Brings what a command prints to the control plane, chunk after chunk, each at its offset and each until it is acknowledged.
struct LogShipper: Sendable {
    private let key: AttemptKey
    private let spool: Spool
    private let bench: Workbench

    init(_ key: AttemptKey, spool: Spool, bench: Workbench) {
        self.key = key
        self.spool = spool
        self.bench = bench
    }

    /// Returns when everything has arrived, when the control plane takes no more, or when the task is cancelled.
    func run() async {
        var offset: Int64 = 0
        while let segment = await self.spool.next(for: .log) {
            let bytes = Self.marker(for: segment.gap) + (segment.bytes ?? [])
            guard await self.send(bytes, from: offset) else { return self.spool.leave(.log) }
            offset += Int64(bytes.count)
            self.spool.advance(.log, past: segment)
        }
    }

    private static func marker(for gap: Int) -> [UInt8] {
        if gap == 0 { return [] }
        let size = ByteCount(Int64(gap))
        return Array(
            "\n[martlet: \(size) of the log were dropped here, since the control plane was away for too long]\n".utf8)
    }

    /// - Returns: false when the control plane refuses the log of this attempt.
    private func send(_ bytes: [UInt8], from start: Int64) async -> Bool {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        let end = start + Int64(bytes.count)
        var offset = start
        while offset < end {
            do {
                let rest = Array(bytes[Int(offset - start)...])
                let receipt = try await self.bench.link.appendLog(rest, at: offset, of: self.key)
                // An answer that makes no sense must not hold the log up for ever.
                offset = receipt.offset > offset && receipt.offset < end ? receipt.offset : end
            } catch {
                // `exhausted` is final here: the log has reached the length that is kept.
                guard !Task.isCancelled, error.isOutage else { return false }
                await pause(backoff.next(using: &random))
            }
        }
        return true
    }
}
