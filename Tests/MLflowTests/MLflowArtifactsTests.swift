import Contract
import Digest
import Foundation
import LocalCloud
import MLflow
import Testing

@Suite struct MLflowArtifactsTests {
    private let path = "/api/2.0/mlflow-artifacts/artifacts"

    @Test("what is uploaded is a plain file, is listed, and comes back with its headers") func roundTrip() async throws
    {
        let fixture = try await MLflowFixture()
        #expect(try await fixture.send("PUT", self.path + "/7/r/artifacts/d/a.txt", Array("hello".utf8)).status == 200)
        #expect(try await fixture.send("PUT", self.path + "/7/r/artifacts/empty.bin", [], chunks: 2).status == 200)
        let file = try String(contentsOfFile: fixture.artifacts + "/7/r/artifacts/d/a.txt", encoding: .utf8)
        #expect(file == "hello")

        let list = try await fixture.send("GET", self.path + "?path=7/r/artifacts")
        #expect(
            list.text == """
                {
                  "files": [
                    {
                      "path": "d",
                      "is_dir": true
                    },
                    {
                      "path": "empty.bin",
                      "is_dir": false
                    }
                  ]
                }
                """)
        let got = try await fixture.send("GET", self.path + "/7/r/artifacts/d/a.txt")
        #expect(got.text == "hello" && got.type == "text/plain" && got.headers["content-length"] == "5")
        #expect(got.headers["content-disposition"] == "attachment; filename=a.txt")
        #expect(got.headers["x-content-type-options"] == "nosniff")
        #expect(try await fixture.send("GET", self.path + "/7/r/artifacts/empty.bin").bytes.isEmpty)

