package import Kernel

/// What a command has printed and the control plane has not taken yet, in order, for two readers: the log and the metrics.
///
/// Bytes gather in an open segment, which is sealed when it is large or old enough and can then be read. What exceeds the
/// memory is to be stored on disk; what exceeds the whole bound is dropped, from the middle, so that the beginning and the end
/// of an outage stay. Pure: `Spool` keeps one in a lock and performs the effects.
package struct SegmentQueue: Sendable {
    package struct Limits: Sendable {
        /// A segment is sealed at this size: what one request carries.
        package var segment = 64 << 10
        /// A segment is sealed when it is older than this, since its metrics have the time of its first byte.
        package var age = TimeSpan.seconds(1)
        /// What stays in memory of one attempt.
        package var memory = 1 << 20
        /// What waits on disk in all: hours of a chatty command, no danger to the disk.
        package var total = 64 << 20
        /// At most one segment a second is sealed while nobody reads, so this is some hours of a quiet command.
        package var count = 20_000

        package init() {}
    }

    package enum Reader: Int, Sendable, CaseIterable {
        case log, metrics
    }

    package enum Effect: Sendable, Equatable {
        /// Write this segment to disk, then say `stored` or `lost`.
        case store(number: Int, [UInt8])
        case remove(number: Int)
    }

    package struct Segment: Sendable, Equatable {
        package let number: Int
        /// When its first byte was printed.
        package let at: Timestamp
        package fileprivate(set) var size: Int
        /// Nil when it lies on disk.
        package internal(set) var bytes: [UInt8]?
        /// Bytes that were dropped in its place; it has none of its own then.
        package internal(set) var gap = 0
    }

    private let limits: Limits
    private var sealed: [Segment] = []
    private var open: Segment?
    private var nextNumber = 0
    /// The number each reader waits for.
    private var positions = Array(repeating: 0, count: Reader.allCases.count)
    private var inMemory = 0
    /// Bytes that wait, in all.
    package private(set) var size = 0
    package private(set) var isFinished = false

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Whether the next append drops something.
    package var isFull: Bool { self.size >= self.limits.total || self.sealed.count >= self.limits.count }

    package mutating func append(_ bytes: [UInt8], at time: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        if let open = self.open, time - open.at >= self.limits.age { effects += self.seal() }
        var rest = bytes[...]
        while !rest.isEmpty {
            var segment = self.open ?? self.newSegment(at: time)
            let part = rest.prefix(max(1, self.limits.segment - segment.size))
            rest = rest.dropFirst(part.count)
            self.open = nil
            segment.bytes?.append(contentsOf: part)
            segment.size += part.count
            self.size += part.count
            self.open = segment
            if segment.size >= self.limits.segment { effects += self.seal() }
        }
        return effects
    }

    /// Seals what is open when the log's reader has nothing else to read.
    package mutating func flush() -> [Effect] { self.next(for: .log) == nil ? self.seal() : [] }

    /// Nothing more comes.
    package mutating func finish() -> [Effect] {
        self.isFinished = true
        return self.seal()
    }

    /// The segment that `reader` is to take next.
    package func next(for reader: Reader) -> Segment? {
        let position = self.positions[reader.rawValue]
        return self.sealed.first { $0.number >= position }
    }

    /// `reader` is done with `segment`.
    package mutating func advance(_ reader: Reader, past segment: Segment) -> [Effect] {
        self.move(reader, to: segment.number + 1)
    }

    /// `reader` wants no more.
    package mutating func leave(_ reader: Reader) -> [Effect] { self.move(reader, to: .max) }

    package mutating func stored(_ number: Int) -> [Effect] {
        guard let index = self.index(of: number), self.sealed[index].gap == 0 else { return [.remove(number: number)] }
        self.inMemory -= self.sealed[index].size
        self.sealed[index].bytes = nil
        return []
    }

    /// The disk would not take it: it stays in memory when a reader is at it, else it is dropped.
    package mutating func lost(_ number: Int) {
        guard let index = self.index(of: number), !self.awaited.contains(number) else { return }
        self.hollow(index)
    }

    private mutating func newSegment(at time: Timestamp) -> Segment {
        let segment = Segment(number: self.nextNumber, at: time, size: 0, bytes: [])
        self.nextNumber += 1
        return segment
    }

    private mutating func seal() -> [Effect] {
        guard let segment = self.open, let bytes = segment.bytes else { return [] }
        self.open = nil
        self.sealed.append(segment)
        self.inMemory += segment.size
        var effects = self.removeRead()
        if self.inMemory > self.limits.memory { effects.append(.store(number: segment.number, bytes)) }
        while self.size > self.limits.total || self.sealed.count > self.limits.count {
            guard let dropped = self.drop() else { break }
            effects += dropped
        }
        return effects
    }

    /// What the readers are at.
    private var awaited: [Int] { Reader.allCases.compactMap { self.next(for: $0)?.number } }

    /// Widens the gap that is there already, else makes one in the middle; never takes what a reader is at, nor the newest.
    ///
    /// - Returns: nil when nothing can be dropped.
    private mutating func drop() -> [Effect]? {
        let awaited = self.awaited
        let free = self.sealed.indices.dropLast().filter { !awaited.contains(self.sealed[$0].number) }
        let gap = zip(free, free.dropFirst()).first { self.sealed[$0].gap > 0 && $1 == $0 + 1 }
        let whole = free.filter { self.sealed[$0].gap == 0 }
        guard let index = gap?.1 ?? whole.first(where: { $0 >= self.sealed.count / 2 }) ?? whole.last else {
            return nil
        }
        let isStored = self.sealed[index].bytes == nil
        self.hollow(index)
        if let gap {
            self.sealed[index].gap += self.sealed[gap.0].gap
            self.sealed.remove(at: gap.0)
        }
        return isStored ? [.remove(number: self.sealed[gap?.0 ?? index].number)] : []
    }

    /// Leaves only a gap of a segment.
    private mutating func hollow(_ index: Int) {
        let size = self.sealed[index].size
        if self.sealed[index].bytes != nil { self.inMemory -= size }
        self.size -= size
        self.sealed[index].gap += size
        self.sealed[index].size = 0
        self.sealed[index].bytes = []
    }

    private mutating func move(_ reader: Reader, to position: Int) -> [Effect] {
        self.positions[reader.rawValue] = max(position, self.positions[reader.rawValue])
        return self.removeRead()
    }

    private mutating func removeRead() -> [Effect] {
        let read = self.positions.min() ?? 0
        var effects: [Effect] = []
        let kept = self.sealed.firstIndex { $0.number >= read } ?? self.sealed.endIndex
        for segment in self.sealed[..<kept] {
            self.size -= segment.size
            if segment.bytes == nil {
                effects.append(.remove(number: segment.number))
            } else {
                self.inMemory -= segment.size
            }
        }
        self.sealed.removeFirst(kept)
        return effects
    }

    private func index(of number: Int) -> Int? { self.sealed.firstIndex { $0.number == number } }
}
