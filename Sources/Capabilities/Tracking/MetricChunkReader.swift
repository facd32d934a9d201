/// The points of a chunk, one after another, without holding more than its bytes.
package struct MetricChunkReader: Sendable {
    /// Points not yet read.
    package private(set) var remaining: Int
    private var times: DeltaReader
    private var steps: DeltaReader
    private var values: XORReader

    /// - Throws: `damaged` when the head is none.
    package init(_ bytes: [UInt8]) throws(MetricChunkError) {
        guard bytes.first == MetricChunk.format else { throw .damaged("format \(bytes.first ?? 0) of a chunk") }
        var position = 1
        let count = try bytes.variable(at: &position, before: bytes.count)
        guard count <= MetricChunk.maximumPoints else { throw .damaged("a chunk of \(count) points") }
        self.remaining = Int(count)
        self.times = DeltaReader(bytes, try Self.column(bytes, &position))
        self.steps = DeltaReader(bytes, try Self.column(bytes, &position))
        self.values = XORReader(bytes, from: position)
    }

    /// The next point; nil after the last.
    ///
    /// - Throws: `damaged` when the bytes end early, or make no sense.
    package mutating func next() throws(MetricChunkError) -> MetricSample? {
        guard self.remaining > 0 else { return nil }
        self.remaining -= 1
        let at = try self.times.next()
        let step = try self.steps.next()
        return MetricSample(at: at, step: step, value: Double(bitPattern: try self.values.next()))
    }

    private static func column(_ bytes: [UInt8], _ position: inout Int) throws(MetricChunkError) -> Range<Int> {
        let length = try bytes.variable(at: &position, before: bytes.count)
        guard length <= UInt64(bytes.count - position) else { throw .damaged("a column of \(length) bytes") }
        defer { position += Int(length) }
        return position..<position + Int(length)
    }
}

extension [UInt8] {
    /// The number that `append(variable:)` wrote at `position`, which moves behind it.
    func variable(at position: inout Int, before end: Int) throws(MetricChunkError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = self[position]
            position += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .damaged("a number that does not end")
    }
}

private struct DeltaReader: Sendable {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int
    private var last: Int64 = 0
    private var delta: Int64 = 0
    private var zeros: UInt64 = 0
    private var isFirst = true

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    mutating func next() throws(MetricChunkError) -> Int64 {
        let change = try self.change()
        if self.isFirst {
            self.isFirst = false
            self.last = change
        } else {
            self.delta &+= change
            self.last &+= self.delta
        }
        return self.last
    }

    private mutating func change() throws(MetricChunkError) -> Int64 {
        if self.zeros == 0 {
            let folded = try self.bytes.variable(at: &self.position, before: self.end)
            if folded != 0 { return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1) }
            self.zeros = try self.bytes.variable(at: &self.position, before: self.end)
            guard self.zeros > 0 else { throw .damaged("a run of no zeros") }
        }
        self.zeros -= 1
        return 0
    }
}

private struct XORReader: Sendable {
    private let bytes: [UInt8]
    /// In bits.
    private var position: Int
    private var last: UInt64 = 0
    private var leading = 0
    private var length = 0
    private var isFirst = true

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        self.position = start * 8
    }

    mutating func next() throws(MetricChunkError) -> UInt64 {
        if self.isFirst {
            self.isFirst = false
            self.last = try self.bits(64)
            return self.last
        }
        guard try self.bits(1) == 1 else { return self.last }
        if try self.bits(1) == 1 {
            self.leading = Int(try self.bits(5))
            self.length = Int(try self.bits(6)) + 1
        }
        let trailing = 64 - self.leading - self.length
        guard self.length > 0, trailing >= 0 else { throw .damaged("a window that is none") }
        self.last ^= try self.bits(self.length) << UInt64(trailing)
        return self.last
    }

    /// The next `count` bits, 1 to 64.
    private mutating func bits(_ count: Int) throws(MetricChunkError) -> UInt64 {
        guard self.position + count <= self.bytes.count * 8 else { throw .damaged("values that end early") }
        var value: UInt64 = 0
        var needed = count
        while needed > 0 {
            let free = 8 - self.position & 7
            let taken = min(free, needed)
            let byte = UInt64(self.bytes[self.position >> 3]) & (1 << UInt64(free) - 1)
            value = value << UInt64(taken) | byte >> UInt64(free - taken)
            self.position += taken
            needed -= taken
        }
        return value
    }
}
