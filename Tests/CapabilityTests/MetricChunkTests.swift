import Kernel
import Testing
import Tracking

@Suite("chunks of metric points")
struct MetricChunkTests {
    /// Series of the shapes that runs log, and of none.
    private func series(_ random: inout SeededRandom) -> [MetricSample] {
        let count = Int.random(in: 0...300, using: &random)
        var at = Int64.random(in: -5...2_000_000_000_000, using: &random)
        var step = Int64.random(in: -1000...1000, using: &random)
        let shape = Int.random(in: 0...5, using: &random)
        return (0..<count).map { index in
            at += shape == 0 ? 1000 : Int64.random(in: 0...5000, using: &random)
            step += shape == 1 ? Int64.random(in: 0...100, using: &random) : 1
            let value: Double =
                switch shape {
                case 2: Double(bitPattern: random.next())
                case 3: Double(Float.random(in: 0...1, using: &random))
                case 4: 0.1
                default: 1 / Double(index + 1)
                }
            if shape == 5, index % 7 == 0 {
                return MetricSample(
                    at: Int64(bitPattern: random.next()), step: Int64(bitPattern: random.next()),
                    value: [.nan, .infinity, -.infinity, -0.0, 0, .leastNonzeroMagnitude][index / 7 % 6])
            }
            return MetricSample(at: at, step: step, value: value)
        }
    }

    private func isAlike(_ a: [MetricSample], _ b: [MetricSample]) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy {
                $0.at == $1.at && $0.step == $1.step && $0.value.bitPattern == $1.value.bitPattern
            }
    }

    @Test("what is written comes back bit for bit")
    func roundTrip() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<1000 {
            let samples = self.series(&random)
            let read = try MetricChunk.decode(MetricChunk.encode(samples))
            #expect(self.isAlike(read, samples))
        }
    }

    @Test("regular steps and one value take next to nothing, float losses with jittered times some six bytes")
    func size() {
        let regular = (0..<Int64(MetricChunk.maximumPoints)).map { MetricSample(at: $0 * 1000, step: $0, value: 0.5) }
        #expect(MetricChunk.encode(regular).count < MetricChunk.maximumPoints / 8 + 40)
        var random = SeededRandom(seed: 3)
        let loss = (0..<4096).map { index in
            MetricSample(
                at: 1_700_000_000_000 + Int64(index) * 50 + Int64.random(in: 0...9, using: &random), step: Int64(index),
                value: Double(Float(1 / Double(index + 1) + Double.random(in: 0...0.01, using: &random))))
        }
        #expect(MetricChunk.encode(loss).count < 4096 * 6)
    }

    @Test("damaged bytes are an error or other points, never a crash", arguments: 0..<8 as Range<UInt64>)
    func damage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            var bytes = MetricChunk.encode(self.series(&random))
            switch Int.random(in: 0...3, using: &random) {
            case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
            case 1:
                bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                    UInt8(truncatingIfNeeded: random.next())
                }
            case 2: bytes.append(contentsOf: [0, 0xFF, UInt8(truncatingIfNeeded: random.next())])
            default:
                for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            if let points = try? MetricChunk.decode(bytes) { #expect(points.count <= MetricChunk.maximumPoints) }
        }
    }

    @Test("bytes that end early are an error")
    func early() {
        let bytes = MetricChunk.encode((0..<100).map { MetricSample(at: $0, step: $0, value: Double($0) / 3) })
        for count in 0..<bytes.count {
            #expect(throws: MetricChunkError.self) { try MetricChunk.decode(Array(bytes.prefix(count))) }
        }
    }

    @Test("a history is ordered by time, step and value and has each point once")
    func order() {
        var samples = [
            MetricSample(at: 2, step: 0, value: 1), MetricSample(at: 1, step: 9, value: 5),
            MetricSample(at: 2, step: 0, value: .nan), MetricSample(at: 2, step: 0, value: -1),
            MetricSample(at: 2, step: 0, value: 1), MetricSample(at: 2, step: 0, value: .nan),
            MetricSample(at: 2, step: -3, value: 7),
        ]
        samples.arrange()
        #expect(samples.map(\.at) == [1, 2, 2, 2, 2])
        #expect(samples.map(\.step) == [9, -3, 0, 0, 0])
        #expect(samples[2].value == -1 && samples[3].value.isNaN && samples[4].value == 1)
    }
}
