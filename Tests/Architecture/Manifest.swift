import Foundation
import Testing

/// Package.swift as text: who depends on whom there must be who may import whom in the files.
@Suite struct Manifest {
    /// The targets that a manifest declares, with the names of our own targets they depend on.
    static func dependencies(in text: String) -> [String: Set<String>] {
        let code = text.replacing(#/\/\/.*/#, with: "")
        let groups = Dictionary(
            code.matches(of: #/let (\w+): \[Target\.Dependency\] =((?:[^\[\]]*)\[(?:[^\]]*)\])/#).map {
                (String($0.1), $0.2)
            },
            uniquingKeysWith: { $1 })
        func names(_ part: Substring, depth: Int = 0) -> Set<String> {
            let quoted = part.matches(of: #/"(\w+)"/#).map { String($0.1) }
            let named = groups.filter { part.contains(try! Regex("\\b\($0.key)\\b")) && depth < 3 }
                .reduce(into: Set<String>()) { $0.formUnion(names($1.value, depth: depth + 1)) }
            return named.union(quoted)
        }
        let floors: [String: Set<String>] = [
            "kernel": [], "contract": ["Kernel"], "machinery": ["Kernel"], "cloud": ["Kernel"], "pure": names("ground"),
            "capability": names("machinery"), "program": names("ground"), "executable": names("ground"),
        ]
        var found: [String: Set<String>] = [:]
        for call in code.matches(
            of: #/^ {8}(kernel|contract|machinery|cloud|pure|capability|program|executable)\(\s*"(\w+)"([^)]*)\)/#
                .anchorsMatchLineEndings())
        {
            found[String(call.2)] = names(call.3).union(floors[String(call.1)] ?? []).intersection(Arrows.own)
        }
        for call in code.matches(
            of: #/\.(?:t|executableT)arget\(\s*name: "(\w+)",\s*dependencies: ([^\]]*\])/#.anchorsMatchLineEndings())
        {
            found[String(call.1)] = names(call.2).intersection(Arrows.own)
        }
        return found
    }

    @Test("dependencies in the manifest follow the arrows")
    func arrows() {
        let found = Self.dependencies(in: SourceTree.text("Package.swift"))
        #expect(
            Set(Arrows.allowed.keys).subtracting(found.keys) == [], "targets the reader of Package.swift does not find")
        for (target, dependencies) in found where target != "Conformance" {
            let extra = dependencies.subtracting(Arrows.allowed[target] ?? []).subtracting([target])
            #expect(extra.isEmpty, "\(target) depends on \(extra.sorted())")
        }
    }

    @Test("a wrong dependency in the manifest is caught")
    func mutation() {
        let text = SourceTree.text("Package.swift").replacing(
            "pure(\"Placement\")", with: "pure(\"Placement\", \"Runs\")")
        #expect(Self.dependencies(in: text)["Placement"]?.contains("Runs") == true)
        #expect(
            Self.dependencies(in: text)["Serving"]?.isSuperset(of: ["Kernel", "Database", "Runs", "Models"]) == true)
    }

    @Test("a folder in the tree is a target, and a target is a folder")
    func folders() {
        let targets = Set(SourceTree.house.sources.map(\.target))
        #expect(targets == Set(Arrows.allowed.keys))
    }
}
