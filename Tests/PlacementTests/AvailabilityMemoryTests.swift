import Foundation
import Kernel
import Testing

@testable import Placement

@Suite("AvailabilityMemory")
struct AvailabilityMemoryTests {
    private static let start = Timestamp(milliseconds: 1_795_000_000_000)

    private static func key(_ machineType: String = "p5.48xlarge", zone: String? = "a", spot: Bool = true)
        -> AvailabilityKey
    {
        AvailabilityKey(
            provider: "aws", region: "eu-north-1", zone: zone.map { "eu-north-1\($0)" }, machineType: machineType,
            isSpot: spot)
    }

    private static func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-6 }

    @Test("a power of one half is that of the mathematical library")
    func halves() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let times = Double.random(in: 0..<63, using: &random)
            #expect(abs(AvailabilityMemory.halved(times: times) / pow(0.5, times) - 1) < 1e-7)
        }
        #expect(AvailabilityMemory.halved(times: 0) == 1 && AvailabilityMemory.halved(times: -3) == 1)
        #expect(AvailabilityMemory.halved(times: 1) == 0.5 && AvailabilityMemory.halved(times: 1e300) == 0)
    }

    @Test("one refusal halves the availability, and it comes back with the half-life of its kind")
    func decay() {
        var memory = AvailabilityMemory()
        #expect(memory.availability(of: Self.key(), at: Self.start) == 1)
        memory.refused(Self.key(), at: Self.start)
        memory.refused(Self.key(spot: false), at: Self.start)
        #expect(memory.availability(of: Self.key(), at: Self.start) == 0.5)
        let later = Self.start + .minutes(10)
        // Spot: weight ½, so ½^½. On demand: a third of its half-life.
        #expect(Self.isClose(memory.availability(of: Self.key(), at: later), 0.5.squareRoot()))
        #expect(Self.isClose(memory.availability(of: Self.key(spot: false), at: later), pow(0.5, pow(0.5, 1.0 / 3))))
        #expect(memory.availability(of: Self.key(), at: Self.start + .hours(1)) > 0.98)
        #expect(memory.availability(of: Self.key(), at: Self.start + .hours(24)) == 1)
    }

    @Test("repeated refusals lower it further, down to a sixteenth; lack of quota goes there at once")
    func repeated() {
        var memory = AvailabilityMemory()
        var seen: [Double] = []
        for _ in 0..<6 {
            memory.refused(Self.key(), at: Self.start)
            seen.append(memory.availability(of: Self.key(), at: Self.start))
        }
        #expect(seen == [0.5, 0.25, 0.125, 0.0625, 0.0625, 0.0625])
        memory.refused(Self.key("g6.xlarge"), at: Self.start, because: .quota)
        #expect(memory.availability(of: Self.key("g6.xlarge"), at: Self.start) == 0.0625)
    }

    @Test("a grant takes three quarters of the weight away, and what is light is forgotten")
    func granted() {
        var memory = AvailabilityMemory()
        for _ in 0..<4 { memory.refused(Self.key(), at: Self.start) }
        memory.granted(Self.key(), at: Self.start)
        #expect(memory.availability(of: Self.key(), at: Self.start) == 0.5)
        for _ in 0..<4 { memory.granted(Self.key(), at: Self.start) }
        #expect(memory.count == 0)
        memory.granted(Self.key("m7i.large"), at: Self.start)
        #expect(memory.count == 0)
    }

    @Test("a refusal of the region counts for its zones, one of a zone for no other, and spot and on demand are apart")
    func scope() {
        var memory = AvailabilityMemory()
        memory.refused(Self.key(zone: nil), at: Self.start)
        memory.refused(Self.key(zone: "a"), at: Self.start)
        #expect(memory.availability(of: Self.key(zone: "a"), at: Self.start) == 0.25)
        #expect(memory.availability(of: Self.key(zone: "b"), at: Self.start) == 0.5)
        #expect(memory.availability(of: Self.key(zone: nil), at: Self.start) == 0.5)
        #expect(memory.availability(of: Self.key(zone: "a", spot: false), at: Self.start) == 1)
        #expect(memory.availability(of: Self.key("g6.xlarge", zone: "a"), at: Self.start) == 1)
    }

    @Test("a clock that runs back, and news that comes late, never lighten a refusal")
    func backwards() {
        var memory = AvailabilityMemory()
        memory.refused(Self.key(), at: Self.start)
        #expect(memory.availability(of: Self.key(), at: Self.start - .hours(5)) == 0.5)
        memory.refused(Self.key(), at: Self.start - .hours(5))
        #expect(memory.availability(of: Self.key(), at: Self.start) == 0.25)
    }

    @Test("the memory is bounded, and the weakest entry makes room")
    func bounded() {
        var memory = AvailabilityMemory()
        for index in 0..<AvailabilityMemory.limit {
            memory.refused(Self.key("type-\(index)"), at: Self.start + .seconds(index == 700 ? 0 : 60))
        }
        memory.refused(Self.key("one more"), at: Self.start + .seconds(60))
        #expect(memory.count == AvailabilityMemory.limit)
        #expect(memory.availability(of: Self.key("type-700"), at: Self.start + .seconds(60)) == 1)
        #expect(memory.availability(of: Self.key("type-701"), at: Self.start + .seconds(60)) == 0.5)
        #expect(memory.availability(of: Self.key("one more"), at: Self.start + .seconds(60)) == 0.5)
        // A day later all of them mean nothing any more, and all go at once.
        memory.refused(Self.key("tomorrow"), at: Self.start + .hours(24))
        #expect(memory.count == 1)
    }

    @Test("it comes back from its row as it went in, and equal memories are equal rows of at most 256 KB")
    func row() throws {
        var memory = AvailabilityMemory()
        for index in 0..<AvailabilityMemory.limit {
            memory.refused(Self.key("m7i.\(index)xlarge", zone: index % 2 == 0 ? nil : "b"), at: Self.start)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let row = try encoder.encode(memory)
        let back = try JSONDecoder().decode(AvailabilityMemory.self, from: row)
        #expect(back == memory)
        #expect(try encoder.encode(back) == row)
        #expect(row.count <= 256 << 10, "\(row.count)")
    }

    @Test(
        "a row that no memory can have is refused",
        arguments: [
            #"[{"key":KEY,"weight":4.5,"at":"2026-11-21T00:00:00Z"}]"#,
            #"[{"key":KEY,"weight":-1,"at":"2026-11-21T00:00:00Z"}]"#,
            #"[{"key":KEY,"weight":1,"at":"2026-11-21T00:00:00Z"},{"key":KEY,"weight":1,"at":"2026-11-21T00:00:00Z"}]"#,
            #"{"weights":[]}"#,
        ])
    func badRow(_ template: String) {
        let key = #"{"provider":"aws","region":"r","machineType":"t","isSpot":true}"#
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(
                AvailabilityMemory.self, from: Data(template.replacing("KEY", with: key).utf8))
        }
    }
}
