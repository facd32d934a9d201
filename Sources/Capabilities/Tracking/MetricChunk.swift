package import Kernel

/// A stretch of one metric's history as bytes: some points a byte or two each, most no more than ten.
///
/// Three columns, each on its own. Times and steps are deltas of deltas, written as variable-length integers with the sign
/// folded into the lowest bit; a run of zeros, which is what regular steps are, is one number. Values are the exclusive or
/// with the value before, leading and trailing zeros cut off.
///
/// ```
/// chunk = format(1 byte) count bytes-of-times times bytes-of-steps steps values
/// ```
///
/// It knows neither run nor metric nor SQL. Every double comes back bit for bit. What cannot have been written here is an
/// error when it is read, never a crash, and never more memory than `maximumPoints` need.
///
/// - Complexity: O(points) each way, some 20 ns a point.
/// - Source: Pelkonen et al., *Gorilla: A Fast, Scalable, In-Memory Time Series Database* (VLDB 2015), §4.1; the variable-length
///   integers are those of Protocol Buffers.
package enum MetricChunk {
    /// Points in one chunk: enough that its row's own bytes do not count, few enough to decode for one point.
    package static let maximumPoints = 4096

    static let format: UInt8 = 1

    /// Writes `samples` in the order in which they are given.
    ///
    /// - Precondition: at most `maximumPoints`.
    package static func encode(_ samples: some RandomAccessCollection<MetricSample>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 + samples.count * 4)
        self.encode(samples, into: &bytes)
        return bytes
    }

    static func encode(_ samples: some RandomAccessCollection<MetricSample>, into bytes: inout [UInt8]) {
        precondition(samples.count <= Self.maximumPoints, "a chunk of \(samples.count) points")
        var times = DeltaWriter()
        var steps = DeltaWriter()
        for sample in samples {
            times.append(sample.at)
            steps.append(sample.step)
        }
        times.finish()
        steps.finish()
        bytes.append(Self.format)
        bytes.append(variable: UInt64(samples.count))
        for column in [times.bytes, steps.bytes] {
            bytes.append(variable: UInt64(column.count))
            bytes.append(contentsOf: column)
        }
        var values = XORWriter()
        for sample in samples { values.append(sample.value.bitPattern, to: &bytes) }
        values.finish(&bytes)
    }

    /// All points of a chunk, in the order in which they were written.
    ///
    /// - Throws: `damaged` for bytes that `encode` does not write.
    package static func decode(_ bytes: [UInt8]) throws(MetricChunkError) -> [MetricSample] {
        var reader = try MetricChunkReader(bytes)
        var samples: [MetricSample] = []
        samples.reserveCapacity(reader.remaining)
        while let sample = try reader.next() { samples.append(sample) }
        return samples
    }
}

/// Why stored points cannot be read.
package enum MetricChunkError: Fault, Equatable {
    case damaged(String)

    package var kind: FaultKind { .bug }
    package var message: String { "Stored metric points cannot be read. Restore the database from a backup." }
    package var detail: String {
        switch self {
        case .damaged(let reason): reason
        }
    }
}

extension [UInt8] {
    /// A number in seven bits a byte, the lowest first; the high bit says that more follow.
    mutating func append(variable value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Integers as deltas of deltas. A zero is never written by itself: 0 and a count stand for so many of them.
private struct DeltaWriter {
    var bytes: [UInt8] = []
    private var last: Int64 = 0
    private var delta: Int64 = 0
    private var zeros: UInt64 = 0
    private var isFirst = true

    mutating func append(_ value: Int64) {
        let delta = value &- self.last
        let change = self.isFirst ? value : delta &- self.delta
        self.last = value
        if !self.isFirst { self.delta = delta }
        self.isFirst = false
        if change == 0 {
            self.zeros += 1
        } else {
            self.finish()
            self.bytes.append(variable: UInt64(bitPattern: change << 1 ^ change >> 63))
        }
    }

    mutating func finish() {
        guard self.zeros > 0 else { return }
        self.bytes.append(0)
        self.bytes.append(variable: self.zeros)
        self.zeros = 0
    }
}

/// Bit patterns by their exclusive or with the one before: `0` when they are the same; `10` and the bits of the last window
/// when those suffice; `11`, five bits of leading zeros, six of length less one, and the bits.
private struct XORWriter {
    private var bits = BitWriter()
    private var last: UInt64 = 0
    private var leading = 0
    private var length = 0
    private var isFirst = true

    mutating func append(_ pattern: UInt64, to bytes: inout [UInt8]) {
        defer { self.last = pattern }
        if self.isFirst {
            self.isFirst = false
            self.bits.write(pattern, 64, to: &bytes)
            return
        }
        let difference = pattern ^ self.last
        guard difference != 0 else { return self.bits.write(0, 1, to: &bytes) }
        let leading = min(31, difference.leadingZeroBitCount)
        let length = 64 - leading - difference.trailingZeroBitCount
        let trailing = 64 - self.leading - self.length
        if self.length > 0, leading >= self.leading, difference.trailingZeroBitCount >= trailing {
            self.bits.write(0b10, 2, to: &bytes)
            self.bits.write(difference >> UInt64(trailing), self.length, to: &bytes)
        } else {
            self.leading = leading
            self.length = length
            self.bits.write(UInt64(0b11 << 11 | leading << 6 | (length - 1)), 13, to: &bytes)
            self.bits.write(difference >> UInt64(difference.trailingZeroBitCount), length, to: &bytes)
        }
    }

    mutating func finish(_ bytes: inout [UInt8]) { self.bits.finish(&bytes) }
}

/// Bits, the highest first.
private struct BitWriter {
    private var pending: UInt64 = 0
    /// Bits of `pending` that are not written yet.
    private var room = 64

    /// The lowest `count` bits of `value`; its other bits are 0.
    mutating func write(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        if count <= self.room {
            self.room -= count
            self.pending |= self.room < 64 ? value << UInt64(self.room) : 0
        } else {
            let rest = count - self.room
            self.pending |= value >> UInt64(rest)
            self.flush(8, &bytes)
            self.room = 64 - rest
            self.pending = value << UInt64(self.room)
        }
        if self.room == 0 {
            self.flush(8, &bytes)
            self.pending = 0
            self.room = 64
        }
    }

    mutating func finish(_ bytes: inout [UInt8]) {
        self.flush((64 - self.room + 7) / 8, &bytes)
        self.pending = 0
        self.room = 64
    }

    private func flush(_ count: Int, _ bytes: inout [UInt8]) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: self.pending >> UInt64(56 - 8 * index))) }
    }
}
