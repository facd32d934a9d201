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

/// What a follower of a log sees.
package enum LogEvent: Sendable, Hashable {
    case text(String)
    /// The attempt of this number follows.
    case retry(attempt: Int)
    /// The run has ended.
    case end(RunStatus)
}

/// The pieces of a log in order. After a break it resumes by the id of the last event, so nothing is shown twice.
package struct LogFeed: AsyncSequence, Sendable {
    package typealias Element = LogEvent
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

        package mutating func next() async throws -> LogEvent? {
            while !self.isFinished {
                do {
                    if let event = try await self.receive() {
                        if case .end = event { self.isFinished = true }
                        return event
                    }
                    // The server went away in good order before the run had ended.
                    self.events = nil
                    try await self.reconnection.wait(after: nil)
                } catch let error as any Fault {
                    self.events = nil
                    try await self.reconnection.wait(after: error)
                }
            }
            return nil
        }

        private mutating func receive() async throws -> LogEvent? {
            if self.events == nil { self.events = try await self.connect() }
            while let event = try await self.events?.next() {
                self.reconnection.succeeded()
                self.lastID = event.id ?? self.lastID
                let data = try Wire.decode(String.self, text: event.data)
                switch event.event {
                case "log": if !data.isEmpty { return .text(data) }
                case "retry": return .retry(attempt: Int(data) ?? 0)
                case "end": return RunStatus(rawValue: data).map { .end($0) }
                default: continue
                }
            }
            return nil
        }

        /// The id of an event is `<attempt>:<next offset>`.
        private func connect() async throws -> ServerSentEvents.Iterator {
            let position = (self.lastID ?? "").split(separator: ":").map(String.init)
            var query = ["follow": "true", "attempt": self.attempt.map(String.init)]
            if position.count == 2 {
                query["attempt"] = position[0]
                query["offset"] = position[1]
            }
            let stream = try await self.client.stream(
                Routes.runLogs, path: ["id": self.run.description], query: query, lastEventID: self.lastID)
            return ServerSentEvents(stream.body).makeAsyncIterator()
        }
    }
}