        #expect(try await fixture.send("DELETE", self.path + "/7/r/artifacts").text == "{}")
        #expect(try await fixture.send("GET", self.path + "?path=7").text == "{}")
        #expect(try await fixture.send("DELETE", self.path + "/7/r/artifacts").status == 200)
    }

    @Test(
        "a range is a part, and one that cannot be is told so",
        arguments: [
            ("bytes=1-2", 206, "el"), ("bytes=2-", 206, "llo"), ("bytes=-2", 206, "lo"), ("bytes=0-100", 206, "hello"),
            ("bytes=10-", 416, ""), ("lines=1-2", 200, "hello"),
        ])
    func ranges(header: String, status: Int, text: String) async throws {
        let fixture = try await MLflowFixture()
        _ = try await fixture.send("PUT", self.path + "/a", Array("hello".utf8))
        let got = try await fixture.send("GET", self.path + "/a", headers: ["range": header])
        #expect(got.status == status && got.text == text)
        #expect(got.headers["content-length"] == String(text.utf8.count))
        let stale = try await fixture.send("GET", self.path + "/a", headers: ["range": header, "if-range": "\"old\""])
        #expect(stale.status == 200 && stale.text == "hello", "a range of other bytes is not given")
    }

    @Test(
        "no path leads out of the store",
        arguments: [
            "../x", "%2e%2e/x", "0/%2e%2e/%2e%2e/x", "0%2F..%2Fx", "%2Fetc/passwd", "/etc/passwd", "C:/x", "C:%5Cx",
            "0/a%23b", "%252e%252e/x", "%25252e%25252e/x", "file:///etc/passwd", "file:/etc/passwd", "%5C%5Chost%5Cx",
        ])
    func traversal(sent: String) async throws {
        let fixture = try await MLflowFixture()
        for method in ["GET", "PUT", "DELETE"] {
            let reply = try await fixture.send(method, self.path + "/" + sent, method == "PUT" ? [1] : [])
            #expect(reply.status == 400 && reply.json?["message"] == "Invalid path", "\(method) \(sent): \(reply.text)")
            #expect(reply.json?["error_code"] == "INVALID_PARAMETER_VALUE")
        }
        let listed = try await fixture.send("GET", "\(self.path)?path=\(sent)")
        #expect(listed.status == 400, "\(listed.text)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.artifacts).isEmpty)
    }

    @Test(
        "odd names are names",
        arguments: [("a b.txt", "a%20b.txt"), ("é", "%C3%A9"), ("x?y", "x%3Fy"), ("x%01y", "x%01y"), ("..x", "..x")])
    func names(name: String, sent: String) async throws {
        let fixture = try await MLflowFixture()
        #expect(try await fixture.send("PUT", "\(self.path)/0/\(sent)", [7]).status == 200)
        #expect(FileManager.default.fileExists(atPath: "\(fixture.artifacts)/0/\(name)"))
        #expect(try await fixture.send("GET", "\(self.path)/0/\(sent)").bytes == [7])
    }

    @Test("what is not there, or is a folder, is told in MLflow's words") func messages() async throws {
        let fixture = try await MLflowFixture()
        _ = try await fixture.send("PUT", self.path + "/d/a", [1])
        func message(_ method: String, _ end: String, _ status: Int) async throws -> String? {
            let reply = try await fixture.send(method, self.path + end, method == "PUT" ? [1] : [])
            #expect(reply.status == status)
            return reply.json?["message"]?.stringValue
        }
        #expect(try await message("GET", "/d/b", 404) == "No such artifact: 'd/b'")
        #expect(
            try await message("GET", "/d", 400) == "Artifact path refers to a directory, not a file: 'd'")
        #expect(
            try await message("PUT", "/d/", 400) == "Artifact path must include a filename (cannot end with '/').")
        _ = try await message("PUT", "/d/./x", 400)
        _ = try await message("PUT", "/d/.artifact.uploading.x", 400)
        _ = try await message("PUT", "/d", 409)
        _ = try await message("PUT", "/d/a/b", 409)
        _ = try await message("PUT", "/" + String(repeating: "n", count: 300), 400)
        _ = try await message("POST", "/d/a", 405)
    }

    @Test("the type is that of the name") func types() async throws {
        let fixture = try await MLflowFixture()
        let expected = [
            "model.pkl": "application/octet-stream", "MLmodel": "text/plain", "x.json": "text/plain",
            "p.png": "image/png", "P.PNG": "image/png", "t.tar.gz": "application/x-tar", "t.tgz": "application/x-tar",
            "z.gz": "application/octet-stream", "page.html": "text/html", "noext": "application/octet-stream",
            ".hidden": "application/octet-stream",
        ]
        for (name, type) in expected {
            _ = try await fixture.send("PUT", "\(self.path)/\(name)", [1])
            #expect(try await fixture.send("GET", "\(self.path)/\(name)").type == type, "\(name)")
        }
    }

    @Test("a name beyond ASCII comes in both of its forms") func attachment() async throws {
        let fixture = try await MLflowFixture()
        _ = try await fixture.send("PUT", self.path + "/sp%20%C3%A9%22.txt", [1])
        let got = try await fixture.send("GET", self.path + "/sp%20%C3%A9%22.txt")
        #expect(
            got.headers["content-disposition"]
                == "attachment; filename=\"sp \\\".txt\"; filename*=UTF-8''sp%20%C3%A9%22.txt")
    }

    @Test("a large file goes in parts, each to an address of its own at the host that the client used")
    func parts() async throws {
        let fixture = try await MLflowFixture()
        let uploads = "/api/2.0/mlflow-artifacts/mpu"
        let begun = try await fixture.send(
            "POST", uploads + "/create/7/r/artifacts", Array(#"{"path": "/home/ada/big.bin", "num_parts": 2}"#.utf8),
            headers: ["host": "tracking.example:80"])
        let upload = try #require(begun.json?["upload_id"]?.stringValue)
        guard case .array(let credentials)? = begun.json?["credentials"] else { throw CancellationError() }
        let urls = credentials.compactMap { $0["url"]?.stringValue }
        let place = "http://tracking.example:80/blobs/mlflow-artifacts/7/r/artifacts/big.bin?"
        #expect(urls.count == 2 && urls.allSatisfy { $0.hasPrefix(place) })
        var sent = ""
        for number in 1...2 {
            let tag = try await fixture.driver.putPart(
                number, of: "7/r/artifacts/big.bin", upload: upload, length: 1, body: OneByte(UInt8(number)))
            sent +=
                (sent.isEmpty ? "" : ",") + "{\"part_number\": \(number), \"etag\": \"\\\"\(tag)\\\"\", \"url\": null}"
        }
        let body = "{\"path\": \"/home/ada/big.bin\", \"upload_id\": \"\(upload)\", \"parts\": [\(sent)]}"
        let done = try await fixture.post(uploads + "/complete/7/r/artifacts", body)
        #expect(done.text == "{}")
        #expect(try await fixture.send("GET", self.path + "/7/r/artifacts/big.bin").bytes == [1, 2])
        let signed = try await fixture.send("GET", "/api/2.0/mlflow-artifacts/presigned/7/r/artifacts/big.bin")
        #expect(signed.json?["file_size"] == 2 && signed.json?["headers"] == .object([:]))
        let gone = try await fixture.post(
            uploads + "/complete/x", #"{"path": "y", "upload_id": "no", "parts": [{"part_number": 1, "etag": "e"}]}"#)
        #expect(gone.status == 404)
        #expect(try await fixture.post(uploads + "/create/x", #"{"num_parts": 2}"#).status == 400)
    }

    @Test("the artifacts of runs and models are found by their ids") func owned() async throws {
        let fixture = try await MLflowFixture()
        let run = MLflowFixture.run
        _ = try await fixture.send("PUT", "\(self.path)/7/\(run)/artifacts/d/a.txt", Array("run".utf8))
        _ = try await fixture.send("PUT", "\(self.path)/7/models/m-1/artifacts/MLmodel", Array("model".utf8))
        let list = try await fixture.send("GET", "/api/2.0/mlflow/artifacts/list?run_id=\(run)&path=d")
        #expect(list.json?["root_uri"] == .string("mlflow-artifacts:/7/\(run)/artifacts"))
        #expect(list.text.contains("\"path\": \"d/a.txt\""))
        #expect(try await fixture.send("GET", "/get-artifact?run_uuid=\(run)&path=d/a.txt").text == "run")
        let models = "/ajax-api/2.0/mlflow/logged-models/m-1/artifacts"
        #expect(try await fixture.send("GET", models + "/files?artifact_file_path=MLmodel").text == "model")
        #expect(try await fixture.send("GET", models + "/directories").text.contains("MLmodel"))
        let upload = "/ajax-api/2.0/mlflow/upload-artifact?run_uuid=\(run)&path=x/y.txt"
        #expect(try await fixture.send("POST", upload, Array("small".utf8)).status == 200)
        #expect(try await fixture.send("GET", "/get-artifact?run_id=\(run)&path=x/y.txt").text == "small")
        #expect(
            try await fixture.send("GET", "/get-artifact?run_id=00&path=x").json?["message"]
                == "Run with id=00 not found")
        let elsewhere = try await fixture.send("GET", "/model-versions/get-artifact?name=m&version=1&path=x")
        #expect(elsewhere.status == 501)
    }
}

private struct OneByte: AsyncSequence, Sendable {
    typealias Failure = any Error
    let byte: UInt8
    init(_ byte: UInt8) { self.byte = byte }
    func makeAsyncIterator() -> Iterator { Iterator(rest: [self.byte]) }
    struct Iterator: AsyncIteratorProtocol {
        var rest: [UInt8]?
        mutating func next() async throws -> [UInt8]? {
            defer { self.rest = nil }
            return self.rest
        }
    }
}
