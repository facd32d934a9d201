import Contract
import Hummingbird
import Kernel
import NIOCore
import Testing
import Transport

@Suite struct HTTPTransportTests {
    let transport = HTTPTransport(rule: RetryRule(limit: 3, base: .milliseconds(1), cap: .milliseconds(5)))

    @Test("a request comes back with its status, headers and body")
    func exchange() async throws {
        try await withServer { router in
            router.post("echo") { request, _ in
                let body = try await request.body.collect(upTo: 1 << 20)
                return Response(status: .created, headers: [.contentType: "text/x"], body: .init(byteBuffer: body))
            }
        } _: { [transport] url in
            let answer = try await transport.send(HTTPRequest(.post, url + "/echo", body: .bytes(Array("héllo".utf8))))
            #expect(answer.status == 201)
            #expect(answer.headers["content-type"] == "text/x")
            #expect(answer.body == Array("héllo".utf8))
        }
    }

    @Test("nobody listening is unavailable and named, without the query")
    func refused() async throws {
        let error = await #expect(throws: TransportError.self) {
            _ = try await transport.send(HTTPRequest(.get, "http://127.0.0.1:1/x?signature=secret"))
        }
        #expect(error?.kind == .unavailable)
        #expect(
            error?.message
                == "http://127.0.0.1:1 cannot be reached: connection refused. Check the address, and that the program there is running."
        )
        #expect(error.map { "\($0) \($0.message) \($0.detail)" }?.contains("secret") == false)
    }

    @Test("an address that is none is invalid", arguments: ["", "localhost:7070", "ftp://host/x", "http://"])
    func invalidAddress(url: String) async throws {
        let error = await #expect(throws: TransportError.self) {
            _ = try await transport.send(HTTPRequest(.get, url))
        }
        #expect(error?.kind == .invalid || error?.kind == .unavailable)
    }

    @Test("the fault of an error body comes through", arguments: FaultKind.allCases)
    func faults(kind: FaultKind) async throws {
        try await withServer { router in
            router.get("x") { _, _ in
                let body = try Wire.encode(ErrorBody(error: .init(kind: kind, message: "No «x».", reference: "r1")))
                return Response(status: .init(code: kind.httpStatus), body: .init(byteBuffer: ByteBuffer(bytes: body)))
            }
        } _: { [transport] url in
            let error = await #expect(throws: TransportError.self) {
                _ = try await transport.send(HTTPRequest(.get, url + "/x"))
            }
            #expect(error?.kind == kind)
            #expect(error?.message == "No «x».")
            #expect(error?.detail.contains("r1") == true)
        }
    }

    @Test("an error without an error body is told by its status and first line")
    func foreignError() async throws {
        try await withServer { router in
            router.get("x") { _, _ in Response.text("<html>\nbad gateway", status: .badGateway) }
        } _: { url in
            let error = await #expect(throws: TransportError.self) {
                _ = try await HTTPTransport(rule: .never).send(HTTPRequest(.get, url + "/x?q=1"))
            }
            #expect(error?.kind == .unavailable)
            #expect(error?.message == "\(url)/x answered with HTTP status 502: <html> bad gateway.")
        }
    }

    @Test("what was refused as unavailable is sent again until it is taken", arguments: [HTTPMethod.get, .post])
    func retries(method: Contract.HTTPMethod) async throws {
        let calls = Counter()
        try await withServer { router in
            router.on("x", method: .init(method.rawValue) ?? .get) { _, _ in
                calls.increment() < 3 ? Response.text("later", status: .serviceUnavailable) : Response.text("done")
            }
        } _: { [transport] url in
            let answer = try await transport.send(HTTPRequest(method, url + "/x"))
            #expect(String(decoding: answer.body, as: UTF8.self) == "done")
        }
        #expect(calls.value == 3)
    }

    @Test("a public service that is busy or broken is asked again, if that does no harm", arguments: [429, 500])
    func publicService(status: Int) async throws {
        let rule = RetryRule(
            limit: 3, base: .milliseconds(1), cap: .milliseconds(5), statuses: RetryRule.publicService.statuses)
        for (method, tries, transport) in [
            (HTTPMethod.get, 4, HTTPTransport(rule: rule)), (.post, 1, HTTPTransport(rule: rule)),
            (.get, 1, self.transport),
        ] {
            let calls = Counter()
            try await withServer { router in
                router.on("x", method: .init(method.rawValue) ?? .get) { _, _ in
                    calls.increment()
                    return Response.text("", status: .init(code: status))
                }
            } _: { url in
                await #expect(throws: TransportError.self) {
                    _ = try await transport.send(HTTPRequest(method, url + "/x"))
                }
            }
            #expect(calls.value == tries)
        }
    }

    @Test("a gateway timeout is tried again for what is idempotent only")
    func idempotence() async throws {
        let calls = Counter()
        try await withServer { router in
            router.post("x") { _, _ in
                calls.increment()
                return Response.text("", status: .gatewayTimeout)
            }
        } _: { [transport] url in
            await #expect(throws: TransportError.self) { _ = try await transport.send(HTTPRequest(.post, url + "/x")) }
            #expect(calls.value == 1)
            await #expect(throws: TransportError.self) {
                _ = try await transport.send(HTTPRequest(.post, url + "/x", isIdempotent: true))
            }
            #expect(calls.value == 5)
        }
    }

    @Test("an invalid request is not tried again")
    func noRetry() async throws {
        let calls = Counter()
        try await withServer { router in
            router.get("x") { _, _ in
                calls.increment()
                return Response.text("", status: .badRequest)
            }
        } _: { [transport] url in
            await #expect(throws: TransportError.self) { _ = try await transport.send(HTTPRequest(.get, url + "/x")) }
        }
        #expect(calls.value == 1)
    }

    @Test("the deadline ends a request that gets no answer, or only half of one", arguments: ["silent", "half"])
    func deadline(path: String) async throws {
        try await withServer { router in
            router.get("silent") { _, _ in
                try await Deadline.pause(.seconds(20))
                return Response.text("")
            }
            router.get("half") { _, _ in
                Response(
                    status: .ok,
                    body: .init { writer in
                        try await writer.write(ByteBuffer(string: "half"))
                        try await Deadline.pause(.seconds(20))
                        try await writer.finish(nil)
                    })
            }
        } _: { [transport] url in
            let error = await #expect(throws: TransportError.self) {
                _ = try await transport.send(HTTPRequest(.get, url + "/" + path), within: .milliseconds(80))
            }
            #expect(error == .timedOut(url: url + "/" + path, after: .milliseconds(80)))
        }
    }

    @Test("cancelling the task cancels the request")
    func cancellation() async throws {
        let arrived = Counter()
        try await withServer { router in
            router.get("silent") { _, _ in
                arrived.increment()
                try await Deadline.pause(.seconds(20))
                return Response.text("")
            }
        } _: { [transport] url in
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup { group in
                    group.addTask { _ = try await transport.send(HTTPRequest(.get, url + "/silent")) }
                    while arrived.value == 0 { try await Deadline.pause(.milliseconds(2)) }
                    group.cancelAll()
                    try await group.next()
                }
            }
        }
    }

    @Test("an answer over the limit is refused")
    func tooLarge() async throws {
        try await withServer { router in
            router.get("x") { _, _ in Response.text(String(repeating: "x", count: 5000)) }
        } _: { [transport] url in
            let error = await #expect(throws: TransportError.self) {
                _ = try await transport.send(HTTPRequest(.get, url + "/x"), limit: .kibibytes(4))
            }
            #expect(error == .tooLarge(url: url + "/x", limit: .kibibytes(4)))
        }
    }

    @Test(
        "addresses are shown without query, fragment and user",
        arguments: [
            ("http://h:1/a?b=c", "http://h:1/a"), ("https://u:p@h/a@b", "https://h/a@b"), ("http://h#f", "http://h"),
            ("h", "h"),
        ])
    func redaction(url: String, shown: String) {
        #expect(RedactedURL.of(url) == shown)
    }
}
