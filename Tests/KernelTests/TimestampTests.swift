import Contract
import Kernel
import Testing

@Suite struct TimestampTests {
    @Test(
        "times are written in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func written(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(
        "RFC 3339 is parsed with offsets and fractions",
        arguments: [
            ("2026-01-01T00:00:00Z", 1_767_225_600_000), ("2026-01-01t02:00:00+02:00", 1_767_225_600_000),
            ("2025-12-31T19:00:00-05:00", 1_767_225_600_000), ("2026-01-01T00:00:00.5Z", 1_767_225_600_500),
            ("2026-01-01T00:00:00.123456789z", 1_767_225_600_123), ("2026-01-01T00:00:60Z", 1_767_225_660_000),
            ("2026-01-01T05:45:00+05:45", 1_767_225_600_000),
        ] as [(String, Int64)])
    func parsed(text: String, milliseconds: Int64) { #expect(Timestamp(text)?.milliseconds == milliseconds) }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-01-32T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00+02", "2026-01-01T00:00:00ZZ", "x026-01-01T00:00:00Z",
            "2026/01/01T00:00:00Z",
        ])
    func refused(text: String) { #expect(Timestamp(text) == nil) }

    @Test("every day of eight centuries is written and parsed back")
    func roundTrip() {
        var random = SeededRandom(seed: 3)
        for day in stride(from: Int64(-146_000), to: 146_000, by: 7) {
            let time = Timestamp(milliseconds: day * 86_400_000 + Int64.random(in: 0..<86_400_000, using: &random))
            #expect(Timestamp(time.description) == time)
        }
    }

    @Test("spans lie between times")
    func arithmetic() {
        let time = Timestamp(milliseconds: 1000)
        #expect(time + .seconds(2) - time == .seconds(2))
        #expect(time - .seconds(2) < time)
    }
}

@Suite struct TimeSpanTests {
    @Test(
        "spans are written in the largest unit that divides them, and parsed back",
        arguments: [
            (0, "0s"), (1500, "1500ms"), (90_000, "90s"), (120_000, "2m"), (7_200_000, "2h"), (86_400_000, "24h"),
            (1, "1ms"),
        ] as [(Int64, String)])
    func written(milliseconds: Int64, text: String) {
        #expect(TimeSpan(milliseconds: milliseconds).description == text)
        #expect(TimeSpan(text)?.milliseconds == milliseconds)
    }

    @Test(
        "fractions, days and years are understood",
        arguments: [("1.5h", 5_400_000), ("4d", 345_600_000), ("4y", 126_144_000_000), ("0.5s", 500)]
            as [(String, Int64)])
    func parsed(text: String, milliseconds: Int64) { #expect(TimeSpan(text)?.milliseconds == milliseconds) }

    @Test(
        "anything else is refused",
        arguments: ["", "90", "s", "-1s", "1 s", "1w", "1e3s", "1.2.3s", "1S", "nan", "inf s", "99999999999999999999y"])
    func refused(text: String) { #expect(TimeSpan(text) == nil) }

    @Test("on the wire a span is its text")
    func wire() throws {
        #expect(try Wire.text([TimeSpan.seconds(90)]) == #"["90s"]"#)
        #expect(throws: PlainFault.self) { try Wire.decode([TimeSpan].self, text: #"["soon"]"#) }
    }
}
