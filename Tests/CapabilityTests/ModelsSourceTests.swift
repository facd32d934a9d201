import Contract
import Database
import Kernel
import Testing

@testable import Models

/// Which sources may become versions.
@Suite("Sources of versions")
struct ModelsSourceTests {
    /// One run and one logged model.
    private struct Tracked: ModelSources {
        func artifacts(ofRun id: String, in reader: any Reading) -> String? {
            ["r1": "mlflow-artifacts:/0/r1/artifacts", "local": "/data/0/local/artifacts"][id]
        }
        func loggedModel(_ id: String, in reader: any Reading) -> LoggedSource? {
            id == "m-1" ? LoggedSource(location: "mlflow-artifacts:/0/models/m-1/artifacts", run: "r1") : nil
        }
        func link(_ loggedModel: String, to model: String, version: Int, in transaction: Transaction) {}
    }

    private func resolve(_ source: String, run: String? = nil, model: String? = nil) async throws -> SourceResolution {
        let engine = try await EngineFixture()
        let models = Models(
            database: engine.database, journal: engine.journal, time: engine.time, sources: Tracked())
        return try await engine.database.read { reader in
            try VersionSource(models: models, reader: reader).resolve(
                VersionDraft(model: "m", source: source, run: run, loggedModel: model), isPrompt: false)
        }
    }

    @Test(
        "a source is taken when it is the caller's to name",
        arguments: [
            ("s3://bucket/a/model", nil, nil), ("gs://b/a", "unknown", nil), ("runs:/r1/model", "r1", nil),
            ("mlflow-artifacts:/0/r1/artifacts/model", "r1", nil), ("/data/0/local/artifacts/m", "local", nil),
            ("models:/m-1", nil, "m-1"), ("mlflow-artifacts:/0/models/m-1/artifacts", nil, "m-1"),
        ] as [(String, String?, String?)])
    func taken(_ source: String, run: String?, model: String?) async throws {
        let resolution = try await self.resolve(source, run: run, model: model)
        #expect(resolution.source == source)
    }

    @Test(
        "paths of the server, paths that climb, other runs' files and chosen hosts are refused",
        arguments: [
            ("/etc/passwd", nil, nil), ("/etc/passwd", "r1", nil),
            ("file:///data/0/local/artifacts/../x", "local", nil),
            ("/data/0/local/artifactsx", "local", nil), ("relative/path", "local", nil), ("s3://b/a/../../c", nil, nil),
            ("s3://b/a/%2e%2e/c", nil, nil), ("s3://b/a/%252e%252e/c", nil, nil), ("s3://b/a/./c", nil, nil),
            ("s3://b", nil, nil), ("s3://b/a%00", nil, nil), ("runs:/r2/model", "r1", nil),
            ("runs:/r1/model", nil, nil),
            ("mlflow-artifacts:/0/r2/artifacts/model", "r1", nil), ("mlflow-artifacts:/0/r1/artifacts", "nope", nil),
            ("mlflow-artifacts://host/0/r1/artifacts", "r1", nil), ("http://host/x", "r1", nil),
            ("ftp://host/x", nil, nil),
            ("models:/m-1", nil, nil), ("models:/m-1", nil, "m-2"), ("models:/m-2", nil, "m-2"),
            ("models:/a/b/c", nil, nil),
            ("models://host/a/1", nil, nil), ("runs:/r1/model", nil, "m-1"),
        ] as [(String, String?, String?)])
    func refused(_ source: String, run: String?, model: String?) async throws {
        await #expect(throws: ModelError.self) { try await self.resolve(source, run: run, model: model) }
    }

    @Test("a logged model tells where its files are and which run made it") func logged() async throws {
        let resolution = try await self.resolve("models:/m-1", model: "m-1")
        #expect(resolution.location == "mlflow-artifacts:/0/models/m-1/artifacts" && resolution.run == "r1")
        #expect(try await self.resolve("models:/m-1", run: "other", model: "m-1").run == "other")
    }

    @Test("a path is resolved as POSIX does") func paths() {
        let cases = [
            "a": "a", "a/b": "a/b", "a//b": "a/b", "./a": "a", "a/..": ".", "../a": "../a", "a/../../b": "../b",
            "": ".",
            "/": "/", "//a": "//a", "///a": "/a", "/..": "/", "a/": "a",
        ]
        for (path, resolved) in cases { #expect(ModelRules.resolved(path) == resolved, "\(path)") }
    }

    @Test("names of every script are names, and what a path would change is none") func names() {
        for name in ["a", "My Model", "модель", "模型-1", "a.b_c"] {
            #expect(throws: Never.self) { try ModelRules.checkName(name) }
        }
        for name in ["", " ", "a/b", "a:b", ".", "..", "..x", String(repeating: "a", count: 257)] {
            #expect(throws: ModelRuleError.self) { try ModelRules.checkName(name) }
        }
        for key in ["team", "a/b", "a b", "a:b", "größe"] {
            #expect(throws: Never.self) { try ModelRules.checkTag(key, "") }
        }
        for key in ["a*b", "a/../b", "/a", "", "a\nb"] {
            #expect(throws: ModelRuleError.self) { try ModelRules.checkTag(key, "") }
        }
    }

    @Test("random sources never crash, and what is taken does not climb") func random() {
        var random = SeededRandom(seed: 5)
        let pieces = [
            "s3", ":", "/", "//", "..", "%2e", "%252f", "a", "?", "#", "@", "[", "]", "models", "m-1", "\0", "+", "ü",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...10, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            let uri = SourceURI(text)
            if uri.isPlain { #expect(!uri.path.split(separator: "/").contains("..")) }
            _ = ModelURI(uri)
            _ = uri.isWithin("s3://a/b")
        }
    }
}
