import Foundation
import MLflow
import Testing

/// `docs/reference/mlflow.md`: MLflow's routes, as its own server lists them, beside what this one does with each.
///
/// `MARTLET_WRITE_REFERENCE=1 swift test --filter MLflowTests.MLflowReference` writes the page anew.
@Suite struct MLflowReferenceTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let page = "docs/reference/mlflow.md"

    /// A list of `Tests/EndToEnd/mlflow`: routes of MLflow 3.17.2, taken from its protos and its server.
    private struct Section {
        let title: String
        let file: String
        let preface: String

        var rows: [Row] {
            MLflowReferenceTests.text("Tests/EndToEnd/mlflow/" + self.file).split(separator: "\n").map { line in
                let parts = line.split(separator: " ")
                return Row(method: String(parts[0]), path: String(parts[1]))
            }
        }
    }

    private struct Row: Hashable {
        let method: String
        let path: String

        /// The same route, whatever its parameters are called.
        var shape: String { self.method + " " + self.path.replacing(/\{[^}]*\}/, with: "{}") }
    }

    private static let sections = [
        Section(
            title: "Of its protos", file: "routes.txt",
            preface: "What `service.proto`, `model_registry.proto` and their kin bind to a path."),
        Section(
            title: "Beside them", file: "routes-beside.txt",
            preface: "What its server adds by hand, mostly for its own pages."),
        Section(
            title: "People with names and passwords", file: "routes-people.txt",
            preface: "With `--basic-auth` only; without it these are not there."),
    ]

    private static func text(_ path: String) -> String {
        (try? String(contentsOf: self.root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }

    private static func row(of route: MLflowRoute) -> Row {
        let prefix =
            switch route.prefix {
            case .version2: "/api/2.0"
            case .version3: "/api/3.0"
            case .root: ""
            }
        return Row(method: route.method, path: prefix + route.path)
    }

    private static func content(_ routes: [MLflowRoute]) -> String {
        let known = Dictionary(routes.map { (Self.row(of: $0).shape, $0) }) { first, _ in first }
        let refusals = routes.filter { $0.refusal != nil }.count
        var page = """
            # MLflow's routes

            What MLflow 3.17.2 serves and what Martlet does with it: \(routes.count - refusals) routes are answered, \(refusals) are known
            and refused with `NOT_IMPLEMENTED` (501), which no client repeats. Everything under `/api` is there again under `/ajax-api`.
            Filters and orders are in [mlflow-search.md](mlflow-search.md).

            Four families of its server are not there at all and are answered with 404: `/gateway` (calls of language models),
            `/ajax-api/3.0/mlflow/assistant`, `/ajax-api/3.0/jobs` and the registry of MCP servers; and its pages under `/`.

            """
        for section in Self.sections {
            page += "\n## \(section.title)\n\n\(section.preface)\n\n| route | answered | why not |\n|---|---|---|\n"
            for row in section.rows {
                let route = known[row.shape]
                let answer = route.map { $0.refusal.map { "no | \($0)" } ?? "yes |" } ?? "unknown |"
                page += "| `\(row.method) \(row.path)` | \(answer) |\n"
            }
        }
        let listed = Set(Self.sections.flatMap(\.rows).map(\.shape))
        let own = routes.map(Self.row(of:)).filter { !listed.contains($0.shape) }
        page += "\n## The same by another method or path\n\nAnswered though MLflow does not list them.\n\n"
        page += own.map { "- `\($0.method) \($0.path)`\n" }.sorted().joined()
        return page
    }

    @Test("every route of MLflow is answered or refused with a reason")
    func nothingIsUnknown() async throws {
        let known = Set(try await MLflowTableFixture().routes.map { Self.row(of: $0).shape })
        let unknown = Self.sections.flatMap(\.rows).filter { !known.contains($0.shape) }
        #expect(unknown.isEmpty, "\(unknown.map(\.shape))")
        #expect(Self.sections[0].rows.count == 187)
    }

    @Test("no route is there twice, also when its parameters have other names")
    func nothingIsTwice() async throws {
        let shapes = try await MLflowTableFixture().routes.map { Self.row(of: $0).shape }
        let twice = Dictionary(grouping: shapes) { $0 }.filter { $0.value.count > 1 }.keys
        #expect(twice.isEmpty)
    }

    @Test("mlflow.md says what the table of routes says")
    func isCurrent() async throws {
        let content = Self.content(try await MLflowTableFixture().routes)
        if ProcessInfo.processInfo.environment["MARTLET_WRITE_REFERENCE"] == "1" {
            let file = Self.root.appendingPathComponent(Self.page)
            try content.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            Self.text(Self.page) == content,
            "out of date: MARTLET_WRITE_REFERENCE=1 swift test --filter MLflowTests.MLflowReference")
    }
}
