import Contract
import Kernel

/// What `martlet login` keeps: which control plane, and the token for it. Mode 0600.
struct Settings: Codable, Sendable, Hashable {
    var server: String
    var token: String?
    /// Instead of the token, where it lies: `martlet up` is there before its token is.
    var tokenFile: String?

    init(server: String, token: String? = nil, tokenFile: String? = nil) {
        self.server = server
        self.token = token
        self.tokenFile = tokenFile
    }

    /// `$XDG_CONFIG_HOME/martlet/config.json`, by default `~/.config/martlet/config.json`.
    static func path(_ variables: [String: String]) -> String {
        if let folder = variables["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return folder + "/martlet/config.json" }
        return (variables["HOME"] ?? "/root") + "/.config/martlet/config.json"
    }

    /// Nil when nobody logged in.
    static func load(_ variables: [String: String]) throws -> Settings? {
        let path = self.path(variables)
        guard LocalFile.exists(path) else { return nil }
        do { return try Wire.decode(text: try LocalFile.read(path)) } catch {
            throw PlainFault(.invalid, "'\(path)' cannot be used: \(error.message) Log in again with 'martlet login'.")
        }
    }

    func save(_ variables: [String: String]) throws {
        try LocalFile.writeSecret(try Wire.text(self) + "\n", to: Self.path(variables))
    }
}

/// Which control plane a command speaks to, and as whom.
struct Connection: Sendable {
    /// Where `martletd` listens when it is not told otherwise.
    static let defaultServer = "http://127.0.0.1:7070"

    let server: String
    let token: String?

    /// What is given at the command, else in the environment, else what `martlet login` kept.
    ///
    /// The kept token goes to the kept server only.
    init(server: String?, tokenFile: String?, variables: [String: String]) throws {
        func given(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        let explicit = server ?? given("MARTLET_SERVER")
        let token = try tokenFile.map { try Self.token(inFile: $0) } ?? given("MARTLET_TOKEN")
        let kept = explicit == nil || token == nil ? try Settings.load(variables) : nil
        self.server = try Self.checked(explicit ?? kept?.server ?? Self.defaultServer)
        if token == nil, let kept, Self.isSame(kept.server, self.server) {
            self.token = try kept.token ?? kept.tokenFile.map { try Self.token(inFile: $0) }
        } else {
            self.token = token
        }
    }

    /// - Throws: `invalid` for what is not an address.
    static func checked(_ server: String) throws(PlainFault) -> String {
        var text = server[...]
        while text.hasSuffix("/") { text.removeLast() }
        let rest = text.hasPrefix("http://") ? text.dropFirst(7) : text.hasPrefix("https://") ? text.dropFirst(8) : ""
        guard !rest.isEmpty, !rest.contains(where: { $0.isWhitespace || "/?#@".contains($0) }) else {
            throw PlainFault(.invalid, "'\(server)' is not an address. Write one such as \(Self.defaultServer).")
        }
        return String(text)
    }

    static func token(inFile path: String) throws -> String {
        let text = try LocalFile.read(path)
        let token = text.filter { !$0.isWhitespace }
        guard !token.isEmpty else { throw PlainFault(.invalid, "The file '\(path)' holds no token. Put one in it.") }
        return token
    }

    private static func isSame(_ a: String, _ b: String) -> Bool { (try? Self.checked(a)) == (try? Self.checked(b)) }
}
