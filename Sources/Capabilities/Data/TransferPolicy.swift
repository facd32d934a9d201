import CloudPorts
import Contract
import Kernel

/// Where to copy from, and what to do when a copy fails. Pure.
enum TransferPolicy {
    /// Tries before a transfer is given up: with the pauses below about three minutes, longer than a store's restart.
    static let maximumTries = 8
    private static let firstPause = TimeSpan.seconds(1)
    private static let longestPause = TimeSpan.minutes(1)

    enum Verdict: Equatable {
        case again(after: TimeSpan)
        /// The blob is not where it was recorded, or is not what it was: take another source.
        case sourceGone
        case failed(reason: String)
    }

    /// The store nearest to `destination`: in its region, then of its provider, then by name. Near is also cheap.
    static func source(among stores: [Store], to destination: Store) -> Store? {
        func distance(_ store: Store) -> Int {
            guard store.provider == destination.provider else { return 2 }
            return store.region == destination.region ? 0 : 1
        }
        return stores.filter { $0.name != destination.name }.min { (distance($0), $0.name) < (distance($1), $1.name) }
    }

    /// What to do after a copy failed with `error`, having failed `tries` times before.
    static func verdict(_ error: any Error, tries: Int) -> Verdict {
        let reason = (error as? any Fault)?.message ?? "The copy failed for an unknown reason."
        if tries + 1 >= self.maximumTries { return .failed(reason: reason) }
        switch error {
        case ObjectError.notFound: return .sourceGone
        // Once may be the way; twice it is the source.
        case ObjectError.corrupt where tries > 0: return .sourceGone
        case ObjectError.invalidKey, is DataError: return .failed(reason: reason)
        default: return .again(after: self.pause(after: tries))
        }
    }

    /// 1 s, 2 s, 4 s … at most a minute.
    static func pause(after tries: Int) -> TimeSpan {
        let doubled = TimeSpan(milliseconds: self.firstPause.milliseconds << min(max(tries, 0), 10))
        return min(doubled, self.longestPause)
    }
}
