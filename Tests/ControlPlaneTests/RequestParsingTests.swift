@testable import ControlPlane
import Contract
import Kernel
import Testing

@Suite("what a request line says")
struct RequestParsingTests {
    @Test("a path or query whose percent-encoding is broken is invalid, whatever its length")
    func brokenEncoding() throws {
        let index = try RouteIndex(
            RouteTable.all.map { row in BoundRoute(row: row) { _ in throw PlainFault(.bug, "unused") } },
            table: RouteTable.all)
        for broken in ["%zz", "%", "%4", "a%ff"] {
            let fault = #expect(throws: PlainFault.self) {
                try index.find(method: "GET", path: "/api/v1/models/\(broken)/versions")
            }
            #expect(fault?.kind == .invalid)
            #expect(throws: PlainFault.self) { try RequestTarget("/api/v1/runs?status=\(broken)").pairs() }
        }
        for path in [
            "", "/", "//", "/api/v1/models//versions", "/api/v1/models/x/versions/",
            String(repeating: "/a", count: 4000),
        ] {
            guard case .missing = try index.find(method: "GET", path: path[...]) else {
                Issue.record("\(path.prefix(40)) was found")
                return
            }
        }
    }

    @Test("of a query each pair is decoded, an empty one counts, and the last of a name stands")
    func query() throws {
        #expect(try RequestTarget("/x").pairs() == [:])
        #expect(try RequestTarget("/x?").pairs() == [:])
        #expect(try RequestTarget("/x?a=1&b&c=%26%3D&a=2&d=x=y").pairs() == ["a": "2", "b": "", "c": "&=", "d": "x=y"])
        let many = (0..<100).map { "k\($0)=1" }.joined(separator: "&")
        #expect(throws: PlainFault.self) { try RequestTarget("/x?" + many).pairs() }
    }

    @Test("the date of RFC 9110 has the right day of the week")
    func date() {
        let sample = Timestamp("1994-11-06T08:49:37Z").map(DateHeader.format)
        #expect(sample == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(DateHeader.format(Timestamp(milliseconds: 0)) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test("an endpoint is http://address:port and nothing else")
    func endpoint() {
        #expect(BlobListenersReconciler.address(of: "http://10.0.0.1:9000")?.port == 9000)
        #expect(BlobListenersReconciler.address(of: "http://[::1]:9000/")?.host == "::1")
        for wrong in ["", "10.0.0.1:9000", "https://a:1", "http://a", "http://:9000", "http://a:0", "http://a:70000"] {
            #expect(BlobListenersReconciler.address(of: wrong) == nil, "\(wrong)")
        }
    }
}
