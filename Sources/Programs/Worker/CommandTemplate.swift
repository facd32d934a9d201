package import Contract
package import Kernel

/// Turns a step's command into the argument vector that is executed: `{parameters.x}` becomes the value of `x`.
///
/// In an argument vector a value goes into its argument as it is, since no shell reads it. In a shell text it is quoted
/// wherever it has a character the shell might act on, so that no value can become a command.
package struct CommandTemplate: Sendable {
    private static let opening = "{parameters."
    /// What starts `/bin/sh -c`.
    package static let shell = "/bin/sh"

    private let command: Command

    package init(_ command: Command) { self.command = command }

    /// - Throws: `invalid`, naming a parameter that has no value, or for a command without words.
    package func arguments(_ parameters: [String: JSONValue]) throws(PlainFault) -> [String] {
        switch self.command {
        case .shell(let text):
            return [Self.shell, "-c", try Self.substitute(text, parameters, quoted: true)]
        case .arguments(let words):
            guard !words.isEmpty else { throw PlainFault(.invalid, "The command has no words. Name a program to run.") }
            var arguments: [String] = []
            for word in words { arguments.append(try Self.substitute(word, parameters, quoted: false)) }
            return arguments
        }
    }

    private static func substitute(
        _ text: String, _ parameters: [String: JSONValue], quoted: Bool
    ) throws(PlainFault) -> String {
        let marker = Array(Self.opening.utf8)
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index...].starts(with: marker),
                let end = bytes[(index + marker.count)...].firstIndex(of: UInt8(ascii: "}"))
            else {
                out.append(bytes[index])
                index += 1
                continue
            }
            let name = String(decoding: bytes[(index + marker.count)..<end], as: UTF8.self)
            guard let value = parameters[name] else { throw Self.unknown(name, among: parameters) }
            out += (quoted ? Self.quote(value.plain) : value.plain).utf8
            index = end + 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func unknown(_ name: String, among parameters: [String: JSONValue]) -> PlainFault {
        let known = parameters.keys.sorted().joined(separator: ", ")
        return PlainFault(
            .invalid,
            "The command uses {parameters.\(name)}, which the run does not have. "
                + (known.isEmpty ? "It has no parameters." : "Its parameters are: \(known)."))
    }

    /// For `sh`: as it is when every character is harmless, else in single quotes.
    package static func quote(_ text: String) -> String {
        let harmless = text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: Array("_@%+=:,./-".utf8).contains(byte)
            }
        }
        if harmless, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\"'\"'") + "'"
    }
}
