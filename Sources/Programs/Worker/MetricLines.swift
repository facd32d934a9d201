package import Contract
package import Kernel

/// Finds the metrics in what a command prints: each line that is a JSON object with numbers gives a point for each number.
///
/// Takes the bytes as they come, in pieces of any size. Standard output and standard error share one stream, so that their
/// order is kept; a progress bar that is redrawn with `\r` may therefore stand before the object in its line and is skipped.
/// A line above the limit is no metric, whatever it holds; binary output is as good as any other.
package struct MetricLines: Sendable {
    /// A line that says so little does not need more.
    package static let longestLine = 64 << 10
    /// The longest name that the control plane takes, in bytes; a longer one would have its whole batch refused.
    package static let longestName = 250
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private var line: [UInt8] = []
    private var isTooLong = false
    /// Whether what is in `line` came after a `\r`.
    private var isRedrawn = false

    package init() {}

    /// Something before the next bytes is missing, so the line at hand is not to be trusted.
    package mutating func skipLine() {
        self.line = []
        self.isTooLong = true
    }

    /// The points of the lines that end in `bytes`.
    package mutating func read(_ bytes: [UInt8], at time: Timestamp) -> [MetricPoint] {
        var points: [MetricPoint] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(where: { $0 == Self.newline || $0 == Self.carriageReturn }) {
            self.take(rest[rest.startIndex..<end])
            points += self.endLine(at: time)
            self.isRedrawn = rest[end] == Self.carriageReturn
            rest = rest[(end + 1)...]
        }
        self.take(rest)
        return points
    }

    /// The points of a last line without an end.
    package mutating func finish(at time: Timestamp) -> [MetricPoint] { self.endLine(at: time) }

    private mutating func take(_ part: ArraySlice<UInt8>) {
        guard !self.isTooLong else { return }
        self.line += part
        if self.line.count > Self.longestLine { self.skipLine() }
    }

    private mutating func endLine(at time: Timestamp) -> [MetricPoint] {
        defer {
            self.line.removeAll(keepingCapacity: true)
            self.isTooLong = false
        }
        guard !self.isTooLong, let object = self.object() else { return [] }
        guard let numbers = FlatJSON.numbers(in: object) else { return [] }
        let step = numbers.last { $0.name == "step" }.flatMap { Int64(exactly: $0.value) } ?? 0
        let named = numbers.filter { $0.name != "step" && (1...Self.longestName).contains($0.name.utf8.count) }
        return named.map {
            MetricPoint(name: $0.name, value: $0.value, step: step, at: time)
        }
    }

    /// What of the line may be an object; nil at once for nearly every line that is none.
    private func object() -> ArraySlice<UInt8>? {
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
        guard let last = self.line.lastIndex(where: { !isBlank($0) }), self.line[last] == UInt8(ascii: "}"),
            let first = self.line.firstIndex(where: { self.isRedrawn ? $0 == UInt8(ascii: "{") : !isBlank($0) }),
            self.line[first] == UInt8(ascii: "{")
        else { return nil }
        return self.line[first...last]
    }
}
