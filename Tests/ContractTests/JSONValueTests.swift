import Contract
import Kernel
import Testing

@Suite("JSON values")
struct JSONValueTests {
    @Test("text is compact, with sorted keys and nothing escaped that need not be")
    func text() {
        let value: JSONValue = ["b": [1, 2.5, true, .null], "a": "é/\"\\\n\u{1}🦉"]
        #expect(value.text == #"{"a":"é/\"\\\n\u0001🦉","b":[1,2.5,true,null]}"#)
        #expect(JSONValue.number(.infinity).text == "null")
    }

    @Test(
        "parsing and decoding agree",
        arguments: [
            "{}", "[]", " [ ] ", #"{"a": {"b": [1, -2, 3.25, 1E-3]}}"#, #""\u00e9\ud83e\udd89\/\b\f""#, "true", "null",
            "9223372036854775807", "-9223372036854775808", #"{"x":"日本語"}"#, "[[[[1]]]]", "0", "123456789012345678901",
        ])
    func agreement(text: String) throws {
        #expect(try JSONValue(text: text) == Wire.decode(text: text))
    }

    @Test("a number stays what it was written as")
    func numbers() throws {
        #expect(try JSONValue(text: "[3, 3.0, 3e0]") == [.integer(3), .number(3), .number(3)])
        #expect(JSONValue.array([.integer(3), .number(3)]).text == "[3,3.0]")
    }

    @Test(
        "what is not JSON is refused with the position",
        arguments: [
            "", "{", "[1,]", "{\"a\":}", "{a:1}", "\"x", "\"\\q\"", "\"\\ud800\"", "01", "1.", "1e", "-", "+1", "tru",
            "nulll",
            "[1 2]", "{\"a\" 1}", "\"a\nb\"", "1 2", "1e999", String(repeating: "[", count: 1000),
        ])
    func refusal(text: String) {
        #expect { try JSONValue(text: text) } throws: {
            guard let fault = $0 as? PlainFault else { return false }
            return fault.kind == .invalid && fault.message.contains("at byte")
        }
    }

    @Test("bytes that are no UTF-8 are refused")
    func notUTF8() {
        #expect(throws: PlainFault.self) { try JSONValue(utf8: [34, 0xFF, 34]) }
    }

    @Test("any value comes back from its text", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let value = Self.value(depth: 4, using: &random)
        #expect(try JSONValue(text: value.text) == value, "seed \(seed)")
    }

    private static func value(depth: Int, using random: inout SeededRandom) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: Int64.min...Int64.max, using: &random))
        case 3: return .number(Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &random)))
        case 4:
            let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x11_0000, using: &random)) }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 5: return .array((0..<3).map { _ in Self.value(depth: depth - 1, using: &random) })
        default:
            let fields = (0..<3).map { ("key \($0)\n", Self.value(depth: depth - 1, using: &random)) }
            return .object(Dictionary(uniqueKeysWithValues: fields))
        }
    }
}
