import Kernel
import Testing

@testable import Worker

@Suite struct SegmentQueueTests {
    private func limits(segment: Int = 4, memory: Int = 1000, total: Int = 1000) -> SegmentQueue.Limits {
        var limits = SegmentQueue.Limits()
        limits.segment = segment
        limits.memory = memory
        limits.total = total
        return limits
    }

    private func text(_ segment: SegmentQueue.Segment?) -> String? {
        segment.map { String(decoding: $0.bytes ?? [], as: UTF8.self) }
    }

    @Test("both readers see everything in order, each at its own pace")
    func order() {
        var queue = SegmentQueue(limits: self.limits())
        _ = queue.append(Array("abcdefghij".utf8), at: Sample.time)
        #expect(self.text(queue.next(for: .log)) == "abcd")
        if let segment = queue.next(for: .log) { _ = queue.advance(.log, past: segment) }
        #expect(self.text(queue.next(for: .log)) == "efgh")
        #expect(self.text(queue.next(for: .metrics)) == "abcd")
        #expect(queue.size == 10)
        if let segment = queue.next(for: .metrics) { _ = queue.advance(.metrics, past: segment) }
        #expect(queue.size == 6)
    }

    @Test("what is open is read after a flush or at the end")
    func open() {
        var queue = SegmentQueue(limits: self.limits())
        _ = queue.append(Array("ab".utf8), at: Sample.time)
        #expect(queue.next(for: .log) == nil)
        _ = queue.flush()
        #expect(self.text(queue.next(for: .log)) == "ab")
        _ = queue.append(Array("c".utf8), at: Sample.time)
        // The log's reader has something to read, so nothing small is sealed behind it.
        _ = queue.flush()
        if let segment = queue.next(for: .log) { _ = queue.advance(.log, past: segment) }
        #expect(queue.next(for: .log) == nil)
        _ = queue.finish()
        #expect(self.text(queue.next(for: .log)) == "c" && queue.isFinished)
    }

    @Test("a segment spans no more than its age")
    func age() {
        var queue = SegmentQueue(limits: self.limits())
        _ = queue.append(Array("a".utf8), at: Sample.time)
        _ = queue.append(Array("b".utf8), at: Sample.time + .seconds(2))
        #expect(self.text(queue.next(for: .metrics)) == "a")
    }

    @Test("what exceeds the memory goes to disk and is removed from there once both have read it")
    func disk() {
        var queue = SegmentQueue(limits: self.limits(memory: 4))
        #expect(queue.append(Array("abcd".utf8), at: Sample.time) == [])
        #expect(queue.append(Array("efgh".utf8), at: Sample.time) == [.store(number: 1, Array("efgh".utf8))])
        #expect(queue.stored(1) == [])
        for reader in SegmentQueue.Reader.allCases {
            if let segment = queue.next(for: reader) { _ = queue.advance(reader, past: segment) }
        }
        #expect(queue.next(for: .log)?.bytes == nil && queue.next(for: .log)?.number == 1)
        if let segment = queue.next(for: .log) { #expect(queue.advance(.log, past: segment) == []) }
        if let segment = queue.next(for: .metrics) {
            #expect(queue.advance(.metrics, past: segment) == [.remove(number: 1)])
        }
        #expect(queue.size == 0)
    }

    @Test("above the bound the middle is dropped: the beginning and the end stay, and the gap is told")
    func drop() {
        var queue = SegmentQueue(limits: self.limits(total: 20))
        for character in "ABCDEFGHIJ" {
            _ = queue.append(Array(String(repeating: character, count: 4).utf8), at: Sample.time)
            #expect(queue.size <= 20)
        }
        #expect(queue.isFull)
        var read = ""
        var gaps = 0
        while let segment = queue.next(for: .log) {
            if segment.gap > 0 { read += "…" }
            gaps += segment.gap
            read += self.text(segment) ?? ""
            _ = queue.advance(.log, past: segment)
        }
        #expect(read == "AAAABBBBCCCC…IIIIJJJJ" && gaps == 20)
    }

    @Test("what a reader is at is never dropped, and a reader that is past a gap is not told of it")
    func dropAroundReaders() {
        var queue = SegmentQueue(limits: self.limits(total: 12))
        for character in "ABC" { _ = queue.append(Array(String(repeating: character, count: 4).utf8), at: Sample.time) }
        for _ in 0..<2 { if let segment = queue.next(for: .log) { _ = queue.advance(.log, past: segment) } }
        // The log is at C, the metrics at A: only B can go.
        _ = queue.append(Array("DDDD".utf8), at: Sample.time)
        #expect(self.text(queue.next(for: .log)) == "CCCC" && queue.next(for: .log)?.gap == 0)
        if let segment = queue.next(for: .metrics) { _ = queue.advance(.metrics, past: segment) }
        #expect(queue.next(for: .metrics)?.gap == 4)
        if let segment = queue.next(for: .metrics) { _ = queue.advance(.metrics, past: segment) }
        #expect(self.text(queue.next(for: .metrics)) == "CCCC")
    }

    @Test("when a reader leaves, what it has not read does not stay for it")
    func leave() {
        var queue = SegmentQueue(limits: self.limits())
        _ = queue.append(Array("abcdefgh".utf8), at: Sample.time)
        _ = queue.leave(.metrics)
        while let segment = queue.next(for: .log) { _ = queue.advance(.log, past: segment) }
        #expect(queue.size == 0)
        _ = queue.append(Array("ijkl".utf8), at: Sample.time)
        _ = queue.leave(.log)
        #expect(queue.size == 0)
    }

    @Test("whatever is stored, lost, read and dropped, sizes add up and order is kept")
    func randomWalk() {
        for seed in UInt64(0)..<300 {
            var random = SeededRandom(seed: seed)
            var queue = SegmentQueue(limits: self.limits(segment: 8, memory: 32, total: 96))
            var printed = 0
            var read = 0
            var files: Set<Int> = []
            func perform(_ effects: [SegmentQueue.Effect]) {
                for effect in effects {
                    switch effect {
                    case .remove(let number): files.remove(number)
                    case .store(let number, _):
                        if Bool.random(using: &random) {
                            files.insert(number)
                            perform(queue.stored(number))
                        } else {
                            queue.lost(number)
                        }
                    }
                }
            }
            for _ in 0..<200 {
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    let count = Int.random(in: 1...20, using: &random)
                    perform(queue.append(Array(repeating: 65, count: count), at: Sample.time))
                    printed += count
                case 2:
                    guard let segment = queue.next(for: .log) else { continue }
                    #expect(segment.bytes != nil || files.contains(segment.number), "seed \(seed)")
                    read += segment.size + segment.gap
                    perform(queue.advance(.log, past: segment))
                default:
                    if let segment = queue.next(for: .metrics) { perform(queue.advance(.metrics, past: segment)) }
                }
                #expect(queue.size <= 96 + 28, "seed \(seed): \(queue.size)")
            }
            perform(queue.finish())
            while let segment = queue.next(for: .log) {
                read += segment.size + segment.gap
                perform(queue.advance(.log, past: segment))
            }
            // A gap that grew while only the metrics had it before them may hold what the log had read already.
            #expect(read >= printed, "seed \(seed): \(read) of \(printed)")
            #expect(queue.isFinished && queue.next(for: .log) == nil)
        }
    }
}
