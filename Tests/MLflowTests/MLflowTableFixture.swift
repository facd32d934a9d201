import Access
import Contract
import Database
import Digest
import Foundation
import Journal
import Kernel
import Logging
import MLflow
import Models
import Tracking

/// The whole table of routes, over capabilities of which none is called.
struct MLflowTableFixture {
    let routes: [MLflowRoute]

    private struct Nobody: StepRuns, AttemptOwners, WebhookTransport {
        func run(_ id: ID<Run>, in reader: any Reading) throws -> Run? { nil }
        func run(of attempt: ID<Attempt>, fence: Int, worker: Principal, in reader: any Reading) throws -> ID<Run> {
            throw PlainFault(.notFound, "There are no attempts.")
        }
        func addresses(of host: String) async throws -> [NetworkAddress] { [] }
        func post(
            _ message: WebhookMessage, host: String, at address: NetworkAddress, within deadline: TimeSpan
        ) async throws -> WebhookAnswer { throw PlainFault(.unavailable, "Nobody listens.") }
    }

    init() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/mlflow-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try Database(path: folder + "/test.sqlite", logger: Logger(label: "test"))
        defer { database.close() }
        try await database.migrate(Journal.migrations)
        let journal = try await Journal(database: database, headFile: folder + "/head", key: .random())
        let (time, nobody) = (SystemTime(), Nobody())
        let experiments = Experiments(database: database, journal: journal, time: time, workingFolder: folder)
        let runs = TrackedRuns(
            database: database, journal: journal, time: time, experiments: experiments, steps: nobody)
        let metrics = Metrics(database: database, owners: nobody, steps: runs)
        let artifacts = MLflowArtifacts(
            time: time, origin: .asked(own: { "http://own:1" }),
            roots: MLflowArtifactRoots(run: { _ in nil }, loggedModel: { _ in "" }, modelVersion: { _, _ in "" })
        ) { throw PlainFault(.notFound, "There is no store.") }
        self.routes =
            MLflowTable(
                experiments: experiments, experimentSearch: ExperimentSearch(database: database), runs: runs,
                runSearch: RunSearch(database: database, metrics: metrics), metrics: metrics,
                loggedModels: LoggedModels(database: database, journal: journal, time: time),
                traces: Traces(database: database, journal: journal, time: time),
                datasets: EvaluationDatasets(database: database, journal: journal, time: time),
                scorers: Scorers(database: database, journal: journal, time: time),
                models: Models(database: database, journal: journal, time: time),
                webhooks: Webhooks(
                    database: database, journal: journal, time: time, key: .random(), policy: WebhookPolicy(),
                    transport: nobody),
                artifacts: artifacts
            ).routes + MLflowTable.routes(of: Users(database: database, journal: journal, time: time, rounds: 2))
    }
}
