/// Which accelerators would do: `H100:8 | A100-80GB:8`, any of the choices.
///
/// A choice is a name, and after a colon how many: `8` is exactly eight, `8+` at least, `2..8` between. Names are those of
/// `AcceleratorName`, in any spelling; what is kept and printed is the canonical one, so that reading what was printed gives
/// the same demand. It knows nothing of what is for sale.
package struct AcceleratorDemand: Sendable, Hashable {
    /// More choices than there are models to choose from are a mistake.
    package static let maximumChoices = 32

    /// One accelerator that would do.
    package struct Choice: Sendable, Hashable {
        /// The canonical name.
        package let name: String
        /// How many, if it was said.
        package let count: AcceleratorCount?

        package init(name: AcceleratorName, count: AcceleratorCount? = nil) {
            self.name = name.canonical
            self.count = count
        }

        /// How many a task asks for: one when it was not said.
        package var demanded: AcceleratorCount { self.count ?? .one }
    }

    /// At least one, in the order of preference in which they were written.
    package let choices: [Choice]

    /// Reads `H100`, `H100:8`, `TPU v5e:4+ | L4:2..8`.
    ///
    /// - Throws: `empty`, `tooManyChoices`, `unknownAccelerator` or `badCount`, each with what was written and where.
    package init(_ text: some StringProtocol) throws(DemandError) {
        let parts = Substring(text).split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count <= Self.maximumChoices else { throw .tooManyChoices(count: parts.count) }
        var choices: [Choice] = []
        var position = 1
        for part in parts {
            choices.append(try Self.choice(part, at: position))
            position += part.count + 1
        }
        self.choices = choices
    }

    private static func choice(_ part: Substring, at start: Int) throws(DemandError) -> Choice {
        func position(of index: Substring.Index) -> Int { start + part.distance(from: part.startIndex, to: index) }
        // Some names have a colon of their own: A100:80GB.
        if let known = AcceleratorName(part.trimmed) { return Choice(name: known) }
        let colon = part.lastIndex(of: ":")
        let name = part[..<(colon ?? part.endIndex)].trimmed
        guard !name.isEmpty else { throw .empty(position: position(of: name.startIndex)) }
        guard let known = AcceleratorName(name) else {
            throw .unknownAccelerator(
                name: String(name), position: position(of: name.startIndex), near: AcceleratorName.near(name))
        }
        guard let colon else { return Choice(name: known) }
        let text = part[part.index(after: colon)...].trimmed
        guard let count = AcceleratorCount(text) else {
            throw .badCount(text: String(text), position: position(of: text.startIndex))
        }
        return Choice(name: known, count: count)
    }
}

/// How many accelerators: `8` is exactly eight, `8+` at least, `2..8` between.
package struct AcceleratorCount: Sendable, Hashable {
    /// More than the largest slice that is sold has: a TPU v5p pod of 8,960.
    package static let maximum = 16_384
    package static let one = AcceleratorCount(exactly: 1)

    package let minimum: Int
    /// None when absent.
    package let limit: Int?

    private init(exactly count: Int) {
        self.minimum = count
        self.limit = count
    }

    /// Nil unless 1 ≤ `minimum` ≤ `limit` ≤ `maximum`.
    package init?(minimum: Int, limit: Int?) {
        guard minimum >= 1, minimum <= limit ?? minimum, limit ?? minimum <= Self.maximum else { return nil }
        self.minimum = minimum
        self.limit = limit
    }

    /// Nil for anything but `8`, `8+` and `2..8`.
    package init?(_ text: some StringProtocol) {
        func number(_ part: Substring) -> Int? {
            part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        switch RangeText(text) {
        case .plain(let part):
            guard let count = number(part) else { return nil }
            self.init(minimum: count, limit: count)
        case .atLeast(let part):
            guard let count = number(part) else { return nil }
            self.init(minimum: count, limit: nil)
        case .between(let low, let high):
            guard let minimum = number(low), let limit = number(high) else { return nil }
            self.init(minimum: minimum, limit: limit)
        }
    }

    package func contains(_ count: Double) -> Bool {
        count >= Double(self.minimum) && (self.limit.map { count <= Double($0) } ?? true)
    }
}

extension AcceleratorCount: CustomStringConvertible {
    package var description: String {
        guard let limit = self.limit else { return "\(self.minimum)+" }
        return limit == self.minimum ? "\(limit)" : "\(self.minimum)..\(limit)"
    }
}

extension AcceleratorDemand: CustomStringConvertible {
    /// What reads as this demand: `H100:8 | A100-80GB:8`.
    package var description: String {
        self.choices.map { choice in choice.count.map { "\(choice.name):\($0)" } ?? choice.name }
            .joined(separator: " | ")
    }
}

extension AcceleratorDemand: Codable {
    /// The text.
    package init(from decoder: any Decoder) throws {
        self = try AcceleratorDemand(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
