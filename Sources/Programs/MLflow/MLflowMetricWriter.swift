import Contract
import Tracking

/// Writes histories: the same bytes as `MLflowWriter` would, at a tenth of its cost, because of a history only the numbers change.
struct MLflowMetricWriter {
    /// How the answer looks.
    enum Style {
        /// Fields in the order of the proto, indented; nothing for no points.
        case proto
        /// As the routes that are not in the protos answer: in one line, fields by name, the list always there.
        case bulk
    }

    private var bytes: [UInt8] = []
    private let style: Style
    private var count = 0

    init(capacity: Int, style: Style = .proto) {
        self.style = style
        self.bytes.reserveCapacity(64 + capacity * 128)
    }

    mutating func write(_ samples: ArraySlice<MetricSample>, of key: String, run: String?) {
        guard !samples.isEmpty else { return }
        let key = Self.quoted(key)
        let run = run.map(Self.quoted)
        self.bytes.reserveCapacity(
            self.bytes.count + samples.count * (96 + key.count + (run.map { $0.count + 20 } ?? 0)))
        for sample in samples {
            switch self.style {
            case .proto: self.writeProto(sample, key, run)
            case .bulk: self.writeBulk(sample, key, run ?? [])
            }
            self.count += 1
        }
    }

    consuming func answer(next token: String?) -> Answer {
        if self.count == 0, self.style == .proto { return MLflowWriter.empty }
        var whole = self.head
        whole.reserveCapacity(self.bytes.count + 128)
        whole.append(contentsOf: self.bytes)
        whole.append(contentsOf: self.end(next: token))
        return Answer(contentType: "application/json", body: .bytes(whole))
    }

    /// What was written since the last call, for an answer that is sent in pieces.
    mutating func take(isFirst: Bool) -> [UInt8] {
        defer { self.bytes.removeAll(keepingCapacity: true) }
        return isFirst ? self.head + self.bytes : self.bytes
    }

    /// What comes after the last point.
    func end(next token: String?) -> [UInt8] {
        guard self.style == .proto else { return Array("]}\n".utf8) }
        let next = token.map { Array(",\n  \"next_page_token\": ".utf8) + Self.quoted($0) } ?? []
        return Array("\n  ]".utf8) + next + Array("\n}".utf8)
    }

    private var head: [UInt8] { Array((self.style == .proto ? "{\n  \"metrics\": [\n" : "{\"metrics\":[").utf8) }

    private mutating func writeProto(_ sample: MetricSample, _ key: [UInt8], _ run: [UInt8]?) {
        self.append(self.count == 0 ? "    {\n      \"key\": " : ",\n    {\n      \"key\": ")
        self.bytes.append(contentsOf: key)
        self.append(",\n      \"value\": ")
        self.append(sample.value)
        self.append(",\n      \"timestamp\": ")
        self.append(sample.at)
        self.append(",\n      \"step\": ")
        self.append(sample.step)
        if let run {
            self.append(",\n      \"run_id\": ")
            self.bytes.append(contentsOf: run)
        }
        self.append("\n    }")
    }

    private mutating func writeBulk(_ sample: MetricSample, _ key: [UInt8], _ run: [UInt8]) {
        self.append(self.count == 0 ? "{\"key\":" : ",{\"key\":")
        self.bytes.append(contentsOf: key)
        self.append(",\"run_id\":")
        self.bytes.append(contentsOf: run)
        self.append(",\"step\":")
        self.append(sample.step)
        self.append(",\"timestamp\":")
        self.append(sample.at)
        self.append(",\"value\":")
        self.append(sample.value)
        self.append("}")
    }

    private mutating func append(_ text: StaticString) {
        self.bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ value: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value.magnitude
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(truncatingIfNeeded: rest % 10) + 48
                rest /= 10
            } while rest > 0
            if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
            self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    private mutating func append(_ value: Double) {
        if value.isNaN {
            // The routes outside of the protos write what JSON has not as Python does.
            self.append(self.style == .proto ? "\"NaN\"" : "NaN")
        } else {
            self.bytes.append(contentsOf: value.asMLflowSays.description.utf8)
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var writer = MLflowWriter(isIndented: false)
        writer.element(text)
        return writer.bytes
    }
}

extension Double {
    /// MLflow's server keeps an infinity as the largest number, and says so.
    package var asMLflowSays: Double {
        self.isInfinite ? (self < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude) : self
    }
}
