/// The points that one call, or several at once, add to a run: chunks of some metrics one after another.
///
/// It is what an append writes: one row, whatever it holds. Beside the chunk of each metric it has the metric's number and the
/// chunk's length, so that a reader of one metric passes over the others.
///
/// ```
/// pack = { key bytes-of-chunk chunk }
/// ```
enum MetricPack {
    /// A point of the metric with the number `key`.
    struct Point: Sendable {
        var key: Int64
        var sample: MetricSample
    }

    /// Writes `points`, each metric's in the order of its history, without those that are there twice.
    static func encode(_ points: [Point]) -> [UInt8] {
        let sorted = Self.isSorted(points) ? points : points.sorted(by: Self.precedes)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24 * points.count)
        var chunk: [UInt8] = []
        var samples: [MetricSample] = []
        var index = 0
        while index < sorted.count {
            let key = sorted[index].key
            samples.removeAll(keepingCapacity: true)
            while index < sorted.count, sorted[index].key == key, samples.count < MetricChunk.maximumPoints {
                let sample = sorted[index].sample
                if samples.last?.isSame(as: sample) != true { samples.append(sample) }
                index += 1
            }
            chunk.removeAll(keepingCapacity: true)
            MetricChunk.encode(samples, into: &chunk)
            bytes.append(variable: UInt64(bitPattern: key))
            bytes.append(variable: UInt64(chunk.count))
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    /// Hands every chunk to `take`, or only those of one metric.
    static func read(
        _ pack: [UInt8], key wanted: Int64? = nil,
        take: (Int64, inout MetricChunkReader) throws(MetricChunkError) -> Void
    ) throws(MetricChunkError) {
        var position = 0
        while position < pack.count {
            let key = Int64(bitPattern: try pack.variable(at: &position, before: pack.count))
            let length = try pack.variable(at: &position, before: pack.count)
            guard length <= UInt64(pack.count - position) else {
                throw .damaged("a chunk of \(length) bytes in a pack")
            }
            let end = position + Int(length)
            if wanted == nil || wanted == key {
                var reader = try MetricChunkReader(Array(pack[position..<end]))
                try take(key, &reader)
            }
            position = end
        }
    }

    private static func isSorted(_ points: [Point]) -> Bool {
        for index in points.indices.dropFirst() where Self.precedes(points[index], points[index - 1]) { return false }
        return true
    }

    private static func precedes(_ a: Point, _ b: Point) -> Bool {
        a.key != b.key ? a.key < b.key : a.sample.precedes(b.sample)
    }
}
