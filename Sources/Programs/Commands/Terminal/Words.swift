import Contract
import Kernel

/// How values are said to people.
enum Words {
    /// `3.2 s`, `4 min 10 s`, `2 h 5 min`.
    static func span(_ span: TimeSpan) -> String {
        let seconds = max(0, span.milliseconds) / 1000
        switch seconds {
        case ..<1: return "\(max(0, span.milliseconds)) ms"
        case ..<60: return "\(seconds).\(max(0, span.milliseconds) % 1000 / 100) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    /// `2026-11-21 02:55:59`, UTC.
    static func time(_ time: Timestamp) -> String {
        String(time.description.prefix(19).map { $0 == "T" ? " " : $0 })
    }

    /// How long something took, or takes so far; nil before it began.
    static func duration(from start: Timestamp?, to end: Timestamp?, now: Timestamp) -> String? {
        start.map { self.span((end ?? now) - $0) }
    }

    /// `1 worker`, `3 workers`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

extension Style {
    /// A status in the colour of what it means.
    func status(_ word: String) -> String {
        switch word {
        case "succeeded", "cached": self.good(word)
        case "failed", "cancelled", "lost": self.bad(word)
        case "running", "starting", "placed": self.active(word)
        default: self.faint(word)
        }
    }
}

/// Names with values, one a line, as `martlet … show` prints them.
struct Facts: Sendable {
    private var lines: [(name: String, value: String)] = []

    /// Adds a line, unless there is nothing to say.
    mutating func add(_ name: String, _ value: (some CustomStringConvertible)?) {
        guard let value else { return }
        let text = value.description.printable
        if !text.isEmpty { self.lines.append((name, text)) }
    }

    func text(_ style: Style) -> String {
        let width = self.lines.reduce(0) { max($0, $1.name.columns) }
        return self.lines.map { "\(style.faint($0.name.padded(to: width)))  \($0.value)\n" }.joined()
    }
}
