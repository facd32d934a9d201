import Digest
import Synchronization

/// Numbers requests, so that what a user was told can be found in the operator's log: 8 random digits of this start of the
/// server, then a count.
final class RequestReferences: Sendable {
    private let start: String
    private let count = Atomic<UInt64>(0)

    init() { self.start = Hex.encode(Digest.randomBytes(4)) }

    func next() -> String {
        let number = self.count.add(1, ordering: .relaxed).newValue
        return self.start + "-" + String(number, radix: 16)
    }
}
