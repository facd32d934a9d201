import Console
import Contract
import ControlPlane
import Kernel
import Testing

@Suite("the pages")
struct ConsoleTests {
    /// Text that would be markup, script or a broken attribute if anything let it through.
    static let evil = "<script>alert('1')</script>\"'&"

    /// One of everything, each with hostile text.
    private struct OneOfEach: ConsoleSource {
        var openPrincipal: Principal?
        let run = ID<Run>(raw: 5)
        let pipeline = ID<PipelineRun>(raw: 6)

        func authenticate(_ token: String) async throws -> Principal {
            switch token {
            case "good": return Principal(name: ConsoleTests.evil, role: .viewer)
            case "machine": return Principal(name: "w", role: .worker)
            default: throw PlainFault(.unauthenticated, "The token is wrong.")
            }
        }

        private var aRun: Run {
            Run(
                id: self.run, project: evil, name: evil, user: evil, kind: .batch, status: .running, reason: evil,
                step: StepSpec(command: .shell(evil)), parameters: [evil: .string(evil)], inputs: [],
                residency: .only([evil]), outputResidency: .any, environment: evil, pipelineRun: self.pipeline,
                node: evil,
                attempt: 2, submittedAt: Timestamp(milliseconds: 0), startedAt: Timestamp(milliseconds: 1),
                cost: Money(nanodollars: 482))
        }

