import ArgumentParser
import Foundation
import Kernel

/// `make bench`: measures the built programs and their peers, prints one table and writes it to a file.
///
/// Every figure of ours and of a peer that was installed is measured in this run, from the outside: processes by what the
/// kernel counted for them (`ChildProcess`), servers by their own API over HTTP. What could not be measured is left out with
/// its reason. Figures that others published stand in a column of their own and are never mixed with the rest.
///
/// It knows the control plane through `Client` and `Contract` only. Everything is bounded: each measure by a count, each wait
/// by a deadline. On a machine that does other work too the times are pessimistic; the load is printed with them.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet-bench", abstract: "Measures martletd, martlet and their peers.")

    @Option(help: "The folder that holds martletd and martlet.")
    var programs: String

    @Option(help: "The folder that holds one Python environment for each peer.")
    var peers: String

    @Option(help: "The Markdown file to write; none when absent.")
    var output: String?

    @Option(help: "What is measured, such as a commit.")
    var commit = "unknown"

    @Option(help: "Only these suites: \(Suite.allCases.map(\.rawValue).joined(separator: ", ")).")
    var only: [Suite] = []

    @Flag(
        help: ArgumentHelp("Make one large plan and end; how the memory of planning is measured.", visibility: .hidden))
    var planOnce = false

    @Option(help: "Runs in the database when listings are measured; also how many are dispatched.")
    var runs = 100_000

    func validate() throws {
        guard (1000...1_000_000).contains(self.runs) else {
            throw ValidationError("--runs is between 1000 and 1000000.")
        }
    }

    func run() async throws {
        if self.planOnce { return PlacementSuite.planOnce() }
        signal(SIGPIPE, SIG_IGN)
        let machine = Machine.observe()
        print("\(machine.summary), \(self.commit)\n")
        let bench = Bench(
            programs: Programs(folder: self.programs), peers: Peers(folder: self.peers), runs: self.runs,
            suites: self.only.isEmpty ? Set(Suite.allCases) : Set(self.only))
        let rows = try await bench.measure()
        print(Table(rows: rows).plain)
        guard let output else { return }
        let document = Document(rows: rows, machine: machine, commit: self.commit)
        try Data(document.markdown.utf8).write(to: URL(fileURLWithPath: output))
        print("Written to \(output)")
    }
}

/// What can be measured by itself.
enum Suite: String, CaseIterable, ExpressibleByArgument {
    /// CPU time of short commands.
    case commands
    /// Start and memory of the server.
    case server
    /// From a submission to its command running.
    case latency
    /// Runs through claim and commit.
    case dispatch
    /// Listings over many runs.
    case pages
    /// Where everything would run.
    case placement
    /// Jobs with a deadline on machines that come and go.
    case spot
    /// Metrics through MLflow's routes.
    case tracking
}
