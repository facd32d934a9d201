import Contract
import Digest
import Synchronization

/// Names and passwords that were right lately, so that a request does not cost a slow hash each time, and what their users
/// were granted.
///
/// The key is the SHA-256 of a secret of this process, the name and the password: a dump of the memory gives no password
/// away faster than its slow hash does. A change of users or permissions empties it, so an old password is refused at
/// once. Full, it is emptied too: that costs some slow hashes and no bookkeeping.
final class CredentialCache: Sendable {
    /// Users of a large installation, some 300 bytes each.
    static let limit = 4096

    private struct State {
        var users: [[UInt8]: User] = [:]
        var grants: [String: Grants] = [:]
        var revision = 0
    }

    private let secret = Digest.randomBytes(32)
    private let state = Mutex(State())

    /// Counts changes; see `insert`.
    var revision: Int { self.state.withLock { $0.revision } }

    func key(_ name: String, _ password: String) -> [UInt8] {
        Digest.sha256Bytes(self.secret + Array(name.utf8) + [0] + Array(password.utf8))
    }

    func user(for key: [UInt8]) -> User? { self.state.withLock { $0.users[key] } }

    func grants(of name: String) -> Grants? { self.state.withLock { $0.grants[name] } }

    /// - Parameter revision: as it was before the row was read: what changed since may have made it stale.
    func insert(_ user: User, for key: [UInt8], asOf revision: Int) {
        self.state.withLock { state in
            guard state.revision == revision else { return }
            if state.users.count >= Self.limit { state.users = [:] }
            state.users[key] = user
        }
    }

    func insert(_ grants: Grants, of name: String, asOf revision: Int) {
        self.state.withLock { state in
            guard state.revision == revision else { return }
            if state.grants.count >= Self.limit { state.grants = [:] }
            state.grants[name] = grants
        }
    }

    func clear() {
        self.state.withLock { state in
            state.revision += 1
            state.users = [:]
            state.grants = [:]
        }
    }
}
