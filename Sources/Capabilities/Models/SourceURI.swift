import Contract

/// The parts of a version's source, and what they tell without looking anything up.
///
/// - Source: RFC 3986 as Python's `urllib.parse.urlsplit` reads it; MLflow 3.17, `server/handlers.py`.
struct SourceURI: Sendable, Hashable {
    let text: String
    /// In lower case; empty for a path.
    let scheme: String
    let authority: String
    /// As it was written, percent-encoded.
    let path: String

    init(_ text: String) {
        self.text = text
        var rest = text[...]
        self.scheme = Self.takeScheme(&rest)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            self.authority = String(rest[..<end])
            rest = rest[end...]
        } else {
            self.authority = ""
        }
        self.path = String(rest.prefix { $0 != "?" && $0 != "#" })
    }

    /// A path of the machine that the server runs on.
    var isLocal: Bool { self.scheme.isEmpty || self.scheme == "file" }

    /// Whether it is served by the artifact proxy of an MLflow server.
    var isProxied: Bool {
        if self.scheme == "mlflow-artifacts" { return true }
        guard self.scheme == "http" || self.scheme == "https" else { return false }
        return self.parts.contains(["api", "2.0", "mlflow-artifacts", "artifacts"])
    }

    /// Whether whoever fetches from it would connect to a host that the source's author chose.
    var isHostAddressed: Bool {
        Self.hostAddressed.contains(self.scheme) && !(self.scheme == "mlflow-artifacts" && self.authority.isEmpty)
    }

    private static let hostAddressed: Set<String> = [
        "ftp", "sftp", "hdfs", "viewfs", "http", "https", "mlflow-artifacts", "r2", "b2", "abfss",
    ]

    /// Whether it lies below `root`, both read without their encodings.
    func isWithin(_ root: String) -> Bool {
        let root = SourceURI(root)
        let (mine, theirs) = (self.parts, root.parts)
        return self.scheme == root.scheme && self.authority.lowercased() == root.authority.lowercased()
            && !theirs.isEmpty && mine.starts(with: theirs)
    }

    /// Whether it names one absolute path, however often it is decoded: no `..`, no NUL.
    var isPlain: Bool {
        let decoded = SourceURI(Self.decoded(self.text, plusIsSpace: true))
        guard !decoded.text.split(separator: "/", omittingEmptySubsequences: false).contains("..") else { return false }
        let path = "/" + decoded.path.split(separator: "/").joined(separator: "/")
        return decoded.path.hasPrefix("/") && path.count > 1 && !path.contains("\0")
            && ModelRules.resolved(path) == path
    }

    /// The parts of the path, each decoded until nothing is left to decode.
    private var parts: [String] {
        self.path.split(separator: "/").map { Self.decoded(String($0), plusIsSpace: false) }
    }

    private static func decoded(_ text: String, plusIsSpace: Bool) -> String {
        var text = text
        while true {
            let spaced = plusIsSpace ? String(text.map { $0 == "+" ? " " : $0 }) : text
            guard let next = PercentEncoding.decode(spaced), next != text else { return spaced }
            text = next
        }
    }

    private static func takeScheme(_ rest: inout Substring) -> String {
        guard let colon = rest.firstIndex(of: ":"), let first = rest.first, first.isASCII, first.isLetter,
            rest[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return "" }
        let scheme = rest[..<colon].lowercased()
        rest = rest[rest.index(after: colon)...]
        return scheme
    }
}

/// What a `models:/…` source means.
enum ModelURI: Sendable, Hashable {
    /// `models:/m-…`: a logged model, by its id.
    case logged(String)
    case version(model: String, version: Int)
    case alias(model: String, alias: String)
    /// The newest version that is there; of a stage, when one is named.
    case newest(model: String, stage: String?)

    /// Nil for what is none of these.
    init?(_ uri: SourceURI) {
        guard uri.path.hasPrefix("/") else { return nil }
        let parts = uri.path.drop { $0 == "/" }.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, name.contains(where: { !$0.isWhitespace }), parts.count <= 2 else { return nil }
        if parts.count == 2 {
            guard parts[1].contains(where: { !$0.isWhitespace }) else { return nil }
            if parts[1].allSatisfy(\.isWholeNumber), let number = Int(parts[1]) {
                self = .version(model: name, version: number)
            } else if parts[1].lowercased() == ModelRules.latest {
                self = .newest(model: name, stage: nil)
            } else {
                self = .newest(model: name, stage: parts[1])
            }
        } else if let at = name.lastIndex(of: "@") {
            let alias = name[name.index(after: at)...]
            guard alias.contains(where: { !$0.isWhitespace }) else { return nil }
            self = .alias(model: String(name[..<at]), alias: String(alias))
        } else {
            self = .logged(name)
        }
    }
}
