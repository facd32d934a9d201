import Contract
import Kernel
import Synchronization

/// What the workers of a test hold, by site.
final class AssignmentBook: Sendable {
    private let held = Mutex<[String: [Assignment]]>([:])

    func add(_ assignments: [Assignment], at site: String) {
        self.held.withLock { $0[site, default: []] += assignments }
    }

    func at(_ site: String) -> [Assignment] { self.held.withLock { $0[site] ?? [] } }

    func remove(_ attempt: ID<Attempt>) -> Assignment? {
        self.held.withLock { held in
            for site in held.keys.sorted() {
                if let index = held[site]?.firstIndex(where: { $0.attempt == attempt }) {
                    return held[site]?.remove(at: index)
                }
            }
            return nil
        }
    }
}
