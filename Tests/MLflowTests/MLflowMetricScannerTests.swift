import Contract
import Kernel
import MLflow
import Testing
import Tracking

@Suite("bodies of metrics, read from the bytes")
struct MLflowMetricScannerTests {
    private let run = ID<Run>(raw: 77)

    private func metric(_ fields: String) -> [UInt8] {
        Array(#"{"run_id": "\#(self.run.hexadecimal)", \#(fields)}"#.utf8)
    }

    private func value(_ text: String) -> Double? {
        MLflowMetricScanner.metric(self.metric(#""key": "m", "value": \#(text), "timestamp": 1"#))?
            .records.samples(of: "m").first?.value
    }

    @Test("every number is the one that it says, to the last bit", arguments: 0..<4 as Range<UInt64>)
    func numbers(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            let number: Double =
                switch Int.random(in: 0...4, using: &random) {
                case 0: Double(bitPattern: random.next())
                case 1: Double.random(in: -1...1, using: &random)
                case 2: Double(Float.random(in: 0...100, using: &random))
                case 3: Double(Int.random(in: -100_000...100_000, using: &random)) / 1000
                default: Double(Int64(bitPattern: random.next()))
                }
            guard number.isFinite else { continue }
            #expect(self.value(number.description) == number)
        }
        for (text, number) in [
            ("1", 1.0), ("-0", -0.0), ("1e5", 1e5), ("1E+05", 1e5), ("1.5e-3", 1.5e-3), ("0.1", 0.1),
            ("123456789012345678901234567890", 123456789012345678901234567890.0), ("5e-324", .leastNonzeroMagnitude),
            ("9007199254740993", 9007199254740993.0), ("1.7976931348623157e308", .greatestFiniteMagnitude),
        ] {
            #expect(self.value(text)?.bitPattern == number.bitPattern)
        }
    }

    @Test("the numbers that JSON has not come by their names")
    func names() {
        #expect(self.value("\"NaN\"")?.isNaN == true)
        #expect(self.value("NaN")?.isNaN == true)
        #expect(self.value("\"Infinity\"") == .infinity)
        #expect(self.value("-Infinity") == -.infinity)
    }

    @Test(
        "what is unusual or wrong is left to the long way",
        arguments: [
            #""key": "m", "value": 1"#, #""key": "m", "timestamp": 1"#, #""value": 1, "timestamp": 1"#,
            #""key": "", "value": 1, "timestamp": 1"#, #""key": "a#", "value": 1, "timestamp": 1"#,
            #""key": "../a", "value": 1, "timestamp": 1"#, #""key": "a//b", "value": 1, "timestamp": 1"#,
            #""key": "a/", "value": 1, "timestamp": 1"#, #""key": "a\n", "value": 1, "timestamp": 1"#,
            #""key": "é", "value": 1, "timestamp": 1"#, #""key": "m", "value": "1", "timestamp": 1"#,
            #""key": "m", "value": 01, "timestamp": 1"#, #""key": "m", "value": 1., "timestamp": 1"#,
            #""key": "m", "value": 1e999, "timestamp": 1"#, #""key": "m", "value": 1, "timestamp": 1.5"#,
            #""key": "m", "value": 1, "timestamp": -1"#, #""key": "m", "value": 1, "timestamp": 12345678901234567890"#,
            #""key": "m", "value": 1, "timestamp": 1, "step": "1""#,
            #""key": "m", "value": 1, "timestamp": 1, "model_id": "m-1""#,
            #""key": "m", "value": true, "timestamp": 1"#, #""key": "m", "value": 1, "timestamp": 1, "step": null"#,
            #""key": "m", "value": 1, "timestamp": 1} , {"#,
        ])
    func unusual(fields: String) { #expect(MLflowMetricScanner.metric(self.metric(fields)) == nil) }

    @Test("a batch is what the tree of its JSON says", arguments: 0..<4 as Range<UInt64>)
    func batches(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let items = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                let step = Bool.random(using: &random) ? #", "step": \#(Int.random(in: -9...9, using: &random))"# : ""
                return
                    #"{"value":\#(Double.random(in: -9...9, using: &random)), "key": "m/\#(Int.random(in: 0...3, using: &random))" , "timestamp": \#(Int.random(in: 0...99, using: &random))\#(step)}"#
            }
            let body = Array(
                #"{"metrics":[\#(items.joined(separator: " ,\n"))],"tags":[ ], "run_id":"\#(self.run.hexadecimal)"}"#
                    .utf8)
            let reading = try #require(MLflowMetricScanner.batch(body, limit: 1000))
            #expect(reading.run == self.run && reading.records.count == items.count)
            guard case .object(let object) = try JSONValue(utf8: body) else { return }
            let fields = try MLflowFields(object).objects("metrics").enumerated().map {
                try MLflowMetricFields($1, at: $0)
            }
            for name in Set(fields.map(\.key)) {
                let expected = fields.filter { $0.key == name }.map(\.sample)
                let found = reading.records.samples(of: name)
                #expect(found.map(\.value) == expected.map(\.value) && found.map(\.at) == expected.map(\.at))
                #expect(found.map(\.step) == expected.map(\.step))
            }
        }
    }

    @Test("no bytes make it crash, and what it reads has a run", arguments: 0..<8 as Range<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let whole = Array(
            #"{"run_id": "\#(self.run.hexadecimal)", "metrics": [{"key": "a", "value": -1.5e3, "timestamp": 1, "step": 2}], "params": []}"#
                .utf8)
        for _ in 0..<2000 {
            var body = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: body[position] = UInt8(truncatingIfNeeded: random.next())
                case 1: body.removeSubrange(position...)
                default: body.insert(contentsOf: whole.prefix(position), at: position)
                }
                if body.isEmpty { body = [0] }
            }
            if let reading = MLflowMetricScanner.batch(body, limit: 1000) {
                #expect(reading.run.hexadecimal.count == 32)
            }
            _ = MLflowMetricScanner.metric(body)
        }
    }
}
