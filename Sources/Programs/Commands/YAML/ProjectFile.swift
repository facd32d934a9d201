import Contract
import Kernel

/// A `martlet.yaml` as it was read: the specification, and everything that is wrong with the file, by line and column.
struct ProjectFile {
    /// Of no use while there are issues.
    let spec: ProjectSpec
    /// By position.
    let issues: [YAMLIssue]

    init(text: String) {
        let documents: [YAMLNode]
        do { documents = try YAMLParser.documents(text) } catch {
            self.spec = ProjectSpec(project: "", steps: [:])
            self.issues = [error.issue]
            return
        }
        var reader = YAMLReader()
        if documents.count > 1 {
            reader.note("The file has more than one document. Keep one, without '---'.", at: documents[1].position)
        }
        guard let root = documents.first else {
            reader.note("The file is empty. Begin with 'project:' and 'steps:'.", at: .start)
            self.spec = ProjectSpec(project: "", steps: [:])
            self.issues = reader.issues
            return
        }
        let spec = reader.project(root)
        let found = spec.validate().map { YAMLIssue(position: root.position(of: $0), message: $0.message) }
        // What could not be read is missing in the specification too, and is told once.
        let told = Set(reader.issues.map(\.position))
        self.spec = spec
        self.issues = (reader.issues + found.filter { !told.contains($0.position) }).sorted {
            ($0.position, $0.message) < ($1.position, $1.message)
        }
    }
}

extension YAMLNode {
    /// Where an issue of the specification stands in the file: JSON's names are looked up as they are, then in kebab-case.
    func position(of issue: SpecIssue) -> YAMLPosition {
        var node = self
        var position = self.position
        for (index, part) in issue.path.enumerated() {
            if let items = node.items, let number = Int(part), items.indices.contains(number) {
                node = items[number]
                position = node.position
            } else if let item = node.items?.first(where: { $0.text == part }) {
                // A name in a list of names.
                node = item
                position = node.position
            } else if let pair = node[part] ?? node[part.kebab] {
                let isValue = index == issue.path.count - 1 && !issue.concernsName && pair.value.text?.isEmpty == false
                position = isValue ? pair.value.position : pair.position
                node = pair.value
            } else {
                break
            }
        }
        return position
    }
}

extension String {
    /// `onFailure` as it is written in YAML: `on-failure`.
    var kebab: String {
        var out = ""
        for character in self {
            if character.isUppercase { out.append("-") }
            out.append(contentsOf: character.lowercased())
        }
        return out
    }
}
