import ArgumentParser
import Contract
import Kernel

/// Where the project's `martlet.yaml` lies.
struct FileOptions: ParsableArguments {
    /// Where it lies when nobody says otherwise.
    static let usual = "martlet.yaml"

    @Option(name: .shortAndLong, help: ArgumentHelp("The project's file.", valueName: "path"))
    var file: String = Self.usual

    /// The specification, when there is nothing wrong with it.
    ///
    /// - Throws: the exit code of `invalid`, after it has shown every issue with line and column.
    func project() throws -> ProjectSpec {
        let file = ProjectFile(text: try LocalFile.read(self.path))
        guard file.issues.isEmpty else {
            for issue in file.issues { Terminal.current.note(self.line(issue)) }
            throw ExitCode(FaultKind.invalid.exitCode)
        }
        return file.spec
    }

    /// `martlet.yaml:12:7: …`, as editors and compilers have it.
    func line(_ issue: YAMLIssue) -> String { Self.line(issue, in: self.file) }

    static func line(_ issue: YAMLIssue, in file: String) -> String {
        "\(file):\(issue.position.line):\(issue.position.column): \(issue.message.printable)"
    }

    /// The file's path, seen from the working directory of the terminal.
    var path: String { Self.absolute(self.file) }

    /// The folder that the file lies in: the source.
    var folder: String {
        guard let slash = self.path.utf8.lastIndex(of: 0x2F), slash != self.path.startIndex else { return "/" }
        return String(self.path[..<slash])
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") || path == "-" ? path : Terminal.current.folder + "/" + path
    }
}
