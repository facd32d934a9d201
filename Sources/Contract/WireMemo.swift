package import Kernel
import Synchronization

/// Values beside their JSON text, for those that are read from rows again and again and seldom change.
///
/// A run's step is looked at in each of the run's transitions, an environment in each pass of the scheduler; parsing their
/// text each time would cost more than all the rest. Remembers `limit` values and then begins anew, so it needs no more than
/// `limit` × `maximumText` bytes. Wrong it cannot be: the key is the whole text.
package final class WireMemo<Value: Codable & Hashable & Sendable>: Sendable {
    /// A longer text is parsed each time.
    private static var maximumText: Int { 4096 }

    private struct State {
        var values: [String: Value] = [:]
        var texts: [Value: String] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    package init(limit: Int) { self.limit = limit }

    /// As `Wire.decode`.
    package func value(text: String) throws(PlainFault) -> Value {
        if let known = self.state.withLock({ $0.values[text] }) { return known }
        let value: Value = try Wire.decode(text: text)
        self.remember(value, text)
        return value
    }

    /// As `Wire.text`.
    package func text(_ value: Value) throws(PlainFault) -> String {
        if let known = self.state.withLock({ $0.texts[value] }) { return known }
        let text = try Wire.text(value)
        self.remember(value, text)
        return text
    }

    private func remember(_ value: Value, _ text: String) {
        guard text.utf8.count <= Self.maximumText else { return }
        self.state.withLock { state in
            if state.values.count >= self.limit { state = State() }
            state.values[text] = value
            state.texts[value] = text
        }
    }
}
