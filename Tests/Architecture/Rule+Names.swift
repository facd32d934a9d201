extension Rule {
    private static let banned = ["Utils", "Util", "Helper", "Helpers", "Common", "Manager", "Misc", "Base"]

    static let names: [Rule] = [
        Rule(
            "names say what a thing is",
            catches: [
                SourceFile(path: "Sources/Kernel/StringUtils.swift", text: ""),
                SourceFile(path: "Sources/Kernel/A.swift", text: "struct RunManager {}"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "package final class BaseDriver {}"),
            ],
            allows: [
                SourceFile(path: "Sources/Kernel/ID.swift", text: "enum Base32 {}\nlet manager = FileManager.default"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "enum Database {}"),
            ]
        ) { file in
            let words = { (name: Substring) in name.matches(of: #/[A-Z]+(?![a-z])|[A-Z][a-z0-9]*/#).map { String($0.0) }
            }
            let inFileName =
                words(file.name[...]).contains(where: Rule.banned.contains)
                ? [Breach(line: 1, what: "the file's name says nothing")] : []
            return inFileName
                + file.codeLines.enumerated().compactMap { offset, line in
                    guard let match = line.firstMatch(of: #/\b(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)/#),
                        words(match.1).contains(where: Rule.banned.contains)
                    else { return nil }
                    return Breach(line: offset + 1, what: "\(match.1) says nothing")
                }
        },
        Rule(
            "a file is named after what is in it",
            catches: [SourceFile(path: "Sources/Kernel/Money.swift", text: "struct Cash {}")],
            allows: [
                SourceFile(path: "Sources/Kernel/Money.swift", text: "package struct Money {}"),
                SourceFile(path: "Sources/Kernel/Money+Codable.swift", text: "extension Money: Codable {}"),
            ]
        ) { file in
            let exempt = ["main", "Wiring", "Clocks", "RoutePayloads"]
            guard !file.isTest, !file.name.contains("+"), !exempt.contains(file.name), !file.name.hasSuffix("Ports")
            else { return [] }
            let named = file.code.matches(of: #/\b(?:struct|class|enum|protocol|actor|extension|func)\s+(\w+)/#)
                .contains { $0.1.lowercased().hasPrefix(file.name.lowercased()) }
            let onlyExtends = !file.code.contains(
                #/^(?:\w+ )*(?:struct|class|enum|protocol|actor) /#.anchorsMatchLineEndings())
            return named || onlyExtends ? [] : [Breach(line: 1, what: "no type named \(file.name)")]
        },
    ]
}
