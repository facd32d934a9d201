import Contract
import Kernel
import Testing

@Suite struct StepFilesTests {
    @Test("inputs and outputs are a list of names where nothing is said of them, and an object where something is")
    func wire() throws {
        let plain: StepInputs = ["b", "a"]
        #expect(try Wire.text(plain) == #"["a","b"]"#)
        let said = StepInputs(["x": StepInput(optional: true), "y": StepInput()])
        #expect(try Wire.text(said) == #"{"x":{"optional":true},"y":{}}"#)
        #expect(try Wire.decode(StepInputs.self, text: Wire.text(said)) == said)
        #expect(try Wire.decode(StepInputs.self, text: #"["b","a"]"#) == plain)
        #expect(said.required == ["y"])
        let outputs = StepOutputs(["m": StepOutput(path: "out/m/", size: .gibibytes(2)), "log": StepOutput()])
        #expect(try Wire.decode(StepOutputs.self, text: Wire.text(outputs)) == outputs)
        #expect {
            try Wire.decode(StepSpec.self, text: #"{"command":"x","outputs":["split","split"]}"#)
        } throws: {
            ($0 as? any Fault)?.message.contains("'split' is listed twice") == true
        }
        let several = NodeInput(["a.y", "b.y"])
        #expect(try Wire.text(several) == #"["a.y","b.y"]"#)
        #expect(try Wire.decode(NodeInput.self, text: #""a.y""#) == "a.y")
    }

    @Test("an output is found where its step says it lies, and is as large as its step expects")
    func outputs() {
        let outputs = StepOutputs(["m": StepOutput(path: "out/m/", size: .gibibytes(2)), "log": StepOutput()])
        #expect(outputs.resolved("m/weights.bin") == "out/m/weights.bin")
        #expect(outputs.resolved("m") == "out/m")
        #expect(outputs.resolved("log") == "log")
        #expect(outputs.resolved("") == "")
        #expect(outputs.expectedSize(of: "m/weights.bin") == .gibibytes(2))
        #expect(outputs.expectedSize(of: "log") == nil)
        #expect(outputs.expectedSize(of: "") == .gibibytes(2))
    }

    @Test(
        "patterns",
        arguments: [
            ("eu-*", "eu-west-1", true), ("eu-*", "us-eu-1", false), ("*", "", true), ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*-1*b", "x-1-1b", true), ("", "", true), ("", "x", false), ("**x", "yx", true), ("EU", "eu", false),
        ] as [(String, String, Bool)])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect(GlobPattern(pattern).matches(name) == matches)
    }

    @Test("dollars travel as a decimal text with every digit")
    func dollars() throws {
        for (nanodollars, text) in [
            (1_500_000_000, "1.50"), (482, "0.000000482"), (-20_000_000, "-0.02"), (0, "0.00"),
            (12_345_678_900_000_001, "12345678.900000001"),
        ] as [(Int64, String)] {
            let dollars = Dollars(Money(nanodollars: nanodollars))
            #expect(try Wire.text(dollars) == "\"\(text)\"")
            #expect(try Wire.decode(Dollars.self, text: "\"\(text)\"") == dollars)
        }
        #expect(throws: (any Error).self) { try Wire.decode(Dollars.self, text: #""1e3""#) }
    }
}
