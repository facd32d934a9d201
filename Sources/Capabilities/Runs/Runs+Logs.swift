package import Contract
import Database
package import Kernel

extension Runs {
    /// Stores a chunk of an attempt's log; what is there already changes nothing, a gap is refused.
    ///
    /// - Returns: the next byte expected. The answer promises that the chunk outlives the control plane's process.
    package func appendLog(
        _ bytes: [UInt8], at start: Int64, fence: Int, to id: ID<Attempt>, by worker: Principal
    ) async throws -> LogReceipt {
        try await self.database.write(durability: .relaxed) { transaction in
            let run = try self.run(of: id, fence: fence, worker: worker, in: transaction)
            let stored = try LogStore.size(of: id, in: transaction) ?? 0
            guard start <= stored else { throw RunError.logOffset(expected: stored, found: start) }
            let fresh = Array(bytes.dropFirst(Int(min(stored - start, Int64(bytes.count)))))
            guard !fresh.isEmpty else { return LogReceipt(offset: stored) }
            guard stored + Int64(fresh.count) <= Self.maximumLogSize.bytes else {
                throw RunError.logFull(limit: Self.maximumLogSize)
            }
            try LogStore.append(fresh, at: stored, to: id, in: transaction)
            transaction.onCommit { self.logBell.ring(run.description) }
            return LogReceipt(offset: stored + Int64(fresh.count))
        }
    }

    /// What one attempt printed, from `offset` on, as it is stored now.
    package func writeLog(of id: ID<Run>, attempt number: Int?, from offset: Int64, to writer: any BodyWriter)
        async throws
    {
        let attempt = try await self.database.read { reader in
            let row = try self.row(id, in: reader)
            return try AttemptStore.find(run: id, number: number ?? row.run.attempt, in: reader)
        }
        guard let attempt else { return }
        var position = offset
        while let bytes = try await self.chunk(of: attempt.id, from: position) {
            try await writer.write(bytes)
            position += Int64(bytes.count)
        }
    }

    /// The end of what the latest attempt printed, and how many bytes come before it.
    package func logTail(of id: ID<Run>, limit: Int) async throws -> (bytes: [UInt8], skipped: Int64) {
        try await self.database.read { reader in
            let row = try self.row(id, in: reader)
            guard let attempt = try AttemptStore.find(run: id, number: row.run.attempt, in: reader),
                let size = try LogStore.size(of: attempt.id, in: reader)
            else { return ([], 0) }
            let start = max(0, size - Int64(limit))
            var bytes: [UInt8] = []
            while let chunk = try LogStore.chunk(of: attempt.id, from: start + Int64(bytes.count), in: reader) {
                bytes += chunk
            }
            return (bytes, start)
        }
    }

    /// The log as server-sent events until the run has ended: `log` events whose data is a JSON string, a `retry` event with the
    /// number of the attempt that follows, and an `end` event with the run's status.
    /// It begins at `offset` of the log of attempt `attempt`, the latest when nil. An event's id is `<attempt>:<next offset>`.
    package func followLog(
        of id: ID<Run>, attempt: Int?, from offset: Int64, to writer: any BodyWriter
    ) async throws {
        var position = offset
        let latest = max(1, try await self.get(id).attempt)
        var number = min(max(1, attempt ?? latest), latest)
        var text = UTF8Carry()
        while !Task.isCancelled {
            let heard = self.logBell.count(id.description)
            let look = try await self.look(at: id, number)
            while let attempt = look.attempt, let bytes = try await self.chunk(of: attempt.id, from: position) {
                position += Int64(bytes.count)
                try await writer.write(try Self.event("log", id: "\(number):\(position)", text.take(bytes)))
            }
            if look.run.attempt > number {
                number += 1
                position = 0
                try await writer.write(try Self.event("retry", id: "\(number):0", String(number)))
                continue
            }
            if look.run.status.isTerminal {
                return try await writer.write(
                    try Self.event("end", id: "\(number):\(position)", look.run.status.rawValue))
            }
            await self.logBell.wait(id.description, past: heard, atMost: Self.followPatience)
            if self.logBell.count(id.description) == heard { try await writer.write(Array(": alive\n\n".utf8)) }
        }
    }

    /// How long a follower waits before it says that it is there; also notices a client that left.
    private static let followPatience = Duration.seconds(15)

    private func look(at id: ID<Run>, _ number: Int) async throws -> (run: Run, attempt: AttemptStore.Holder?) {
        try await self.database.read { reader in
            (try self.row(id, in: reader).run, try AttemptStore.find(run: id, number: number, in: reader))
        }
    }

    private func chunk(of attempt: ID<Attempt>, from offset: Int64) async throws -> [UInt8]? {
        try await self.database.read { try LogStore.chunk(of: attempt, from: offset, in: $0) }
    }

    private static func event(_ kind: String, id: String, _ text: String) throws -> [UInt8] {
        Array("id: \(id)\nevent: \(kind)\ndata: ".utf8) + (try Wire.encode(text)) + Array("\n\n".utf8)
    }
}

/// Keeps back the first bytes of a character that was cut between two chunks.
private struct UTF8Carry {
    private var rest: [UInt8] = []

    mutating func take(_ bytes: [UInt8]) -> String {
        let all = self.rest + bytes
        var end = all.count
        let start = max(0, all.count - 3)
        for index in stride(from: all.count - 1, through: start, by: -1) where all[index] & 0xC0 == 0xC0 {
            let length = all[index] >= 0xF0 ? 4 : all[index] >= 0xE0 ? 3 : 2
            if index + length > all.count { end = index }
            break
        }
        self.rest = Array(all[end...])
        return String(decoding: all[..<end], as: UTF8.self)
    }
}
