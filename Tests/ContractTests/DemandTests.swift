import Contract
import Kernel
import Testing

@Suite("Accelerator demands")
struct AcceleratorDemandTests {
    @Test(
        "what the field writes is understood, and printed in one spelling",
        arguments: [
            ("H100", "H100"), ("h100:8", "H100:8"), ("H100:8 | A100-80GB:8", "H100:8 | A100-80GB:8"),
            ("a100-80gb|nvidia-l4:2..8", "A100-80GB | L4:2..8"), ("TPU v5e:4+", "TPU-v5e:4+"), ("tpu_v5e", "TPU-v5e"),
            ("A100:80GB", "A100-80GB"), ("A100:80GB:4", "A100-80GB:4"), (" T4 : 2 ", "T4:2"), ("T4g:1", "T4g:1"),
            ("L4:3..3", "L4:3"), ("L4: 2 .. 4", "L4:2..4"), ("A100", "A100"), ("A100-40GB:16", "A100:16"),
        ])
    func understood(text: String, printed: String) throws {
        let demand = try AcceleratorDemand(text)
        #expect(demand.description == printed)
        #expect(try AcceleratorDemand(printed) == demand)
    }

    @Test(
        "a wrong demand says what is wrong and where",
        arguments: [
            ("", .empty(position: 1)), ("  ", .empty(position: 3)), ("H100 | ", .empty(position: 8)),
            (":8", .empty(position: 1)), ("H100:0", .badCount(text: "0", position: 6)),
            ("H100:-1", .badCount(text: "-1", position: 6)), ("H100:", .badCount(text: "", position: 6)),
            ("H100:8 | L4:5..2", .badCount(text: "5..2", position: 13)),
            ("T4:1.5", .badCount(text: "1.5", position: 4)),
            ("T4:99999", .badCount(text: "99999", position: 4)), ("T4:8++", .badCount(text: "8++", position: 4)),
            ("A10:0", .badCount(text: "0", position: 5)),
            ("T4 | H1000:8", .unknownAccelerator(name: "H1000", position: 6, near: ["H100"])),
            ("qqqqqqqq", .unknownAccelerator(name: "qqqqqqqq", position: 1, near: [])),
        ] as [(String, DemandError)])
    func refused(text: String, expected: DemandError) {
        #expect(throws: expected) { try AcceleratorDemand(text) }
        #expect(expected.message.hasSuffix(".") || expected.message.hasSuffix("?"))
    }

    @Test("more choices than there are models are refused")
    func tooMany() {
        let text = Array(repeating: "L4", count: AcceleratorDemand.maximumChoices + 1).joined(separator: "|")
        #expect(throws: DemandError.tooManyChoices(count: AcceleratorDemand.maximumChoices + 1)) {
            try AcceleratorDemand(text)
        }
    }

    @Test("a count says what it contains, and a name alone asks for one")
    func counts() throws {
        let choices = try AcceleratorDemand("H100:8 | L4:2+ | T4:2..4 | A10").choices
        #expect(
            choices.map(\.demanded).map { count in [0.5, 1, 2, 4, 8].filter { count.contains($0) } } == [
                [8], [2, 4, 8], [2, 4], [1],
            ])
        #expect(choices[3].count == nil)
    }

    @Test("every name and alias means one accelerator")
    func names() {
        for entry in AcceleratorName.all {
            for spelling in [entry.name, entry.name.lowercased(), entry.name.replacing("-", with: " ")] + entry.aliases
            {
                #expect(AcceleratorName(spelling)?.canonical == entry.name, "\(spelling)")
            }
        }
        #expect(Set(AcceleratorName.all.map(\.name)).count == AcceleratorName.all.count)
    }

    @Test("near names are few, and the nearest comes first")
    func near() {
        #expect(AcceleratorName.near("H10").contains("H100"))
        #expect(AcceleratorName.near("Trainum").first == "Trainium")
        #expect(AcceleratorName.near("TPU").count == 3)
        #expect(AcceleratorName.near("") == [])
    }

    @Test(
        "no text crashes the parser, and what it understands it prints and reads alike",
        arguments: 0..<20 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "H100", "A100-80GB", "TPU v5e", "L4", ":", ":", "|", "|", "8", "..", "+", "2", " ", "é", "🦆", "\t", "-1",
            ".",
        ]
        var understood = 0
        for _ in 0..<150 {
            let text = (0..<Int.random(in: 0...9, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let demand = try? AcceleratorDemand(text) else { continue }
            understood += 1
            #expect(try AcceleratorDemand(demand.description) == demand, "\(text)")
        }
        #expect(understood > 0)
    }

    @Test("a random demand survives printing and JSON", arguments: 0..<100 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            let name = AcceleratorName.all.randomElement(using: &random)?.name ?? "L4"
            let low = Int.random(in: 1...64, using: &random)
            let count = ["", ":\(low)", ":\(low)+", ":\(low)..\(low + 3)"].randomElement(using: &random) ?? ""
            return name + count
        }
        let demand = try AcceleratorDemand(parts.joined(separator: " | "))
        #expect(demand.description == parts.joined(separator: " | "))
        #expect(try Wire.decode(AcceleratorDemand.self, from: Wire.encode(demand)) == demand)
    }
}

