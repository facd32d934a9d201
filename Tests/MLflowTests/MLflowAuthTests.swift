import Access
import Contract
import Foundation
import MLflow
import Testing

@Suite struct MLflowAuthTests {
    private let root = "admin:password1234"
    private let ada = "ada:a long password"

    private func fixture() async throws -> MLflowFixture {
        let fixture = try await MLflowFixture(basicAuth: true)
        _ = try await fixture.users.createFirstAdmin("admin", password: "password1234", isPublic: true)
        let made = try await fixture.post(
            "/api/2.0/mlflow/users/create", #"{"username": "ada", "password": "a long password"}"#, user: self.root)
        #expect(made.status == 200 && made.json?["user"]?["username"] == "ada")
        return fixture
    }

    @Test("without credentials, or with wrong ones, a client is asked for them; what is open stays open")
    func asked() async throws {
        let fixture = try await self.fixture()
        for user in [nil, "admin:wrong", "nobody:password1234", "no colon"] {
            let reply = try await fixture.send("GET", "/api/2.0/mlflow/users/current", user: user)
            #expect(reply.status == 401 && reply.headers["www-authenticate"] == "Basic realm=\"mlflow\"")
            #expect(reply.text.hasPrefix("You are not authenticated."))
        }
        #expect(try await fixture.send("GET", "/health").status == 200)
        #expect(try await fixture.send("GET", "/api/3.0/mlflow/server-info").status == 200)
    }

    @Test("a token comes in as a bearer and as a password, with what its role may") func tokens() async throws {
        let fixture = try await self.fixture()
        let admin = Principal(name: "admin", role: .admin)
        let viewer = try await fixture.access.issue(TokenRequest(name: "v", role: .viewer), by: admin).secret
        let developer = try await fixture.access.issue(TokenRequest(name: "d", role: .developer), by: admin).secret
        let metric = "/api/2.0/mlflow/runs/log-metric"
        let body = Array("{\"run_id\": \"\(MLflowFixture.run)\"}".utf8)
        let bearer = try await fixture.send("POST", metric, body, headers: ["authorization": "Bearer \(developer)"])
        #expect(bearer.status == 200)
        #expect(try await fixture.send("POST", metric, body, user: "whoever:\(developer)").status == 200)
        #expect(try await fixture.send("POST", metric, body, user: "whoever:\(viewer)").status == 403)
        #expect(
            try await fixture.send("GET", "/api/2.0/mlflow/runs/get?run_id=\(MLflowFixture.run)", user: "x:\(viewer)")
                .status == 200)
    }

    @Test("a user reads what is there and changes what they were permitted to") func permitted() async throws {
        let fixture = try await self.fixture()
        let run = "{\"run_id\": \"\(MLflowFixture.run)\"}"
        func metric() async throws -> Int {
            try await fixture.post("/api/2.0/mlflow/runs/log-metric", run, user: self.ada).status
        }
        func grant(_ permission: String) async throws {
            let body = #"{"username": "ada", "resource_type": "experiment", "resource_id": "7", "permission": ""#
            let reply = try await fixture.post(
                "/api/3.0/mlflow/users/permissions/grant", body + permission + "\"}", user: self.root)
            #expect(reply.text == "{}")
        }
        let artifact = "/api/2.0/mlflow-artifacts/artifacts/7/\(MLflowFixture.run)/artifacts/a"
        #expect(try await metric() == 403)
        #expect(try await fixture.send("PUT", artifact, [1], user: self.ada).status == 403)
        #expect(try await fixture.send("PUT", artifact, [1], user: self.root).status == 200)
        #expect(try await fixture.send("GET", artifact, user: self.ada).bytes == [1])
        try await grant("EDIT")
        #expect(try await metric() == 200)
        #expect(try await fixture.send("PUT", artifact, [2], user: self.ada).status == 200)
        #expect(try await fixture.send("DELETE", artifact, user: self.ada).status == 403)
        #expect(try await fixture.post("/api/2.0/mlflow/runs/delete", run, user: self.ada).status == 403)
        let check = "/api/3.0/mlflow/users/permissions/get?username=ada&resource_type=experiment&resource_id=7"
        let found = try await fixture.send("GET", check, user: self.ada)
        #expect(found.json == ["allowed": true, "permission": "EDIT"])
        let refused = try await fixture.post("/api/2.0/mlflow/nobody-thought-of/this", "{}", user: self.ada)
        #expect(refused.status == 403 && refused.text == "Permission denied")
        #expect(
            try await fixture.post("/api/2.0/mlflow/runs/log-metric", #"{"run_id": "00"}"#, user: self.ada).status
                == 403)
    }

