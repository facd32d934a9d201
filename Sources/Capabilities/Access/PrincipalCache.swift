import Contract
import Kernel
import Synchronization

/// The tokens seen lately, by the SHA-256 of their text.
///
/// Two generations: what is used moves into the young one; when that is full it becomes the old one, and what was in the
/// old one and not used since is gone. So the memory is bounded and a look-up costs no bookkeeping.
final class PrincipalCache: Sendable {
    /// Tokens in one generation: all workers and users of a large installation, some 300 bytes each.
    static let generationLimit = 8192

    struct Entry: Sendable {
        let token: AccessToken
    }

    private struct State {
        var young: [[UInt8]: Entry] = [:]
        var old: [[UInt8]: Entry] = [:]
        var revision = 0

        mutating func insert(_ entry: Entry, for hash: [UInt8]) {
            if self.young.count >= PrincipalCache.generationLimit {
                self.old = self.young
                self.young = [:]
            }
            self.young[hash] = entry
        }
    }

    private let state = Mutex(State())

    /// Counts revocations; see `insert`.
    var revision: Int { self.state.withLock { $0.revision } }

    func entry(for hash: [UInt8]) -> Entry? {
        self.state.withLock { state in
            if let entry = state.young[hash] { return entry }
            guard let entry = state.old.removeValue(forKey: hash) else { return nil }
            state.insert(entry, for: hash)
            return entry
        }
    }

    /// - Parameter revision: as it was before the row was read: had a token been revoked since, the row may be stale and
    ///   is not kept.
    func insert(_ token: AccessToken, for hash: [UInt8], asOf revision: Int) {
        self.state.withLock { state in
            guard state.revision == revision else { return }
            state.insert(Entry(token: token), for: hash)
        }
    }

    func forget(_ id: ID<AccessToken>) {
        self.state.withLock { state in
            state.revision += 1
            state.young = state.young.filter { $0.value.token.id != id }
            state.old = state.old.filter { $0.value.token.id != id }
        }
    }
}
