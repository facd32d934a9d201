import Contract
import Kernel
import Testing

/// The registry's routes, answered as MLflow 3.17's own server answers them: recorded from it.
@Suite("MLflow's registry")
struct MLflowRegistryTests {
    @Test("a model is answered field by field as MLflow's server does") func model() async throws {
        let registry = try await RegistryFixture()
        let now = registry.time.now.milliseconds
        let made = try await registry.send(
            "POST", "registered-models/create",
            ["name": "m", "description": "d", "tags": [["key": "a", "value": "1"], ["key": "a", "value": "2"]]])
        #expect(made.status == 200)
        #expect(
            made.text == """
                {
                  "registered_model": {
                    "name": "m",
                    "creation_timestamp": \(now),
                    "last_updated_timestamp": \(now),
                    "description": "d",
                    "tags": [
                      {
                        "key": "a",
                        "value": "2"
                      }
                    ]
                  }
                }
                """)
        let version = try await registry.send("POST", "model-versions/create", ["name": "m", "source": "s3://b/x"])
        #expect(
            version.text == """
                {
                  "model_version": {
                    "name": "m",
                    "version": "1",
                    "creation_timestamp": \(now),
                    "last_updated_timestamp": \(now),
                    "current_stage": "None",
                    "description": "",
                    "source": "s3://b/x",
                    "run_id": "",
                    "status": "READY",
                    "run_link": ""
                  }
                }
                """)
        #expect(
            try await registry.send("POST", "registered-models/alias", ["name": "m", "alias": "a", "version": "1"]).text
                == "{}")
        let found = try await registry.json("GET", "registered-models/get?name=m")["registered_model"]
        #expect(found?["aliases"] == [["alias": "a", "version": "1"]])
        #expect(found?["latest_versions"]?[0]?["version"] == "1")
        #expect(found?["latest_versions"]?[0]?["aliases"] == nil, "left out in lists")
        #expect(
            try await registry.json("GET", "model-versions/get?name=m&version=1")["model_version"]?["aliases"] == ["a"])
        #expect(
            try await registry.json("GET", "model-versions/get-download-uri?name=m&version=1")
                == ["artifact_uri": "s3://b/x"])
    }

    private static let docs = "See the API docs for more information about request parameters."
    private static let refusals: [(String, String, JSONValue?, String)] = [
        (
            "POST", "registered-models/create", ["name": "m"],
            "RESOURCE_ALREADY_EXISTS: Registered Model (name=m) already exists."
        ),
        (
            "POST", "registered-models/create",
            ["name": "m", "tags": [["key": "mlflow.prompt.is_prompt", "value": "true"]]],
            "RESOURCE_ALREADY_EXISTS: Tried to create a prompt with name 'm', but the name is already taken by a registered "
                + "model. MLflow does not allow creating a model and a prompt with the same name."
        ),
        (
            "POST", "registered-models/create", [:],
            "INVALID_PARAMETER_VALUE: Missing value for required parameter 'name'. \(docs)"
        ),
        (
            "POST", "registered-models/create", ["name": " "],
            "INVALID_PARAMETER_VALUE: Missing value for required parameter 'name'."
        ),
        (
            "POST", "registered-models/create", ["name": "a/b"],
            "INVALID_PARAMETER_VALUE: Invalid model name 'a/b'. Names cannot contain '/' or ':'."
        ),
        (
            "GET", "registered-models/get?name=x", nil,
            "RESOURCE_DOES_NOT_EXIST: Registered Model with name=x not found"
        ),
        (
            "GET", "model-versions/get?name=m&version=9", nil,
            "RESOURCE_DOES_NOT_EXIST: Model Version (name=m, version=9) not found"
        ),
        (
            "GET", "model-versions/get?name=x&version=1", nil,
            "RESOURCE_DOES_NOT_EXIST: Model Version (name=x, version=1) not found"
        ),
        (
            "GET", "model-versions/get?name=m&version=x", nil,
            "INVALID_PARAMETER_VALUE: Parameter 'version' must be an integer, got 'x'."
        ),
        (
            "GET", "registered-models/alias?name=m&alias=z", nil,
            "INVALID_PARAMETER_VALUE: Registered model alias z not found."
        ),
        (
            "GET", "registered-models/alias?name=other&alias=latest", nil,
            "RESOURCE_DOES_NOT_EXIST: Latest version not found for model other."
        ),
        (
            "POST", "registered-models/alias", ["name": "m", "alias": "v1", "version": "1"],
            "INVALID_PARAMETER_VALUE: Version alias name 'v1' is reserved."
        ),
        (
            "POST", "registered-models/alias", ["name": "m", "alias": "q", "version": "7"],
            "RESOURCE_DOES_NOT_EXIST: Model Version (name=m, version=7) not found"
        ),
        (
            "POST", "model-versions/transition-stage", ["name": "m", "version": "1", "stage": "prod"],
            "INVALID_PARAMETER_VALUE: Invalid Model Version stage: prod. Value must be one of None, Staging, Production, Archived."
        ),
        (
            "POST", "model-versions/create", ["name": "m", "source": "/etc"],
            "INVALID_PARAMETER_VALUE: Invalid model version source: '/etc'. To use a local path as a model version source, the "
                + "run_id request parameter has to be specified and the local path has to be contained within the artifact "
                + "directory of the run specified by the run_id."
        ),
        (
            "POST", "model-versions/create", ["name": "m", "source": "models:/m-12", "model_id": "m-12"],
            "INVALID_PARAMETER_VALUE: Invalid model version source: 'models:/m-12'. The model_id request parameter must identify "
                + "the resource that contains the source."
        ),
        ("GET", "webhooks/nope", nil, "RESOURCE_DOES_NOT_EXIST: Webhook with ID nope not found."),
        (
            "POST", "webhooks",
            ["name": "w", "url": "ftp://h", "events": [["entity": "PROMPT", "action": "CREATED"]]],
            "INVALID_PARAMETER_VALUE: Invalid webhook URL scheme: 'ftp'. Allowed schemes are: https."
        ),
        (
            "POST", "webhooks",
            ["name": "w", "url": "https://h.example", "events": [["entity": "PROMPT", "action": "DELETED"]]],
            "INVALID_PARAMETER_VALUE: Invalid action 'deleted' for entity 'prompt'. Valid actions are: ['created']"
        ),
    ]

    @Test("refusals have MLflow's codes and words") func refusals() async throws {
        let registry = try await RegistryFixture()
        for name in ["m", "other"] {
            _ = try await registry.send("POST", "registered-models/create", ["name": .string(name)])
        }
        _ = try await registry.send("POST", "model-versions/create", ["name": "m", "source": "s3://b/x"])
        for (method, path, body, expected) in Self.refusals {
            #expect(try await registry.refusal(method, path, body) == expected, "\(method) \(path)")
        }
    }

    @Test("webhooks are listed newest first by pages, without their secrets") func webhooks() async throws {
        let registry = try await RegistryFixture()
        for number in 1...3 {
            registry.time.advance(by: .seconds(1))
            let made = try await registry.send(
                "POST", "webhooks",
                [
                    "name": .string("w\(number)"), "url": "https://h.example/x", "secret": "hunter2",
                    "events": [
                        ["entity": "MODEL_VERSION", "action": "CREATED"], ["entity": "PROMPT_TAG", "action": "SET"],
                    ],
                ])
            #expect(made.status == 200 && !made.text.contains("hunter2"))
        }
        let first = try await registry.json("GET", "webhooks?max_results=2")
        #expect(first["webhooks"]?[0]?["name"] == "w3" && first["webhooks"]?[1]?["name"] == "w2")
        let token = try #require(first["next_page_token"]?.stringValue)
        let second = try await registry.json(
            "GET", "webhooks?max_results=2&page_token=\(token.replacing("=", with: "%3D"))")
        #expect(second["webhooks"]?[0]?["name"] == "w1" && second["next_page_token"] == nil)
        let id = try #require(second["webhooks"]?[0]?["webhook_id"]?.stringValue)
        let changed = try await registry.json("PATCH", "webhooks/\(id)", ["description": "x", "status": "DISABLED"])[
            "webhook"]
        #expect(changed?["name"] == "w1" && changed?["description"] == "x" && changed?["status"] == "DISABLED")
        #expect(changed?["events"]?[1] == ["entity": "PROMPT_TAG", "action": "SET"])
        let tested = try await registry.json("POST", "webhooks/\(id)/test", [:])["result"]
        #expect(tested?["success"] == false && tested?["error_message"] == "Failed to test webhook: Nobody listens.")
        #expect(try await registry.send("DELETE", "webhooks/\(id)").status == 200)
        #expect(try await registry.send("GET", "webhooks/\(id)").status == 404)
    }
}
