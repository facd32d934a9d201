import Contract
import Kernel
import Testing

@Suite struct IDTests {
    @Test("ids are written and parsed back, and sort by birth")
    func roundTrip() {
        var random = SeededRandom(seed: 4)
        var previous: ID<Run>?
        for millisecond in 0..<2000 {
            let id = ID<Run>(at: Timestamp(milliseconds: 1_767_225_600_000 + Int64(millisecond)), using: &random)
            #expect(ID<Run>(id.description) == id)
            #expect(id.description.utf8.count == 30)
            if let previous { #expect(previous < id && previous.description < id.description) }
            previous = id
        }
    }

    @Test("the extremes are written in 26 characters", arguments: [UInt128.min, .max, 1, UInt128(UInt64.max)])
    func extremes(raw: UInt128) {
        let id = ID<Worker>(raw: raw)
        #expect(ID<Worker>(id.description)?.raw == raw)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "run_", "run_0", "wrk_00000000000000000000000000", "00000000000000000000000000",
            "run_8zzzzzzzzzzzzzzzzzzzzzzzzz", "run_0000000000000000000000000i", "run_0000000000000000000000000A",
            "run_000000000000000000000000000", "RUN_00000000000000000000000000",
        ])
    func refused(text: String) { #expect(ID<Run>(text) == nil) }

    @Test("two generators give different ids, one seed the same")
    func randomness() {
        let time = Timestamp(milliseconds: 5)
        var a = SeededRandom(seed: 1)
        var b = SeededRandom(seed: 1)
        var c = SeededRandom(seed: 2)
        let id = ID<Run>(at: time, using: &a)
        #expect(ID<Run>(at: time, using: &b) == id)
        #expect(ID<Run>(at: time, using: &c) != id)
        #expect(ID<Run>(at: time, using: &a) != id)
    }

    @Test("on the wire an id is its text, and a wrong one is told")
    func wire() throws {
        let id = ID<Run>(raw: 77)
        #expect(try Wire.decode([ID<Run>].self, text: try Wire.text([id])) == [id])
        let fault = #expect(throws: PlainFault.self) { try Wire.decode([ID<Run>].self, text: #"["wrk_1"]"#) }
        #expect(fault?.message.contains("'wrk_1' is not an id of the form run_<26 characters>") == true)
    }
}

@Suite struct ContentDigestTests {
    @Test("64 lower-case hex digits are a digest, and nothing else is")
    func parsing() {
        let hex = String(repeating: "0a", count: 32)
        #expect(ContentDigest(hex)?.hex == hex)
        for text in [
            "", hex.uppercased(), String(hex.dropLast()), hex + "0", "../" + hex.dropFirst(3), "g" + hex.dropFirst(),
        ] {
            #expect(ContentDigest(text) == nil)
        }
        #expect(ContentDigest(bytes: Array(repeating: UInt8(0x0a), count: 32)).hex == hex)
    }
}
