import Foundation

struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// The first value that `condition` gives; throws when there is none within `seconds`.
///
/// Errors of `condition` count as "not yet": a control plane that is just being killed does not answer.
func eventually<Value>(
    _ what: String, within seconds: Double = 30, _ condition: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var last = ""
    while ContinuousClock.now < deadline {
        do { if let value = try await condition() { return value } } catch { last = " The last error: \(error)" }
        // Between two looks at a condition that has a deadline.
        try await Task.sleep(for: .milliseconds(20))
    }
    throw NeverHappened(description: "Waited \(seconds) s in vain for \(what).\(last)")
}
