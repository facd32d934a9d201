package import Contract
package import Digest
package import Kernel

/// Tokens of runs: what a command that Martlet executes shows to MLflow's API.
///
/// A token says the run, its user and when it ends, and carries a code that only the control plane can make (HMAC-SHA-256), so
/// that none is stored: claiming a run writes nothing for it. It is good for MLflow's API only, and whoever takes it asks
/// whether the run is still live. Its text begins with `mrr_`, by which scanners of source code find it.
package struct RunTokens: Sendable {
    static let prefix = "mrr_"

    private let key: HMACKey
    private let time: any TimeSource

    /// - Parameter key: the control plane's; another is derived from it.
    package init(key: HMACKey, time: any TimeSource) {
        self.key = key.derived(for: "run-tokens")
        self.time = time
    }

    /// A token that lets the command of `run` log as `user` until `expires`.
    package func issue(for run: ID<Run>, user: String, expires: Timestamp) -> String {
        let claims = [run.hexadecimal, String(expires.milliseconds), Hex.encode(user.utf8)].joined(separator: ".")
        return "\(Self.prefix)\(claims).\(self.key.authenticate(claims))"
    }

    /// Whom a token stands for; nil for what is no token of a run.
    ///
    /// - Throws: `unknownToken` for one that was changed, `expired`.
    package func accept(_ bearer: String) throws(AccessError) -> (run: ID<Run>, principal: Principal)? {
        guard bearer.hasPrefix(Self.prefix) else { return nil }
        let text = bearer.dropFirst(Self.prefix.count)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, self.key.isValid(String(parts[3]), for: String(text.dropLast(parts[3].count + 1))),
            let run = ID<Run>(hexadecimal: parts[0]), let expires = Int64(parts[1]), let user = Hex.decode(parts[2])
        else { throw .unknownToken }
        let name = String(decoding: user, as: UTF8.self)
        let end = Timestamp(milliseconds: expires)
        guard self.time.now < end else { throw .expired(name: name, role: .developer, at: end) }
        return (run, Principal(name: name, role: .developer))
    }
}
