import Contract
import Database
import Journal
import Kernel
import Synchronization

/// The journal as server-sent events: what is there after a sequence number, then each new line as it is committed.
///
/// A client that reads slowly slows its own stream: lines wait in the database, not in memory. While nothing happens a
/// comment goes out now and then, so that both ends and whatever is between them know that the line stands.
final class EventStream: Sendable {
    /// Streams at once: gateways, command lines that follow, and open pages.
    static let maximumClients = 512
    /// Below the idle timeout of the common proxies, 30 s and up.
    static let heartbeat = Duration.seconds(15)
    /// Lines in one write.
    static let pageLines = 256
    /// What a client waits before it comes back after its stream was cut, in milliseconds.
    static let reconnectDelay = 1000

    private let journal: Journal
    private let database: Database
    private let clients = Mutex(0)

    init(journal: Journal, database: Database) {
        self.journal = journal
        self.database = database
    }

    /// How many streams are open.
    var count: Int { self.clients.withLock { $0 } }

    /// - Throws: `invalid` for a number that is none; `conflict` for one beyond the journal; `exhausted` when too many listen.
    func answer(_ call: IncomingCall) throws -> Answer {
        let start = try self.start(of: call)
        guard self.count < Self.maximumClients else {
            throw PlainFault(
                .exhausted, "\(Self.maximumClients) clients follow the events already. Close one, or try again later.")
        }
        return Answer(contentType: "text/event-stream", headers: ["x-accel-buffering": "no"], body: .stream { writer in
            self.clients.withLock { $0 += 1 }
            defer { self.clients.withLock { $0 -= 1 } }
            try await self.stream(after: start, to: writer)
        })
    }

    /// The number to start after: `Last-Event-ID`, which a browser sends when it comes back, else `after`, else now.
    private func start(of call: IncomingCall) throws -> Int64 {
        let head = self.journal.head
        guard let text = call.headers["last-event-id"] ?? call.query["after"] else { return head }
        guard let after = Int64(text), after >= 0 else {
            throw PlainFault(.invalid, "'\(text.prefix(40))' is not a sequence number. Give a whole number from 0 on.")
        }
        guard after <= head else {
            throw PlainFault(
                .conflict, "The journal ends at \(head), before \(after): it is not the one you followed. Start anew without 'after'.")
        }
        return after
    }

    private func stream(after start: Int64, to writer: any BodyWriter) async throws {
        var sequence = start
        try await writer.write(Array("retry: \(Self.reconnectDelay)\n: after \(start)\n\n".utf8))
        while !Task.isCancelled {
            guard await self.wait(past: sequence) else {
                try await writer.write(Array(": alive\n\n".utf8))
                continue
            }
            let after = sequence
            let lines = try await self.database.read { reader in
                try self.journal.lines(after: after, limit: Self.pageLines, in: reader)
            }
            guard let last = lines.last else { continue }
            var bytes: [UInt8] = []
            for line in lines { bytes += try line.serverSentEvent() }
            try await writer.write(bytes)
            sequence = last.sequence
        }
        throw CancellationError()
    }

    /// Waits for a line after `sequence`; false when none came within the heartbeat.
    private func wait(past sequence: Int64) async -> Bool {
        if self.journal.head > sequence { return true }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.journal.wait(past: sequence) > sequence }
            group.addTask {
                // The heartbeat's timer; cancelled as soon as there is a line.
                try? await ContinuousClock().sleep(for: Self.heartbeat)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
