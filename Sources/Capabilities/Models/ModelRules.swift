package import Contract

/// What registered models, their tags, aliases and stages may be called. Nothing else is refused: clients choose names with
/// spaces, capitals and letters of every script.
///
/// Source: MLflow 3.17, `utils/validation.py`. The bound of a name is its database's.
package enum ModelRules {
    /// In characters (Unicode scalars, as all limits here).
    package static let maximumName = 256
    package static let maximumTagKey = 250
    package static let maximumTagValue = 100_000
    package static let maximumAlias = 255
    /// Tags that come with one request.
    package static let maximumTags = 1000
    /// A description or a source: far above any that people write.
    package static let maximumText = 1 << 20

    package static func checkName(_ name: String, field: String = "name") throws(ModelRuleError) {
        guard name.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw .missing(field: field)
        }
        if name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }) {
            throw .separatorInName(name)
        }
        try self.checkPath(name, field: "name")
        try self.checkLength(name, field: "name", limit: self.maximumName)
    }

    package static func checkTag(_ key: String, _ value: String) throws(ModelRuleError) {
        try self.checkTagKey(key)
        try self.checkLength(key, field: "key", limit: self.maximumTagKey)
        if key == PromptTag.text, value.unicodeScalars.count > self.maximumTagValue {
            throw .promptTooLong(limit: self.maximumTagValue)
        }
        try self.checkLength(value, field: "value", limit: self.maximumTagValue)
    }

    /// Of a tag that is to go.
    package static func checkTagKey(_ key: String) throws(ModelRuleError) {
        guard key.unicodeScalars.allSatisfy({ Self.isWord($0) || "/.- :".unicodeScalars.contains($0) }) else {
            throw .characters(key, field: "key")
        }
        try self.checkPath(key, field: "key")
    }

    /// Of one that is looked up or removed.
    package static func checkAlias(_ alias: String) throws(ModelRuleError) {
        guard !alias.isEmpty else { throw .emptyAlias }
        guard alias.unicodeScalars.allSatisfy({ Self.isWord($0) || $0 == "-" }) else { throw .aliasCharacters(alias) }
        try self.checkLength(alias, field: "Registered model alias name", limit: self.maximumAlias)
    }

    /// Of one that is set: `latest` and `v3` mean versions already.
    package static func checkNewAlias(_ alias: String) throws(ModelRuleError) {
        try self.checkAlias(alias)
        if alias.lowercased() == Self.latest { throw .aliasLatest }
        let rest = alias.unicodeScalars.dropFirst()
        if alias.first == "v" || alias.first == "V", !rest.isEmpty,
            rest.allSatisfy({ $0.properties.numericType == .decimal })
        {
            throw .aliasVersion(alias)
        }
    }

    /// The alias that everybody has: the newest version.
    package static let latest = "latest"

    /// The stage that a text means, whatever its case.
    package static func stage(_ text: String) throws(ModelRuleError) -> ModelStage {
        guard let stage = ModelStage.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw .noStage(text)
        }
        return stage
    }

    package static func checkText(_ text: String?, field: String) throws(ModelRuleError) {
        guard let text, text.utf8.count > self.maximumText else { return }
        throw .tooLong(field: field, limit: self.maximumText)
    }

    private static func checkLength(_ text: String, field: String, limit: Int) throws(ModelRuleError) {
        if text.unicodeScalars.count > limit { throw .tooLong(field: field, limit: limit) }
    }

    private static func checkPath(_ text: String, field: String) throws(ModelRuleError) {
        let resolved = self.resolved(text)
        if resolved != text || resolved == "." || resolved.hasPrefix("..") || resolved.hasPrefix("/") {
            throw .unstable(text, field: field, resolved: resolved)
        }
    }

    /// The path without `.`, `..` and doubled slashes, as POSIX has it: two leading slashes stay two.
    static func resolved(_ path: String) -> String {
        guard !path.isEmpty else { return "." }
        let slashes = path.prefix { $0 == "/" }.count
        let root = slashes == 2 ? "//" : slashes > 0 ? "/" : ""
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || root.isEmpty {
                parts.append(part)
            }
        }
        let text = root + parts.joined(separator: "/")
        return text.isEmpty ? "." : text
    }

    /// A letter or number of any script, or an underscore.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "_" || scalar.properties.numericType != nil { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }
}

/// The tags by which MLflow's clients keep prompts in the registry.
package enum PromptTag {
    /// `true` on a registered model, and on each of its versions, that is a prompt.
    package static let isPrompt = "mlflow.prompt.is_prompt"
    /// The template.
    package static let text = "mlflow.prompt.text"
    package static let type = "_mlflow_prompt_type"

    /// Whether tags say that what they are on is a prompt.
    package static func marks(_ tags: [String: String]) -> Bool { tags[self.isPrompt]?.lowercased() == "true" }
}
