package import Contract
package import Kernel

/// Decides whether a token may predict, from what the control plane said of it before.
///
/// What was heard lately is good for a minute; then it is asked for again while the request goes on. After some minutes
/// nobody has to be trusted blindly any more, and the request waits for the answer. While the control plane does not answer,
/// what it said last is good until the token expires, so that its absence refuses nobody whom it let in before. What it never
/// spoke of is refused as `unavailable` then, not as wrong.
///
/// Knows hashes only. Pure: no clock, no link, no lock; the shell around it is `TokenGate`.
package struct TokenMachine: Sendable {
    /// What the control plane said of a token it accepts.
    package struct Known: Hashable, Sendable {
        package var role: Role
        package var expires: Timestamp?
        /// When it said so, by this machine's calendar.
        package var checkedAt: Timestamp

        package init(role: Role, expires: Timestamp?, checkedAt: Timestamp) {
            self.role = role
            self.expires = expires
            self.checkedAt = checkedAt
        }
    }

    package enum Verdict: Equatable, Sendable {
        case pass
        /// May pass; the control plane is to be asked meanwhile, unless it is already, and the answer told by `answered`.
        case passAndAsk
        /// The control plane is to be asked first.
        case ask
        case refuse(GatewayError)
    }

    package enum Answer: Equatable, Sendable {
        case accepted(Role, expires: Timestamp?)
        case refused(String)
        /// The control plane is away, or does not know this gateway.
        case none
    }

    private struct Refusal {
        let sentence: String
        let at: Timestamp
    }

    package private(set) var known: [TokenHash: Known]
    /// Counts what changed in `known` beside the times.
    package private(set) var changes = 0
    private var refused: [TokenHash: Refusal] = [:]
    /// Since when the control plane has not answered; nil while it does.
    private var silentSince: Timestamp?
    private let capacity: Int

    /// - Parameters:
    ///   - known: from before a restart.
    ///   - capacity: tokens that are remembered; those that were asked for longest ago are forgotten first.
    package init(known: [TokenHash: Known] = [:], capacity: Int = GatewayLimits.tokens) {
        self.known = known
        self.capacity = capacity
    }

    /// What becomes of a request with this token.
    package func judge(_ hash: TokenHash, at now: Timestamp) -> Verdict {
        guard let known = self.known[hash] else {
            guard let refusal = self.refused[hash],
                Self.isWithin(GatewayLimits.refusalTrust, since: refusal.at, at: now)
            else { return .ask }
            return .refuse(.wrongToken(refusal.sentence))
        }
        if let error = Self.refusal(of: known, at: now) { return .refuse(error) }
        if Self.isWithin(GatewayLimits.tokenRefresh, since: known.checkedAt, at: now) { return .pass }
        let isTrusted = Self.isWithin(GatewayLimits.tokenTrust, since: known.checkedAt, at: now)
        guard isTrusted || self.silentSince != nil else { return .ask }
        if let silentSince, Self.isWithin(GatewayLimits.silencePause, since: silentSince, at: now) { return .pass }
        return .passAndAsk
    }

    /// The control plane answered, or did not.
    ///
    /// - Returns: why the requests that waited for it are refused; nil when they pass.
    package mutating func answered(_ hash: TokenHash, _ answer: Answer, at now: Timestamp) -> GatewayError? {
        switch answer {
        case .accepted(let role, let expires):
            self.silentSince = nil
            let known = Known(role: role, expires: expires, checkedAt: now)
            self.remember(known, as: hash)
            return Self.refusal(of: known, at: now)
        case .refused(let sentence):
            self.silentSince = nil
            if self.known.removeValue(forKey: hash) != nil { self.changes += 1 }
            if self.refused.count >= self.capacity { self.refused = [:] }
            self.refused[hash] = Refusal(sentence: sentence, at: now)
            return .wrongToken(sentence)
        case .none:
            self.silentSince = now
            guard let known = self.known[hash] else { return .tokenUnknown }
            return Self.refusal(of: known, at: now)
        }
    }

    private mutating func remember(_ fresh: Known, as hash: TokenHash) {
        let before = self.known[hash]
        if before == nil, self.known.count >= self.capacity {
            let oldest = self.known.min { $0.value.checkedAt < $1.value.checkedAt }
            if let oldest { self.known[oldest.key] = nil }
        }
        self.refused[hash] = nil
        self.known[hash] = fresh
        if before?.role != fresh.role || before?.expires != fresh.expires { self.changes += 1 }
    }

    private static func refusal(of known: Known, at now: Timestamp) -> GatewayError? {
        if let expires = known.expires, expires <= now { return .expiredToken(at: expires) }
        return known.role.includes(.viewer) ? nil : .roleMayNot(known.role)
    }

    /// A moment in the future, after a clock was set back, is within nothing.
    private static func isWithin(_ span: TimeSpan, since moment: Timestamp, at now: Timestamp) -> Bool {
        let age = now - moment
        return age >= .zero && age < span
    }
}
