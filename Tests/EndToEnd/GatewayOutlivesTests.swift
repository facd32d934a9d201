import Client
import Contract
import Foundation
import Kernel
import Testing
import Transport

@Suite(.serialized) struct GatewayOutlivesTests {
    /// Answers with its model's text; standard library only.
    private static let server = """
        import http.server, os, pathlib
        model = next(pathlib.Path(os.environ["MARTLET_INPUTS"], "model").rglob("*.txt")).read_text()
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Length", str(len(model)))
                self.end_headers()
                self.wfile.write(model.encode())
            do_GET = do_POST = answer
            def log_message(self, *_): pass
        http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["MARTLET_PORT"])), Handler).serve_forever()
        """

    private static let yaml = """
        project: outlive
        steps:
          train:
            command: 'printf "the model" > "$MARTLET_OUTPUTS/model.txt"'
            outputs: [model.txt]
          score:
            command: 'echo "{\\"quality\\": 1.0}"'
            inputs: [model]
          serve:
            command: [python3, serve.py]
            inputs: [model]
        pipelines:
          p:
            nodes:
              train: {step: train}
              score: {step: score, inputs: {model: train}}
              register:
                register: {model: text, from: [train], metric: score.quality, alias: champion}
              deploy:
                deploy: {endpoint: text, step: serve, model: text, traffic: {champion: 100}, replicas: {champion: 1}}
                after: [register]
        """

    @Test("predictions and running steps go on while martletd is dead", .timeLimit(.minutes(3)))
    func outlives() async throws {
        let platform = try await Platform(localSlots: 1, gateway: true)
        let folder = try TemporaryFolder()
        try folder.write(Self.server, to: "serve.py")
        try folder.write(Self.yaml, to: "martlet.yaml")
        let outcome = try platform.martlet("pipeline", "run", "p", in: folder.path)
        #expect(outcome.exitCode == 0, "\(outcome.all)")
        _ = try await eventually("the endpoint to be steady") {
            try await platform.client.call(Routes.getEndpoint, path: ["name": "text"]).steady ? true : nil
        }
        let gateway = platform.gateway
        _ = try await eventually("the gateway to know it") {
            try await Self.predict(at: gateway, platform) == "the model" ? true : nil
        }

        let gate = try TemporaryFolder()
        let step = StepSpec(
            command: .shell(
                """
                echo started > "\(gate.path)/at"
                until [ -e "\(gate.path)/go" ]; do read -t 0.05 _ < /dev/zero || true; done
                echo done > "$MARTLET_OUTPUTS/result"
                """), cache: false)
        let run = try await platform.client.call(
            Routes.submitRun, body: RunSubmission(project: "outlive", name: "long", step: step))
        _ = try await eventually("the step to compute") { gate.text("at").isEmpty ? nil : true }

        platform.kill()
        for _ in 0..<50 { #expect(try await Self.predict(at: gateway, platform) == "the model") }
        try gate.write("", to: "go")
        try await platform.start()
        let ended = try await platform.ended(run.id)
        #expect(ended.status == .succeeded, "\(ended.reason ?? "")")
        #expect(ended.attempt == 1)
        #expect(try await Self.predict(at: gateway, platform) == "the model")
    }

    private static func predict(at gateway: String, _ platform: Platform) async throws -> String {
        let request = HTTPRequest(
            .post, gateway + "/v1/endpoints/text/predict", headers: ["authorization": "Bearer \(platform.token)"],
            body: .bytes(Array("{}".utf8)))
        return String(decoding: try await HTTPTransport().send(request).body, as: UTF8.self)
    }
}