    @Test("a percent-encoded path is permitted as what it decodes to") func encoded() async throws {
        let fixture = try await self.fixture()
        let body = #"{"username": "ada", "resource_type": "experiment", "resource_id": "8", "permission": "EDIT"}"#
        _ = try await fixture.post("/api/3.0/mlflow/users/permissions/grant", body, user: self.root)
        for path in ["%2537/x", "8/%252e%252e/7/x", "%38/../7/x", "./7/x", "x/7/y"] {
            let reply = try await fixture.send(
                "PUT", "/api/2.0/mlflow-artifacts/artifacts/\(path)", [1], user: self.ada)
            #expect(reply.status == 403 || reply.status == 400, "\(path)")
        }
        #expect(
            try await fixture.send("PUT", "/api/2.0/mlflow-artifacts/artifacts/%38/x", [1], user: self.ada).status
                == 200)
    }

    @Test("who makes an experiment manages it, and what is vetoed is not in a listing") func listed() async throws {
        let fixture = try await self.fixture()
        #expect(
            try await fixture.post("/api/2.0/mlflow/experiments/create", #"{"name": "x"}"#, user: self.ada).status
                == 200)
        let run = "{\"run_id\": \"\(MLflowFixture.run)\"}"
        #expect(try await fixture.post("/api/2.0/mlflow/runs/delete", run, user: self.ada).status == 200)
        let search = "/api/2.0/mlflow/experiments/search"
        #expect(try await fixture.post(search, "{}", user: self.ada).text.contains("\"8\""))
        let veto = Grant(type: .experiment, pattern: "8", permission: .deny)
        try await fixture.users.grant(veto, to: "ada", by: Principal(name: "admin", role: .admin))
        let after = try await fixture.post(search, "{}", user: self.ada)
        #expect(after.json == ["experiments": [["experiment_id": "7"]]])
        #expect(try await fixture.post(search, "{}", user: self.root).text.contains("\"8\""))
    }

    @Test("users change their own password with the old one; the rest is for admins") func own() async throws {
        let fixture = try await self.fixture()
        func patch(_ json: String, _ user: String) async throws -> MLflowFixture.Reply {
            try await fixture.send("PATCH", "/api/2.0/mlflow/users/update-password", Array(json.utf8), user: user)
        }
        let new = #"{"username": "ada", "password": "another password""#
        #expect(
            try await patch(new + "}", self.ada).json?["message"]
                == "Current password is required when changing your own password.")
        #expect(
            try await patch(new + #", "current_password": "no"}"#, self.ada).json?["message"]
                == "Current password does not match.")
        #expect(try await patch(new + #", "current_password": "a long password"}"#, self.ada).text == "{}")
        let changed = "ada:another password"
        #expect(try await fixture.send("GET", "/api/2.0/mlflow/users/current", user: self.ada).status == 401)
        #expect(try await fixture.send("GET", "/api/2.0/mlflow/users/get?username=ada", user: changed).status == 200)
        for path in ["/api/2.0/mlflow/users/get?username=admin", "/signup", "/api/3.0/mlflow/roles/list"] {
            #expect(try await fixture.send("GET", path, user: changed).status == 403, "\(path)")
        }
        let make = try await fixture.post(
            "/api/2.0/mlflow/users/create", #"{"username": "eve", "password": "a long password"}"#, user: changed)
        #expect(make.status == 403)
        let again = try await fixture.post(
            "/api/2.0/mlflow/users/create", #"{"username": "ada", "password": "a long password"}"#, user: self.root)
        #expect(again.status == 400 && again.json?["error_code"] == "RESOURCE_ALREADY_EXISTS")
    }
}
