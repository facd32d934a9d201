package import Contract
package import Kernel
package import Tracking

/// Reads the bodies of `runs/log-metric` and `runs/log-batch` from bytes to points in one pass, without a tree between.
///
/// It reads what MLflow's clients send and answers nil for everything else: a key with an escape, a number as text, a point of a
/// logged model, parameters or tags, a field that it does not know, and whatever is wrong. Those bodies go the long way
/// (`MLflowMetricFields`), which knows all rules and has the words for what breaks them. So this one needs neither, and what it
/// reads is always right.
///
/// - Complexity: O(bytes), some 100 ns a point.
package struct MLflowMetricScanner: ~Copyable {
    /// The run and what is logged to it.
    package struct Reading {
        package var run: ID<Run>
        package var records: MetricRecords
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The body of `log-metric`.
    package static func metric(_ body: [UInt8]) -> Reading? {
        body.withUnsafeBufferPointer { bytes in
            var scanner = MLflowMetricScanner(bytes)
            var run: ID<Run>?
            var records = MetricRecords()
            guard scanner.point(into: &records, run: &run), scanner.isAtEnd, let run else { return nil }
            return Reading(run: run, records: records)
        }
    }

    /// The body of `log-batch`, when it has metrics and nothing else.
    ///
    /// - Parameter limit: more metrics are left to the long way.
    package static func batch(_ body: [UInt8], limit: Int) -> Reading? {
        body.withUnsafeBufferPointer { bytes in
            var scanner = MLflowMetricScanner(bytes)
            var run: ID<Run>?
            var records = MetricRecords()
            guard scanner.batch(into: &records, run: &run, limit: limit), scanner.isAtEnd, let run else { return nil }
            return Reading(run: run, records: records)
        }
    }

    private mutating func batch(into records: inout MetricRecords, run: inout ID<Run>?, limit: Int) -> Bool {
        guard self.take("{") else { return false }
        repeat {
            guard let name = self.string(), self.take(":") else { return false }
            if name.is("run_id") {
                guard run == nil, let id = self.runID() else { return false }
                run = id
            } else if name.is("metrics") {
                guard records.isEmpty, self.points(into: &records, limit: limit) else { return false }
            } else if name.is("params") || name.is("tags") {
                guard self.take("["), self.take("]") else { return false }
            } else {
                return false
            }
        } while self.take(",")
        return self.take("}")
    }

    private mutating func points(into records: inout MetricRecords, limit: Int) -> Bool {
        guard self.take("[") else { return false }
        if self.take("]") { return true }
        records.reserveCapacity(min(limit, self.bytes.count / 60))
        var run: ID<Run>?
        repeat {
            guard records.count < limit, self.point(into: &records, run: &run), run == nil else { return false }
        } while self.take(",")
        return self.take("]")
    }

    private mutating func point(into records: inout MetricRecords, run: inout ID<Run>?) -> Bool {
        guard self.take("{") else { return false }
        var key: UnsafeBufferPointer<UInt8>?
        var value: Double?
        var at: Int64?
        var step: Int64 = 0
        repeat {
            guard let name = self.string(), self.take(":") else { return false }
            if name.is("key") {
                key = self.string()
                guard key != nil else { return false }
            } else if name.is("value") {
                value = self.double()
                guard value != nil else { return false }
            } else if name.is("timestamp") {
                at = self.integer()
                guard at != nil else { return false }
            } else if name.is("step") {
                guard let number = self.integer() else { return false }
                step = number
            } else if name.is("run_id") || name.is("run_uuid") {
                guard let id = self.runID(), run == nil || run == id else { return false }
                run = id
            } else {
                return false
            }
        } while self.take(",")
        guard self.take("}"), let key, let value, let at, at >= 0, Self.isPlain(key) else { return false }
        records.append(utf8: key, MetricSample(at: at, step: step, value: value))
        return true
    }

    // Values

    private mutating func runID() -> ID<Run>? {
        guard let text = self.string(), text.count == 32 else { return nil }
        return ID<Run>(hexadecimal: String(decoding: text, as: UTF8.self))
    }

    /// The bytes of a string that has no escapes and is ASCII.
    private mutating func string() -> UnsafeBufferPointer<UInt8>? {
        guard self.take("\"") else { return nil }
        let start = self.position
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            if byte == UInt8(ascii: "\"") {
                defer { self.position += 1 }
                return UnsafeBufferPointer(rebasing: self.bytes[start..<self.position])
            }
            guard byte >= 32, byte < 128, byte != UInt8(ascii: "\\") else { return nil }
            self.position += 1
        }
        return nil
    }

    /// An integer of at most 18 digits.
    private mutating func integer() -> Int64? {
        self.skipSpace()
        let isNegative = self.takeNext("-")
        var value: Int64 = 0
        let start = self.position
        while let digit = self.digit, self.position - start < 19 {
            value = value &* 10 &+ Int64(digit)
            self.position += 1
        }
        let count = self.position - start
        guard count > 0, count <= 18, count == 1 || self.bytes[start] != UInt8(ascii: "0"), self.isAfterNumber else {
            return nil
        }
        return isNegative ? -value : value
    }

    /// A number, or the names of those that JSON has not: in quotes, as MLflow's clients write them, or bare, as Python does.
    private mutating func double() -> Double? {
        self.skipSpace()
        switch self.peek {
        case UInt8(ascii: "\""):
            guard let text = self.string() else { return nil }
            return text.is("NaN") ? .nan : text.is("Infinity") ? .infinity : text.is("-Infinity") ? -.infinity : nil
        case UInt8(ascii: "N"): return self.word("NaN") ? .nan : nil
        case UInt8(ascii: "I"): return self.word("Infinity") ? .infinity : nil
        default:
            if self.peek == UInt8(ascii: "-"), self.word("-Infinity") { return -.infinity }
            return self.number()
        }
    }

    /// A number of JSON. One with few digits is exact at once: a product or quotient of two doubles that are themselves exact
    /// (Clinger, *How to read floating point numbers accurately*, 1990); others go through the library.
    private mutating func number() -> Double? {
        let start = self.position
        let isNegative = self.takeNext("-")
        let wholeStart = self.position
        var mantissa: UInt64 = 0
        var exponent = 0
        var digits = self.digits(into: &mantissa)
        guard digits > 0, digits == 1 || self.bytes[wholeStart] != UInt8(ascii: "0") else { return nil }
        if self.takeNext(".") {
            let decimals = self.digits(into: &mantissa)
            guard decimals > 0 else { return nil }
            digits += decimals
            exponent = -decimals
        }
        if self.takeNext("e") || self.takeNext("E") {
            let isDown = self.takeNext("-")
            if !isDown { _ = self.takeNext("+") }
            var power: UInt64 = 0
            let count = self.digits(into: &power)
            guard count > 0, count < 5 else { return nil }
            exponent += isDown ? -Int(power) : Int(power)
        }
        guard self.isAfterNumber else { return nil }
        if digits <= 19, mantissa < 1 << 53, abs(exponent) <= 22 {
            let whole = Double(mantissa)
            let value = exponent < 0 ? whole / Self.powers[-exponent] : whole * Self.powers[exponent]
            return isNegative ? -value : value
        }
        guard let value = Double(String(decoding: self.bytes[start..<self.position], as: UTF8.self)), value.isFinite
        else {
            return nil
        }
        return value
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// Digits, and how many there were; of more than 19 the value is not right.
    private mutating func digits(into value: inout UInt64) -> Int {
        let start = self.position
        while let digit = self.digit {
            value = value &* 10 &+ UInt64(digit)
            self.position += 1
        }
        return self.position - start
    }

    // Characters

    private var peek: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private var digit: UInt8? {
        guard let byte = self.peek, byte >= 48, byte <= 57 else { return nil }
        return byte - 48
    }

    private var isAfterNumber: Bool {
        switch self.peek {
        case UInt8(ascii: ","), UInt8(ascii: "}"), 32, 10, 13, 9: true
        default: false
        }
    }

    private var isAtEnd: Bool {
        mutating get {
            self.skipSpace()
            return self.position == self.bytes.count
        }
    }

    private mutating func skipSpace() {
        while let byte = self.peek, byte == 32 || byte == 10 || byte == 13 || byte == 9 { self.position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        self.skipSpace()
        return self.takeNext(character)
    }

    private mutating func takeNext(_ character: Unicode.Scalar) -> Bool {
        guard self.peek == UInt8(truncatingIfNeeded: character.value) else { return false }
        self.position += 1
        return true
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let end = self.position + word.utf8CodeUnitCount
        guard end <= self.bytes.count,
            UnsafeBufferPointer(rebasing: self.bytes[self.position..<end]).is(word)
        else { return false }
        self.position = end
        return true
    }

    /// Whether a key is a name that needs no further look: letters, digits and `_-.: /`, and the path that it is to itself.
    private static func isPlain(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !key.isEmpty, key.count <= TrackingRules.keyLength else { return false }
        var partStart = 0
        for (index, byte) in key.enumerated() {
            switch byte {
            case 97...122, 65...90, 48...57, 95, 45, 46, 58, 32: continue
            case 47:
                guard Self.isPart(key[partStart..<index]) else { return false }
                partStart = index + 1
            default: return false
            }
        }
        return Self.isPart(key[partStart...])
    }

    private static func isPart(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = part.first else { return false }
        return first != 46
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func `is`(_ text: StaticString) -> Bool {
        guard self.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<self.count where self[index] != text.utf8Start[index] { return false }
        return true
    }
}
