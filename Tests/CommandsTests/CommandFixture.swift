import Contract
import Foundation
import Hummingbird
import Kernel
import Logging
import NIOCore
import Synchronization

@testable import Commands

/// What a command line wrote, and how it ended.
struct Outcome: Sendable {
    var code: Int32
    var out: String
    var err: String
}

/// A person's surroundings: a folder of their own, a home of their own, and what they type.
final class Surroundings: Sendable {
    let folder: String
    let variables: Mutex<[String: String]>
    let typed: Mutex<[String]>

    init(folder: String, server: String) {
        self.folder = folder
        self.variables = Mutex(["HOME": folder + "/home", "MARTLET_SERVER": server])
        self.typed = Mutex([])
    }

    func run(_ arguments: String...) async -> Outcome { await self.run(arguments) }

    func run(_ arguments: [String]) async -> Outcome {
        let out = Mutex("")
        let err = Mutex("")
        let terminal = Terminal(
            out: { text in out.withLock { $0 += text } }, err: { text in err.withLock { $0 += text } },
            readLine: { _ in self.typed.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
            variables: self.variables.withLock { $0 }, folder: self.folder)
        let code = await Terminal.$current.withValue(terminal) { await Martlet.run(arguments) }
        return Outcome(code: code, out: out.withLock { $0 }, err: err.withLock { $0 })
    }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: self.folder + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: self.folder + "/" + name), encoding: .utf8)
    }
}

/// Runs a server of the given routes on a free port, and gives the surroundings in which commands find it.
func withControlPlane(
    _ routes: (Router<BasicRequestContext>) throws -> Void,
    _ body: @escaping @Sendable (Surroundings) async throws -> Void
) async throws {
    let router = Router()
    try routes(router)
    let (ports, found) = AsyncStream<Int>.makeStream()
    let application = Application(
        router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { channel in
            found.yield(channel.localAddress?.port ?? 0)
            found.finish()
        }, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        .resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await withThrowingTaskGroup { group in
        group.addTask { try await application.run() }
        for await port in ports {
            try await body(Surroundings(folder: folder.path, server: "http://127.0.0.1:\(port)"))
        }
        group.cancelAll()
        // What the server says of its cancellation is of no interest.
        while let _ = await group.nextResult() {}
    }
}

extension Router {
    /// Answers `path` with the JSON of what `make` returns.
    func answer(
        _ method: Contract.HTTPMethod, _ path: RouterPath,
        _ make: @escaping @Sendable (Request, Context) async throws -> any Encodable & Sendable
    ) {
        self.on(path, method: .init(method.rawValue) ?? .get) { request, context in
            do { return Response.json(try await make(request, context)) } catch let fault as PlainFault {
                let body = ErrorBody(error: .init(kind: fault.kind, message: fault.message, reference: "r"))
                return Response.json(body, status: fault.kind.httpStatus)
            }
        }
    }
}

extension Request {
    func decoded<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        try Wire.decode(type, from: Array(try await self.body.collect(upTo: 32 << 20).readableBytesView))
    }

    func query(_ name: Substring) -> String? { self.uri.queryParameters[name].map(String.init) }
}

extension Response {
    static func json(_ value: any Encodable, status: Int = 200) -> Response {
        Response(
            status: .init(code: status), body: .init(byteBuffer: ByteBuffer(bytes: (try? Wire.encode(value)) ?? [])))
    }
}

enum Samples {
    static func run(_ raw: UInt128, _ status: RunStatus, cost: Int64 = 0, reason: String? = nil) -> Run {
        Run(
            id: ID(raw: raw), project: "demo", name: "train", user: "ada", kind: .batch, status: status, reason: reason,
            step: StepSpec(command: .arguments(["python", "my train.py"])), parameters: ["lr": 0.5], inputs: [],
            residency: .any,
            outputResidency: .any, environment: status == .queued ? nil : "onprem", attempt: status == .queued ? 0 : 1,
            submittedAt: Timestamp(milliseconds: 1_767_225_600_000),
            startedAt: status == .queued ? nil : Timestamp(milliseconds: 1_767_225_601_000),
            endedAt: status.isTerminal ? Timestamp(milliseconds: 1_767_225_603_500) : nil,
            cost: Money(nanodollars: cost))
    }

    static func pipeline(_ status: PipelineStatus, _ node: NodeStatus) -> PipelineRun {
        PipelineRun(
            id: ID(raw: 9), project: "demo", pipeline: "main", user: "ada", status: status,
            nodes: [
                NodeRun(
                    name: "train", node: "train", status: node, reason: node == .failed ? "exit code 3" : nil,
                    run: ID(raw: 1),
                    environment: "onprem", cost: Money(nanodollars: 5), needs: [],
                    startedAt: Timestamp(milliseconds: 0),
                    endedAt: node.isTerminal ? Timestamp(milliseconds: 1500) : nil)
            ], startedAt: Timestamp(milliseconds: 0), endedAt: status.isTerminal ? Timestamp(milliseconds: 2000) : nil,
            cost: Money(nanodollars: 5))
    }
}
