import Contract
import Kernel
import Testing

@Suite struct ByteCountTests {
    @Test(
        "sizes are parsed in binary and decimal units",
        arguments: [
            ("0", 0), ("1024", 1024), ("512MiB", 536_870_912), ("1.5 GB", 1_500_000_000), ("16GiB", 17_179_869_184),
            ("1KB", 1000),
            ("2TiB", 2_199_023_255_552), ("7B", 7), ("0.5KiB", 512),
        ] as [(String, Int64)])
    func parsed(text: String, bytes: Int64) { #expect(ByteCount(text)?.bytes == bytes) }

    @Test(
        "anything else is refused",
        arguments: ["", "MiB", "-1", "1 mib", "1MiBs", "one", "1..2MB", "99999999999TiB", "1e3", "∞"])
    func refused(text: String) { #expect(ByteCount(text) == nil) }

    @Test(
        "sizes are shown in binary units with a decimal at most",
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (536_870_912, "512 MiB"),
            (1_073_741_824, "1 GiB"),
            (1_181_116_007, "1.1 GiB"), (2_199_023_255_552, "2 TiB"),
        ] as [(Int64, String)])
    func shown(bytes: Int64, text: String) { #expect(ByteCount(bytes).description == text) }
}

@Suite struct ResidencyTests {
    static let zones = ["EU", "FI", "UK", "US", "onprem"]

    static func random(using random: inout SeededRandom) -> Residency {
        let clauses = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            Set(
                (0..<Int.random(in: 1...3, using: &random)).map { _ in Self.zones.randomElement(using: &random) ?? "EU"
                })
        }
        return Residency(clauses: Set(clauses))
    }

    @Test("the strictest of two allows just what both allow, in any order and however often")
    func strictest() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2000 {
            let a = Self.random(using: &random)
            let b = Self.random(using: &random)
            let place = Set(Self.zones.filter { _ in Bool.random(using: &random) })
            #expect(a.strictest(b).allows(zones: place) == (a.allows(zones: place) && b.allows(zones: place)))
            #expect(a.strictest(b) == b.strictest(a))
            #expect(a.strictest(a) == a)
            #expect(a.strictest(.any) == a)
        }
    }

    @Test("residency is said in words and travels as it is")
    func words() throws {
        #expect(Residency.any.description == "any")
        #expect(Residency.only(["UK", "EU"]).description == "EU or UK")
        #expect(Residency.only(["onprem"]).strictest(.only(["EU"])).description == "EU and onprem")
        #expect(try Wire.text(Residency.only(["UK", "EU"])) == #"[["EU","UK"]]"#)
        var random = SeededRandom(seed: 6)
        for _ in 0..<200 {
            let residency = Self.random(using: &random)
            #expect(try Wire.decode(Residency.self, text: try Wire.text(residency)) == residency)
        }
    }
}

@Suite struct FaultTests {
    @Test(
        "each kind has the status and exit code of the design",
        arguments: zip(
            FaultKind.allCases,
            [
                (400, 2), (401, 3), (403, 3), (404, 4), (409, 5), (429, 6), (503, 7), (504, 7), (499, 130), (500, 70),
            ] as [(Int, Int32)]))
    func table(kind: FaultKind, codes: (status: Int, exit: Int32)) {
        #expect(kind.httpStatus == codes.status)
        #expect(kind.exitCode == codes.exit)
        #expect(kind.isRetryable == [503, 504].contains(codes.status))
    }
}

@Suite struct ClockTests {
    @Test("a manual clock moves only when it is told to, and its calendar can be set back alone")
    func manual() {
        let clock = ManualTime(now: Timestamp(milliseconds: 100))
        clock.advance(by: .seconds(1))
        clock.jump(by: .seconds(-5))
        #expect(clock.now == Timestamp(milliseconds: -3900))
        #expect(clock.monotonic == .seconds(1))
    }

    @Test("the machine's clock is in this century and never runs backwards")
    func system() {
        let clock = SystemTime()
        let first = clock.monotonic
        #expect(clock.now > Timestamp(milliseconds: 1_700_000_000_000))
        #expect(clock.monotonic >= first)
    }
}
