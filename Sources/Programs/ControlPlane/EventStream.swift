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
    /// Between two looks at a journal that is busy with other things.
    static let pause = Duration.milliseconds(25)
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
        let kind = call.query["kind"]
        guard self.count < Self.maximumClients else {
            throw PlainFault(
                .exhausted, "\(Self.maximumClients) clients follow the events already. Close one, or try again later.")
        }
        return Answer(
            contentType: "text/event-stream", headers: ["x-accel-buffering": "no"],
            body: .stream { writer in
                self.clients.withLock { $0 += 1 }
                defer { self.clients.withLock { $0 -= 1 } }
                try await self.stream(after: start, kind: kind, to: writer)
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
                .conflict,
                "The journal ends at \(head), before \(after): it is not the one you followed. Start anew without 'after'."
            )
        }
        return after
    }

    private func stream(after start: Int64, kind: String?, to writer: any BodyWriter) async throws {
        var sequence = start
        var lastWrite = ContinuousClock.now
        try await writer.write(Array("retry: \(Self.reconnectDelay)\n: after \(start)\n\n".utf8))
        while !Task.isCancelled {
            let head = await self.head(past: sequence, until: lastWrite + Self.heartbeat)
            let bytes = head > sequence ? try await self.events(after: &sequence, kind: kind, head: head) : []
            if !bytes.isEmpty {
                try await writer.write(bytes)
                lastWrite = .now
            } else if ContinuousClock.now >= lastWrite + Self.heartbeat {
                try await writer.write(Array(": alive\n\n".utf8))
                lastWrite = .now
            } else {
                // A busy journal without a line for this client is looked at a few times a second, not at every commit.
                try await ContinuousClock().sleep(for: Self.pause)
            }
        }
        throw CancellationError()
    }

    /// The next lines as events; moves `sequence` past everything that was looked at.
    private func events(after sequence: inout Int64, kind: String?, head: Int64) async throws -> [UInt8] {
        let after = sequence
        let lines = try await self.database.read { reader in
            try self.journal.lines(after: after, kindPrefix: kind, limit: Self.pageLines, in: reader)
        }
        // A page that is not full has seen everything up to the head that was committed before it was read.
        sequence =
            lines.count < Self.pageLines ? max(head, lines.last?.sequence ?? head) : lines.last?.sequence ?? after
        var bytes: [UInt8] = []
        for line in lines { bytes += try line.serverSentEvent() }
        return bytes
    }

    /// The number of the last line, as soon as there is one after `sequence` or the moment has come.
    private func head(past sequence: Int64, until moment: ContinuousClock.Instant) async -> Int64 {
        if self.journal.head > sequence { return self.journal.head }
        return await withTaskGroup(of: Int64.self) { group in
            group.addTask { await self.journal.wait(past: sequence) }
            group.addTask {
                // The heartbeat's timer; cancelled as soon as there is a line.
                try? await ContinuousClock().sleep(until: moment)
                return self.journal.head
            }
            defer { group.cancelAll() }
            return await group.next() ?? self.journal.head
        }
    }
}
