import Kernel

/// One server-sent event.
package struct ServerSentEvent: Sendable, Hashable {
    /// The last id seen, this event's own or an earlier one's; what to resume after.
    package var id: String?
    /// `message` when the server gave none.
    package var event: String
    package var data: String

    package init(id: String? = nil, event: String = "message", data: String) {
        self.id = id
        self.event = event
        self.data = data
    }
}

/// Reads an event stream out of bytes that may be cut anywhere.
///
/// Source: HTML Living Standard, section 9.2.6 "Interpreting an event stream".
package struct ServerSentEventParser: Sendable {
    /// A longer line is not an event of ours; reading on would only fill the memory.
    static let maximumLine = 16 << 20

    private var line: [UInt8] = []
    private var afterReturn = false
    private var isFirstLine = true
    private var id: String?
    private var event = ""
    private var data: [String] = []

    package init() {}

    /// The events that `bytes` complete.
    ///
    /// - Throws: `tooLarge` for a line of more than 16 MiB.
    package mutating func feed(_ bytes: [UInt8]) throws(TransportError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(where: { $0 == 10 || $0 == 13 }) {
            let byte = rest[end]
            let isSecondHalf = byte == 10 && self.afterReturn && end == rest.startIndex && self.line.isEmpty
            self.afterReturn = byte == 13
            self.line += rest[..<end]
            rest = rest[(end + 1)...]
            if !isSecondHalf, let event = self.take() { events.append(event) }
        }
        if !rest.isEmpty { self.afterReturn = false }
        self.line += rest
        if self.line.count > Self.maximumLine {
            throw .tooLarge(url: "an event stream", limit: .mebibytes(16))
        }
        return events
    }

    /// Interprets the finished line.
    private mutating func take() -> ServerSentEvent? {
        var text = String(decoding: self.line, as: UTF8.self)
        self.line.removeAll(keepingCapacity: true)
        if self.isFirstLine, text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        self.isFirstLine = false
        if text.isEmpty { return self.dispatch() }
        let field = text.prefix { $0 != ":" }
        var value = text.dropFirst(field.count + 1)
        if value.first == " " { value.removeFirst() }
        switch field {
        case "id": if !value.unicodeScalars.contains("\0") { self.id = String(value) }
        case "event": self.event = String(value)
        case "data": self.data.append(String(value))
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            self.data.removeAll()
            self.event = ""
        }
        guard !self.data.isEmpty else { return nil }
        return ServerSentEvent(
            id: self.id, event: self.event.isEmpty ? "message" : self.event, data: self.data.joined(separator: "\n"))
    }
}

/// The events of one answer, until it ends. Whoever wants to go on after a break asks again with the last id.
package struct ServerSentEvents: AsyncSequence, Sendable {
    package typealias Element = ServerSentEvent
    package typealias Failure = any Error

    private let body: ResponseBody

    package init(_ body: ResponseBody) { self.body = body }

    package func makeAsyncIterator() -> Iterator { Iterator(body: self.body.makeAsyncIterator()) }

    package struct Iterator: AsyncIteratorProtocol {
        package typealias Failure = any Error

        private var body: ResponseBody.Iterator
        private var parser = ServerSentEventParser()
        private var ready: [ServerSentEvent] = []
        private var index = 0

        init(body: ResponseBody.Iterator) { self.body = body }

        package mutating func next() async throws -> ServerSentEvent? {
            while self.index == self.ready.count {
                guard let chunk = try await self.body.next() else { return nil }
                self.ready = try self.parser.feed(chunk)
                self.index = 0
            }
            self.index += 1
            return self.ready[self.index - 1]
        }
    }
}
