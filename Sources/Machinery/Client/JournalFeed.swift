package import Contract
package import Kernel
import Transport

extension Client {
    /// The journal as it is written, for as long as the caller iterates.
    ///
    /// - Parameters:
    ///   - sequence: the line to start after; nil starts at what comes next, and may miss lines of a break before the first.
    ///   - kind: only lines whose kind starts with this; nil is every line.
    ///   - patience: for how long to try to connect again after a break; nil is forever.
    package func events(after sequence: Int64? = nil, kind: String? = nil, patience: TimeSpan? = nil) -> JournalFeed {
        JournalFeed(client: self, after: sequence, kind: kind, patience: patience)
    }
}

/// Journal lines in order, each once: after a break it connects again and resumes after the last line it gave out.
package struct JournalFeed: AsyncSequence, Sendable {
    package typealias Element = JournalLine
    package typealias Failure = any Error

    let client: Client
    let after: Int64?
    let kind: String?
    let patience: TimeSpan?

    package func makeAsyncIterator() -> Iterator {
        Iterator(
            client: self.client, kind: self.kind, last: self.after, reconnection: Reconnection(patience: self.patience))
    }

    package struct Iterator: AsyncIteratorProtocol {
        package typealias Failure = any Error

        let client: Client
        let kind: String?
        var last: Int64?
        var reconnection: Reconnection
        var events: ServerSentEvents.Iterator?

        init(client: Client, kind: String?, last: Int64?, reconnection: Reconnection) {
            self.client = client
            self.kind = kind
            self.last = last
            self.reconnection = reconnection
        }

        package mutating func next() async throws -> JournalLine? {
            while true {
                do {
                    if let line = try await self.receive() { return line }
                    self.events = nil
                    try await self.reconnection.wait(after: nil)
                } catch let error as any Fault {
                    self.events = nil
                    try await self.reconnection.wait(after: error)
                }
            }
        }

        /// The next line; nil when the server ended the stream.
        private mutating func receive() async throws -> JournalLine? {
            if self.events == nil {
                let stream = try await self.client.stream(
                    Routes.events, query: ["after": self.last.map(String.init), "kind": self.kind],
                    lastEventID: self.last.map(String.init)
                )
                self.events = ServerSentEvents(stream.body).makeAsyncIterator()
            }
            while let event = try await self.events?.next() {
                self.reconnection.succeeded()
                let line = try Wire.decode(JournalLine.self, text: event.data)
                if let last = self.last, line.sequence <= last { continue }
                self.last = line.sequence
                return line
            }
            return nil
        }
    }
}

/// When to connect again after a break, and when to give up.
package struct Reconnection: Sendable {
    /// Between two tries at first, then doubled up to five seconds.
    private static let rule = RetryRule(limit: .max, base: .milliseconds(200), cap: .seconds(5))

    private let patience: TimeSpan?
    private var failures = 0
    private var waited = TimeSpan.zero

    package init(patience: TimeSpan?) { self.patience = patience }

    package mutating func succeeded() {
        self.failures = 0
        self.waited = .zero
    }

    /// Waits before the next try.
    ///
    /// - Throws: `fault` itself when trying again cannot help or patience is at its end.
    package mutating func wait(after fault: (any Fault)?) async throws {
        if let fault {
            guard fault.kind.isRetryable else { throw fault }
            if let patience = self.patience, self.waited >= patience { throw fault }
        }
        self.failures += 1
        var random = SystemRandomNumberGenerator()
        let pause = Self.rule.pause(beforeRetry: self.failures, using: &random)
        self.waited = self.waited + pause
        try await Deadline.pause(pause)
    }
}
