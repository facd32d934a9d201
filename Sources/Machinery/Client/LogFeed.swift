package import Contract
package import Kernel
package import Transport

extension Client {
    /// What a run prints, from `offset` of its log until the run ends.
    ///
    /// - Parameter patience: for how long to try to connect again after a break; nil is forever.
    package func followLog(of run: ID<Run>, attempt: Int? = nil, patience: TimeSpan? = .minutes(2)) -> LogFeed {
        LogFeed(client: self, run: run, attempt: attempt, patience: patience)
    }

    /// What a run has printed so far, as it comes off the wire.
    package func log(of run: ID<Run>, attempt: Int? = nil) async throws -> HTTPStream {
        try await self.stream(
            Routes.runLogs, path: ["id": run.description], query: ["attempt": attempt.map(String.init)])
    }
}

/// The pieces of a log in order. After a break it resumes by the id of the last event, so nothing is shown twice.
package struct LogFeed: AsyncSequence, Sendable {
    package typealias Element = String
    package typealias Failure = any Error

    let client: Client
    let run: ID<Run>
    let attempt: Int?
    let patience: TimeSpan?

    package func makeAsyncIterator() -> Iterator {
        Iterator(
            client: self.client, run: self.run, attempt: self.attempt,
            reconnection: Reconnection(patience: self.patience))
    }

    package struct Iterator: AsyncIteratorProtocol {
        package typealias Failure = any Error

        let client: Client
        let run: ID<Run>
        let attempt: Int?
        var reconnection: Reconnection
        var lastID: String?
        var events: ServerSentEvents.Iterator?
        var isFinished = false

        init(client: Client, run: ID<Run>, attempt: Int?, reconnection: Reconnection) {
            self.client = client
            self.run = run
            self.attempt = attempt
            self.reconnection = reconnection
        }

        package mutating func next() async throws -> String? {
            while !self.isFinished {
                do {
                    if let text = try await self.receive() { return text }
                    self.events = nil
                    // The stream also ends when the server goes away in good order, so the run itself is asked.
                    self.isFinished = try await self.client.call(
                        Routes.getRun, path: ["id": self.run.description]
                    ).status.isTerminal
                    if !self.isFinished { try await self.reconnection.wait(after: nil) }
                } catch let error as any Fault {
                    self.events = nil
                    try await self.reconnection.wait(after: error)
                }
            }
            return nil
        }

        private mutating func receive() async throws -> String? {
            if self.events == nil {
                let stream = try await self.client.stream(
                    Routes.runLogs, path: ["id": self.run.description],
                    query: ["follow": "true", "attempt": self.attempt.map(String.init)], lastEventID: self.lastID)
                self.events = ServerSentEvents(stream.body).makeAsyncIterator()
            }
            guard let event = try await self.events?.next() else { return nil }
            self.reconnection.succeeded()
            self.lastID = event.id ?? self.lastID
            return try Wire.decode(String.self, text: event.data)
        }
    }
}
