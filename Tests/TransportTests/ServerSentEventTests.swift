import Contract
import Hummingbird
import Kernel
import NIOCore
import Testing
import Transport

@Suite struct ServerSentEventTests {
    static let stream = "\u{FEFF}: hello\nid: 1\nevent: a\ndata: x\ndata:  y\n\ndata\r\n\r\nid\rdata: é🙂\r\rdata: cut"
    static let expected = [
        ServerSentEvent(id: "1", event: "a", data: "x\n y"), ServerSentEvent(id: "1", data: ""),
        ServerSentEvent(id: "", data: "é🙂"),
    ]

    @Test("events are the same wherever the bytes are cut", arguments: 1...40)
    func cuts(size: Int) throws {
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        let bytes = Array(Self.stream.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            events += try parser.feed(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(events == Self.expected)
    }

    @Test("random cuts give the same events")
    func randomCuts() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<300 {
            var parser = ServerSentEventParser()
            var events: [ServerSentEvent] = []
            var rest = Array(Self.stream.utf8)[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...min(9, rest.count), using: &random)
                events += try parser.feed(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(events == Self.expected)
        }
    }

    @Test("a line without end is refused")
    func endlessLine() {
        var parser = ServerSentEventParser()
        let chunk = [UInt8](repeating: 120, count: 1 << 20)
        #expect(throws: TransportError.self) { for _ in 0..<20 { _ = try parser.feed(chunk) } }
    }

    @Test("events come off the wire as they are written, and the sequence ends with the answer")
    func wire() async throws {
        try await withServer { router in
            router.get("events") { _, _ in
                Response(
                    status: .ok,
                    body: .init { writer in
                        for number in 1...3 {
                            try await writer.write(ByteBuffer(string: "id: \(number)\ndata: n\(number)\n\n"))
                        }
                        try await writer.finish(nil)
                    })
            }
        } _: { url in
            let stream = try await HTTPTransport().open(HTTPRequest(.get, url + "/events"))
            var seen: [String] = []
            for try await event in ServerSentEvents(stream.body) { seen.append(event.data) }
            #expect(seen == ["n1", "n2", "n3"])
        }
    }
}
