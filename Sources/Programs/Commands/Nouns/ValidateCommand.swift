import ArgumentParser
import Contract
import Kernel

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a martlet.yaml and show everything that is wrong with it.",
        discussion: "Needs no control plane. Exit code 2 when there is something.")

    @Argument(help: ArgumentHelp("The file.", valueName: "path"))
    var file: String = "martlet.yaml"

    @Option(
        name: .shortAndLong, help: ArgumentHelp("How results are written: table, json or yaml.", valueName: "format"))
    var output: OutputFormat = .table

    /// One issue, for programs.
    private struct Issue: Encodable {
        var file: String
        var line: Int
        var column: Int
        var message: String
    }

    func run() throws {
        let terminal = Terminal.current
        let project = ProjectFile(text: try LocalFile.read(FileOptions.absolute(self.file)))
        let issues = project.issues.map {
            Issue(file: self.file, line: $0.position.line, column: $0.position.column, message: $0.message)
        }
        if self.output == .table {
            for issue in project.issues { terminal.line(FileOptions.line(issue, in: self.file)) }
            if issues.isEmpty { terminal.line(self.summary(project.spec)) }
        } else {
            try self.output.write(issues, to: terminal) { _ in "" }
        }
        if !issues.isEmpty { throw ExitCode(FaultKind.invalid.exitCode) }
    }

    private func summary(_ spec: ProjectSpec) -> String {
        let pipelines = spec.pipelines?.count ?? 0
        return "\(self.file) is right: \(Words.count(spec.steps.count, "step"))"
            + (pipelines == 0 ? "." : " and \(Words.count(pipelines, "pipeline")).")
    }
}