@Suite("CPU and memory ranges")
struct RangeTests {
    @Test(
        "a range of CPUs is understood",
        arguments: [
            ("4", 4, nil), ("0.5", 0.5, nil), ("4+", 4, nil), ("4..16", 4, 16), (" 4 .. 16 ", 4, 16), ("1..1", 1, 1),
        ]
            as [(String, Double, Double?)])
    func cpus(text: String, minimum: Double, maximum: Double?) throws {
        let range = try CPURange(text)
        #expect(range.minimum == minimum && range.maximum == maximum)
        #expect(try CPURange(range.description) == range)
        #expect(range.contains(minimum) && !range.contains(minimum - 0.1))
        #expect(range.contains(1e6) == (maximum == nil))
    }

    @Test(
        "anything else is no number of CPUs",
        arguments: ["", "0", "-1", "+", "4..", "..4", "4..2", "5000", "1e3", "nan", "inf", "4-8", "4++", "0.0001"])
    func badCPUs(text: String) { #expect(throws: DemandError.badCPUs(text: text)) { try CPURange(text) } }

    @Test(
        "a range of memory is understood",
        arguments: [
            ("16GiB", 16, nil, "16GiB+"), ("16GiB+", 16, nil, "16GiB+"), ("16GiB..64GiB", 16, 64, "16GiB..64GiB"),
            ("1024MiB", 1, nil, "1GiB+"), ("1TiB..2TiB", 1024, 2048, "1TiB..2TiB"),
        ] as [(String, Int64, Int64?, String)])
    func memory(text: String, minimum: Int64, maximum: Int64?, printed: String) throws {
        let range = try MemoryRange(text)
        #expect(range.minimum == .gibibytes(minimum) && range.maximum == maximum.map { .gibibytes($0) })
        #expect(range.description == printed)
        #expect(try MemoryRange(printed) == range)
        #expect(range.contains(.gibibytes(minimum)) && !range.contains(.gibibytes(minimum - 1)))
    }

    @Test(
        "anything else is no size of memory",
        arguments: ["", "0", "0GiB", "-1GiB", "16GiB..", "..16GiB", "64GiB..16GiB", "16 parsecs", "GiB", "+"])
    func badMemory(text: String) { #expect(throws: DemandError.badMemory(text: text)) { try MemoryRange(text) } }

    @Test("plain numbers stay what they were on the wire")
    func wire() throws {
        #expect(try Wire.decode(CPURange.self, from: Array("4".utf8)) == CPURange(minimum: 4))
        #expect(try Wire.decode(CPURange.self, from: Array("\"4..8\"".utf8)) == CPURange(minimum: 4, maximum: 8))
        #expect(try Wire.encode(CPURange(minimum: 0.5)) == Array("0.5".utf8))
        #expect(try Wire.decode(MemoryRange.self, from: Array("1073741824".utf8)) == MemoryRange("1GiB"))
        #expect(try Wire.encode(MemoryRange("1KiB+")) == Array("1024".utf8))
        #expect(throws: (any Error).self) { try Wire.decode(CPURange.self, from: Array("0".utf8)) }
    }

    @Test(
        "no text crashes the readers, and what they understand they print and read alike",
        arguments: 0..<30 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "4", "16", "GiB", "MiB", "TB", "..", "+", ".", " ", "0", "9223372036854775807", "-", "e", "٣", "🦆",
        ]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...6, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            if let range = try? CPURange(text) { #expect(try CPURange(range.description) == range, "\(text)") }
            if let range = try? MemoryRange(text), range.maximum?.bytes ?? range.minimum.bytes < 1 << 52 {
                #expect(try MemoryRange(range.description) == range, "\(text)")
            }
        }
    }
}

@Suite("Catalog queries")
struct CatalogQueryTests {
    @Test("a query survives its parameters")
    func roundTrip() throws {
        var query = CatalogQuery()
        #expect(try CatalogQuery(parameters: query.parameters) == query)
        query.gpu = try AcceleratorDemand("H100:8 | L4")
        query.cpus = try CPURange("4..16")
        query.memory = try MemoryRange("80GiB")
        query.provider = "aws"
        query.region = GlobPattern("eu-*")
        query.zone = "euw1-az1"
        query.architecture = "arm64"
        query.spot = true
        query.maximumPrice = Money(decimal: "2.5")
        query.sort = .memory
        query.limit = 7
        #expect(try CatalogQuery(parameters: query.parameters) == query)
        #expect(Set(query.parameters.keys) == Set(CatalogQuery.parameters.map(\.name)))
    }

    @Test(
        "a bad parameter is refused",
        arguments: [
            ["gpu": "H100:0"], ["cpus": "x"], ["memory": "-1"], ["maximumPrice": "cheap"], ["maximumPrice": "-1"],
            ["sort": "beauty"], ["limit": "0"], ["limit": "1001"],
        ])
    func refused(parameters: [String: String]) {
        #expect {
            try CatalogQuery(parameters: parameters)
        } throws: { ($0 as? any Fault)?.kind == .invalid }
    }

    @Test(
        "a pattern matches what it should",
        arguments: [
            ("eu-*", "eu-north-1", true), ("eu-*", "us-east-1", false), ("*", "", true), ("", "", true),
            ("", "a", false),
            ("us-?ast-1", "us-east-1", true), ("*-1", "eu-north-1", true), ("*-1", "eu-north-12", false),
            ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false), ("**", "x", true), ("?", "", false),
        ])
    func glob(pattern: String, name: String, expected: Bool) { #expect(GlobPattern(pattern).matches(name) == expected) }
}
