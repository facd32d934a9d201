import Contract
import Database
import Kernel
import Search
import Testing

@testable import Models

@Suite("Searches of the registry")
struct ModelsSearchTests {
    private let user = EngineFixture.developer

    private func registry() async throws -> EngineFixture {
        let engine = try await EngineFixture()
        for (name, team) in [("Alpha", "risk"), ("beta", "risk"), ("gamma_1", "ads"), ("gamma%2", "ads")] {
            engine.time.advance(by: .seconds(1))
            _ = try await engine.models.create(name, tags: ["team": team], by: self.user)
            for number in 1...2 {
                engine.time.advance(by: .seconds(1))
                _ = try await engine.models.add(
                    VersionDraft(
                        model: name, source: "s3://b/\(name)/\(number)", run: "run-\(number)", tags: ["n": "\(number)"]),
                    by: self.user)
            }
        }
        let prompt = [PromptTag.isPrompt: "true"]
        _ = try await engine.models.create("prompt", tags: prompt, by: self.user)
        _ = try await engine.models.add(
            VersionDraft(model: "prompt", source: "dummy-source", tags: prompt), by: self.user)
        return engine
    }

    @Test("a filter finds the models that it describes") func models() async throws {
        let engine = try await self.registry()
        func found(_ filter: String?, _ order: [String] = []) async throws -> [String] {
            try await engine.models.searchModels(ModelSearch(filter: filter, order: order, limit: 100))
                .items.map(\.model.name)
        }
        let all = ["Alpha", "beta", "gamma%2", "gamma_1"]
        #expect(try await found(nil) == all)
        #expect(try await found("") == all)
        #expect(try await found("name = 'beta'") == ["beta"])
        #expect(try await found("name != 'beta' AND tags.team = 'risk'") == ["Alpha"])
        #expect(try await found("name LIKE 'a%'") == [], "the case of letters counts")
        #expect(try await found("name ILIKE 'a%'") == ["Alpha"])
        #expect(try await found("name LIKE 'gamma%'") == ["gamma%2", "gamma_1"])
        #expect(try await found("name IN ('Alpha', 'beta')") == ["Alpha", "beta"])
        #expect(try await found("name NOT IN ('Alpha', 'beta')") == ["gamma%2", "gamma_1"])
        #expect(try await found("tags.team LIKE 'r%' AND tags.team != 'x'") == ["Alpha", "beta"])
        #expect(try await found("tags.none = 'x'") == [])
        #expect(try await found("name = 'x'' OR 1=1 --'") == [])
        #expect(try await found(nil, ["name DESC"]) == all.reversed())
        #expect(
            try await found(nil, ["last_updated_timestamp DESC", "name"]) == ["gamma%2", "gamma_1", "beta", "Alpha"])
        #expect(try await found("tags.`mlflow.prompt.is_prompt` = 'true'") == ["prompt"])
        #expect(try await found("tags.`mlflow.prompt.is_prompt` != 'true'") == all)
        #expect(try await found("name = 'prompt'") == [])
        for filter in ["evil = 'x'", "name", "name > 'a'", "tags.a IN ('b')"] {
            await #expect(throws: SearchError.self, "\(filter)") { _ = try await found(filter) }
        }
    }

    @Test("a filter finds the versions that it describes, the last changed first") func versions() async throws {
        let engine = try await self.registry()
        func found(_ filter: String?, _ order: [String] = []) async throws -> [String] {
            try await engine.models.searchVersions(ModelSearch(filter: filter, order: order, limit: 100))
                .items.map { "\($0.model)/\($0.version)" }
        }
        #expect(try await found("name = 'beta'") == ["beta/2", "beta/1"])
        #expect(try await found("run_id = 'run-1' AND name ILIKE '%A'") == ["beta/1", "Alpha/1"])
        #expect(try await found("run_id IN ('run-1') AND tags.n = '1'").count == 4)
        #expect(try await found("source_path = 's3://b/beta/2'") == ["beta/2"])
        #expect(try await found("version_number >= 2 AND name != 'beta'").count == 3)
        #expect(try await found("name = 'beta'", ["version_number ASC"]) == ["beta/1", "beta/2"])
        #expect(try await found("name = 'prompt'") == [])
        #expect(try await found("name = 'prompt' AND tags.`mlflow.prompt.is_prompt` = 'true'") == ["prompt/1"])
        _ = try await engine.models.describe("Alpha", 1, "changed", by: self.user)
        engine.time.advance(by: .seconds(1))
        _ = try await engine.models.describe("Alpha", 1, "again", by: self.user)
        #expect(try await found(nil).first == "Alpha/1")
    }

    @Test("pages of every size make the whole") func pages() async throws {
        let engine = try await self.registry()
        let whole = try await engine.models.searchVersions(ModelSearch(limit: 100)).items
        for limit in 1...9 {
            var together: [ModelVersion] = []
            var token: String?
            repeat {
                let page = try await engine.models.searchVersions(ModelSearch(token: token, limit: limit))
                together += page.items
                token = page.next
            } while token != nil
            #expect(together == whole, "pages of \(limit)")
        }
        let byName = ModelSearch(order: ["name DESC"], limit: 3)
        let first = try await engine.models.searchModels(byName)
        var rest = byName
        rest.token = first.next
        #expect(
            try await (first.items + engine.models.searchModels(rest).items).map(\.model.name) == [
                "gamma_1", "gamma%2", "beta", "Alpha",
            ])
        rest.filter = "name = 'beta'"
        await #expect(throws: SearchError.self, "a token of another search") {
            _ = try await engine.models.searchModels(rest)
        }
    }
}
