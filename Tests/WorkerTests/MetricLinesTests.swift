import Contract
import Kernel
import Testing

@testable import Worker

@Suite struct MetricLinesTests {
    private func points(_ text: String, inPiecesOf size: Int = .max) -> [MetricPoint] {
        var lines = MetricLines()
        var points: [MetricPoint] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            points += lines.read(Array(rest.prefix(size)), at: Sample.time)
            rest = rest.dropFirst(size)
        }
        return points + lines.finish(at: Sample.time)
    }

    private func point(_ name: String, _ value: Double, _ step: Int64 = 0) -> MetricPoint {
        MetricPoint(name: name, value: value, step: step, at: Sample.time)
    }

    @Test("numbers of an object are points, at its step")
    func object() {
        let text =
            "hello\n{\"step\": 3, \"loss\": 0.12, \"note\": \"x\", \"lr\": 1e-3, \"ok\": true, \"deep\": {\"a\": [1, {}]}}\nbye\n"
        let expected = [self.point("loss", 0.12, 3), self.point("lr", 0.001, 3)]
        for size in [1, 2, 7, 1000] { #expect(self.points(text, inPiecesOf: size) == expected) }
    }

    @Test("without a step the step is 0, and a last line needs no end")
    func noStep() {
        #expect(self.points("  {\"accuracy\": 97} ") == [self.point("accuracy", 97)])
    }

    @Test("what is not an object of one line is no metric")
    func noMetric() {
        for text in [
            "{\"a\": 1", "{\"a\": 1} x", "x {\"a\": 1}", "[1, 2]", "{a: 1}", "{\"a\": 01}", "{\"a\": 0x10}",
            "{\"a\": 1,}", "{}", "{\"a\"}",
            "{\"step\": 1}", "{\"a\": NaN}", "{\"a\": 1e999}", "{'a': 1}", "}{", "{\"a\": .5}", "{\"a\": 1.}",
            "{\"a\\\": 1}", "{\"a\": --1}",
        ] { #expect(self.points(text + "\n") == [], "\(text)") }
    }

    @Test("what Python writes for a number that is none does not spoil its neighbours")
    func notANumber() {
        #expect(self.points("{\"a\": NaN, \"b\": -Infinity, \"c\": -1.5E+2}\n") == [self.point("c", -150)])
    }

    @Test("names may be escaped")
    func escapes() {
        #expect(self.points("{\"a \\\"b\\\" \\u00e9\": 1}\n") == [self.point("a \"b\" é", 1)])
    }

    @Test("a progress bar that is redrawn in the same line does not hide the object")
    func progressBar() {
        #expect(self.points("\r 10%|█   | 1/10 [00:01<00:09]{\"loss\": 0.5}\n") == [self.point("loss", 0.5)])
    }

    @Test("a line above the limit is no metric, and the next one is again")
    func longLine() {
        let long = "{\"pad\": \"" + String(repeating: "x", count: MetricLines.longestLine) + "\", \"a\": 1}\n"
        #expect(self.points(long + "{\"b\": 2}\n", inPiecesOf: 4096) == [self.point("b", 2)])
    }

    @Test("binary output is harmless")
    func binary() {
        var random = SeededRandom(seed: 1)
        var lines = MetricLines()
        for _ in 0..<100 {
            let bytes = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(lines.read(bytes, at: Sample.time).isEmpty)
        }
    }

    @Test("deep nesting is refused, not followed")
    func deep() {
        let text =
            "{\"a\": " + String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000) + ", \"b\": 1}\n"
        #expect(self.points(text) == [])
    }

    @Test("after a gap the rest of the line is skipped")
    func gap() {
        var lines = MetricLines()
        _ = lines.read(Array("{\"a\": 1".utf8), at: Sample.time)
        lines.skipLine()
        #expect(lines.read(Array("2}\n{\"b\": 1}\n".utf8), at: Sample.time) == [self.point("b", 1)])
    }
}
