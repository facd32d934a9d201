import ArgumentParser
import Contract
import Kernel

/// How results are written: for people, or as the API's own values for programs.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case table, json, yaml

    /// Writes `value` as JSON or YAML, or what `table` makes of it.
    func write(_ value: some Encodable, to terminal: Terminal, table: (Style) -> String) throws {
        switch self {
        case .table: terminal.out(table(Style(hasColor: terminal.outHasColor)))
        case .json: terminal.out(PrettyJSON.text(try JSONValue(utf8: try Wire.encode(value))) + "\n")
        case .yaml: terminal.out(YAMLWriter.text(try JSONValue(utf8: try Wire.encode(value))))
        }
    }
}

/// JSON for people: two spaces, keys sorted, empty things on one line.
enum PrettyJSON {
    static func text(_ value: JSONValue, indent: String = "") -> String {
        let inner = indent + "  "
        switch value {
        case .object(let fields) where !fields.isEmpty:
            let lines = fields.sorted { $0.key < $1.key }.map { key, value in
                "\(inner)\(Self.compact(.string(key))): \(Self.text(value, indent: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let items) where !items.isEmpty:
            let lines = items.map { inner + Self.text($0, indent: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        default: return Self.compact(value)
        }
    }

    static func compact(_ value: JSONValue) -> String { (try? Wire.text(value)) ?? "null" }
}

/// YAML in block style, keys sorted. Every text that another reader might take for something else is quoted.
enum YAMLWriter {
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .object, .array: self.block(value, indent: "").map { $0 + "\n" }.joined()
        default: self.scalar(value) + "\n"
        }
    }

    private static func block(_ value: JSONValue, indent: String) -> [String] {
        switch value {
        case .object(let fields) where !fields.isEmpty:
            fields.sorted { $0.key < $1.key }.flatMap { key, value in
                let name = indent + self.scalar(.string(key)) + ":"
                guard self.isBlock(value) else { return [name + " " + self.scalar(value)] }
                return [name] + self.block(value, indent: indent + "  ")
            }
        case .array(let items) where !items.isEmpty:
            items.flatMap { item in
                var lines =
                    self.isBlock(item) ? self.block(item, indent: indent + "  ") : [indent + "  " + self.scalar(item)]
                lines[0] = indent + "- " + lines[0].dropFirst(indent.count + 2)
                return lines
            }
        default: [indent + self.scalar(value)]
        }
    }

    private static func isBlock(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let fields): !fields.isEmpty
        case .array(let items): !items.isEmpty
        default: false
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        guard case .string(let text) = value, self.isSafe(text) else { return PrettyJSON.compact(value) }
        return text
    }

    /// Whether it can stand without quotes, in YAML 1.1 and 1.2 alike.
    private static func isSafe(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isLetter || first == 0x2F || first == 0x5F, text.utf8.last != 0x3A,
            text.utf8.allSatisfy({ $0.isLetter || (0x30...0x39).contains($0) || "-_./@+:".utf8.contains($0) })
        else { return false }
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"]
        return !words.contains(text.lowercased())
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}
