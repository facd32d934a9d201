import Kernel

extension ProjectSpec {
    /// The longest name of anything.
    static let maximumName = 100
    /// The longest name of a project, which may be that of a folder.
    static let maximumProject = 200

    /// Everything that is wrong with it, all at once, in the order of its parts.
    ///
    /// The only validator there is: the command line shows what it says with line and column, the server refuses with it.
    package func validate() -> [SpecIssue] {
        var issues = IssueCollector(path: [])
        if !(1...Self.maximumProject).contains(self.project.utf8.count) || !Self.isPrintable(self.project) {
            issues.add(
                "A project's name has 1 to \(Self.maximumProject) printable characters. Write another name.",
                at: "project")
        }
        for (name, step) in self.steps.sorted(by: { $0.key < $1.key }) {
            issues.add(contentsOf: Self.check(name: name, of: "step", path: ["steps", name]))
            issues.add(contentsOf: step.validate(path: ["steps", name]))
        }
        for (name, pipeline) in (self.pipelines ?? [:]).sorted(by: { $0.key < $1.key }) {
            issues.add(contentsOf: Self.check(name: name, of: "pipeline", path: ["pipelines", name]))
            issues.add(contentsOf: pipeline.validate(steps: self.steps, path: ["pipelines", name]))
        }
        return issues.issues
    }

    /// Names that stand in references such as `prepare.split` and `train[small]`, and in addresses.
    static func check(name: String, of noun: String, path: [String]) -> [SpecIssue] {
        if (1...Self.maximumName).contains(name.utf8.count), name.utf8.allSatisfy(Self.isPlain), name.first != "-" {
            return []
        }
        return [
            SpecIssue(
                path: path,
                message:
                    "'\(name)' cannot be the name of a \(noun). Use 1 to \(Self.maximumName) letters, digits, '-' and '_', no '-' first."
            )
        ]
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 95: true
        default: false
        }
    }

    static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 32 && $0 != 127 } }
}

extension JSONValue {
    /// Whether `value` may stand where this default stands: of the same type, a whole number for a number, anything for null.
    package func accepts(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.null, _), (.bool, .bool), (.integer, .integer), (.number, .number), (.number, .integer),
            (.string, .string),
            (.array, .array), (.object, .object):
            true
        default: false
        }
    }

    /// What a person calls its type.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "a map"
        }
    }
}
