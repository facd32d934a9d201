/// How many CPUs a slot may have: `4` and `4+` are at least four, `4..16` is no more than sixteen either.
package struct CPURange: Sendable, Hashable {
    /// More than the largest machine that can be rented has.
    package static let largest = 4096.0
    /// The thousandth of a CPU, the finest share that Kubernetes and Docker know.
    package static let smallest = 0.001

    package let minimum: Double
    /// None when absent.
    package let maximum: Double?

    /// - Throws: `badCPUs` unless `smallest` ≤ `minimum` ≤ `maximum` ≤ `largest`.
    package init(minimum: Double, maximum: Double? = nil) throws(DemandError) {
        let upper = maximum ?? minimum
        guard minimum >= Self.smallest, minimum <= upper, upper <= Self.largest else {
            throw .badCPUs(text: Self.text(minimum, maximum))
        }
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Reads `4`, `0.5`, `4+` or `4..16`.
    package init(_ text: some StringProtocol) throws(DemandError) {
        func number(_ part: Substring) throws(DemandError) -> Double {
            guard !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), let value = Double(part)
            else { throw .badCPUs(text: String(text)) }
            return value
        }
        do throws(DemandError) {
            switch RangeText(text) {
            case .plain(let part), .atLeast(let part): try self.init(minimum: number(part))
            case .between(let low, let high): try self.init(minimum: number(low), maximum: number(high))
            }
        } catch { throw .badCPUs(text: String(text)) }
    }

    package func contains(_ cpus: Double) -> Bool { cpus >= self.minimum && cpus <= self.maximum ?? .infinity }

    private static func text(_ minimum: Double, _ maximum: Double?) -> String {
        func plain(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? String(value) }
        return maximum.map { "\(plain(minimum))..\(plain($0))" } ?? "\(plain(minimum))+"
    }
}

extension CPURange: CustomStringConvertible {
    /// What reads as this range: `4+`, `4..16`.
    package var description: String { Self.text(self.minimum, self.maximum) }
}

extension CPURange: Codable {
    /// A number for at least so many, else a text.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            self = try CPURange(minimum: number)
        } else {
            self = try CPURange(container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if self.maximum == nil {
            try container.encode(self.minimum)
        } else {
            try container.encode(self.description)
        }
    }
}