        func runs(limit: Int) async throws -> [Run] { [self.aRun] }
        func run(_ id: ID<Run>) async throws -> RunDetails {
            guard id == self.run else { throw PlainFault(.notFound, "There is no run \(id).") }
            let points = (0..<500).map {
                MetricPoint(name: evil, value: Double($0), step: Int64($0), at: Timestamp(milliseconds: 0))
            }
            let attempt = Attempt(
                id: ID(raw: 1), run: id, number: 1, lease: ID(raw: 2), worker: ID(raw: 3), environment: evil,
                status: .lost,
                reason: evil, claimedAt: Timestamp(milliseconds: 0), cost: .zero)
            return RunDetails(
                run: self.aRun, attempts: [attempt], metrics: points, costs: self.report,
                log: LogTail(bytes: Array((evil + "\u{0}\u{1b}[31m").utf8), skipped: 7))
        }
        func runCounts() async throws -> [RunStatus: Int] { [.running: 3] }
        func pipelineRuns(limit: Int) async throws -> [PipelineRun] { [try await self.pipelineRun(self.pipeline)] }
        func pipelineRun(_ id: ID<PipelineRun>) async throws -> PipelineRun {
            let nodes = [
                NodeRun(name: evil, node: evil, status: .succeeded, run: self.run, cost: .zero, needs: []),
                NodeRun(
                    name: "b", node: "b", status: .failed, reason: evil, environment: evil, cost: .zero, needs: [evil]),
                NodeRun(name: "c", node: "c", status: .waiting, cost: .zero, needs: ["b", "d"]),
                NodeRun(name: "d", node: "d", status: .waiting, cost: .zero, needs: ["c"]),
            ]
            return PipelineRun(
                id: id, project: evil, pipeline: evil, user: evil, status: .failed, reason: evil, nodes: nodes,
                startedAt: Timestamp(milliseconds: 0), cost: .zero)
        }
        func environments() async throws -> [EnvironmentStatus] {
            let environment = Environment(name: evil, provider: evil, region: evil, zones: [evil], store: evil)
            return [
                EnvironmentStatus(
                    environment: environment, pricePerSlotHour: .zero, workers: [], usedSlots: 0, usedServingSlots: 0)
            ]
        }
        func endpoints() async throws -> [EndpointStatus] {
            let revision = Revision(
                name: evil, model: evil, version: 1, step: StepSpec(command: .shell("x")), traffic: 100, replicas: 1)
            return [
                EndpointStatus(
                    endpoint: Endpoint(name: evil, project: evil, revisions: [revision]), replicas: [], steady: false,
                    createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0))
            ]
        }
        private var report: CostReport {
            CostReport(
                by: [.step], rows: [CostRow(key: [evil], amount: Money(nanodollars: 3))], total: Money(nanodollars: 3))
        }
        func costs(by dimensions: [CostDimension], pipelineRun: ID<PipelineRun>?) async throws -> CostReport {
            self.report
        }
        func comparison(of id: ID<PipelineRun>) async throws -> CostComparison {
            CostComparison(
                pipelineRun: id, actual: .zero, failedAttempts: Money(nanodollars: 1),
                alternatives: [.init(environment: evil, amount: .zero, allowed: false)])
        }
        func journal(limit: Int) async throws -> [JournalLine] {
            [
                JournalLine(
                    sequence: 1, at: Timestamp(milliseconds: 0), actor: evil, kind: evil, subject: evil, project: nil,
                    body: .null, hash: evil)
            ]
        }
        func change(after sequence: Int64) async -> Int64 { sequence + 1 }
    }

    private static func visit(
        _ method: String, _ path: String, cookie: String? = nil, body: String = "", open: Bool = false
    ) async throws -> (status: Int, headers: [String: String], text: String)? {
        let console = Console(
            source: OneOfEach(openPrincipal: open ? ControlPlane.localPrincipal : nil), time: ManualTime())
        let answer = try await console.answer(
            .init(method: method, path: path, cookie: cookie, body: Array(body.utf8)))
        guard let answer, case .bytes(let bytes) = answer.body else { return nil }
        return (answer.status, answer.headers, String(decoding: bytes, as: UTF8.self))
    }

    static let paths = ["/", "/runs/\(ID<Run>(raw: 5))", "/pipelines/\(ID<PipelineRun>(raw: 6))"]

    @Test("whatever the world calls itself, it is shown and not run", arguments: paths)
    func escaping(_ path: String) async throws {
        let page = try #require(try await Self.visit("GET", path, cookie: "x=1; martlet_token=good"))
        #expect(page.status == 200)
        #expect(!page.text.contains("<script>alert"))
        #expect(!page.text.contains("alert('1')"))
        #expect(page.text.contains("&lt;script&gt;alert(&#39;1&#39;)"))
        #expect(!page.text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" })
        // An attribute of ours that went through the escaping is one that no browser sees.
        #expect(!page.text.contains("=&quot;"))
        let policy = try #require(page.headers["content-security-policy"])
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
        // The policy forbids both, so neither may be needed.
        #expect(!page.text.contains(" style=") && !page.text.contains("<script>"))
    }

    @Test("every tag of a page is closed", arguments: paths)
    func balance(_ path: String) async throws {
        let page = try #require(try await Self.visit("GET", path, cookie: "martlet_token=good"))
        let void: Set<String> = ["meta", "link", "input", "path", "rect", "circle", "!doctype"]
        var open: [String] = []
        for piece in page.text.split(separator: "<").dropFirst() {
            let tag = piece.prefix { $0 != ">" }
            let name = tag.prefix { $0 != " " && $0 != "/" && $0 != "\n" }
            if tag.hasPrefix("/") {
                #expect(open.popLast() == String(tag.dropFirst()))
            } else if !void.contains(name.lowercased()), !tag.hasSuffix("/") {
                open.append(String(name))
            }
        }
        #expect(open.isEmpty)
    }

    @Test("nobody sees a page without a person's token, unless the server asks for none", arguments: paths)
    func login(_ path: String) async throws {
        for cookie in [nil, "martlet_token=bad", "martlet_token=machine", "other=good", "martlet_token=", ";;="] {
            let page = try #require(try await Self.visit("GET", path, cookie: cookie))
            #expect(page.status == 303)
            #expect(page.headers["location"] == "/login")
        }
        #expect(try await Self.visit("GET", path, open: true)?.status == 200)
    }

    @Test("a good token is kept in a cookie that scripts and other sites cannot use; a bad one is refused in words")
    func cookie() async throws {
        let good = try #require(try await Self.visit("POST", "/login", body: "token=+good%0A"))
        #expect(good.status == 303)
        let cookie = try #require(good.headers["set-cookie"])
        #expect(
            cookie.hasPrefix("martlet_token=good;") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict")
        )
        let bad = try #require(try await Self.visit("POST", "/login", body: "token=bad"))
        #expect(bad.status == 401)
        #expect(bad.text.contains("The token is wrong."))
        #expect(try await Self.visit("POST", "/login", body: "token=machine")?.status == 403)
        for body in ["", "token=", "token=a%0d%0aset-cookie:x=1;y", "token=a;b", "x=1"] {
            let refused = try #require(try await Self.visit("POST", "/login", body: body))
            #expect(refused.status >= 400, "\(body)")
            #expect(refused.headers["set-cookie"] == nil)
        }
        #expect(try await Self.visit("POST", "/logout")?.headers["set-cookie"]?.contains("Max-Age=0") == true)
    }

    @Test("what is not there is a page that says so, and what is no page is none")
    func missing() async throws {
        let run = try await Self.visit("GET", "/runs/\(ID<Run>(raw: 99))", open: true)
        #expect(run?.status == 404)
        #expect(run?.text.contains("There is no run") == true)
        for path in ["/runs", "/runs/x", "/nothing", "/runs/a/b", "/pipelines/\(ID<Run>(raw: 1))"] {
            #expect(try await Self.visit("GET", path, open: true) == nil, "\(path)")
        }
        #expect(try await Self.visit("DELETE", "/", open: true) == nil)
    }

    @Test("amounts that round to zero are shown in full")
    func money() async throws {
        let page = try #require(try await Self.visit("GET", "/", open: true))
        #expect(page.text.contains("$0.000000482"))
    }
}

private let evil = ConsoleTests.evil
