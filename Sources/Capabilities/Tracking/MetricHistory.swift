/// Reads the history of one metric in MLflow's order (time, step, value), each point once, holding a few chunks at a time.
///
/// Chunks overlap only when points came late or from several processes, so nearly always one is open at a time; where they
/// overlap they are merged. What the tail has is merged too.
///
/// - Complexity: O(points read · log of the chunks that overlap), and the bytes of those chunks.
struct MetricHistory {
    /// Chunks that are fetched together.
    static let fetched = 32

    typealias Fetch = ([Int64]) throws -> [Int64: [UInt8]]

    private enum Source {
        case chunk(MetricChunkReader)
        case tail(ArraySlice<MetricSample>)
    }

    private struct Cursor {
        var head: MetricSample
        var source: Source
    }

    /// By first time.
    private let spans: [MetricStore.Span]
    private let fetch: Fetch
    private var upcoming = 0
    private var fetchedChunks: [Int64: [UInt8]] = [:]
    private var tail: [MetricSample]
    /// A heap: the cursor whose head comes first is the first.
    private var open: [Cursor] = []
    private var last: MetricSample?
    /// Points that nothing overlaps, and how many of them were read.
    private var alone: [MetricSample] = []
    private var read = 0

    /// - Parameter tail: arranged.
    init(spans: [MetricStore.Span], tail: [MetricSample], fetch: @escaping Fetch) {
        self.spans = spans.sorted { ($0.firstAt, $0.position) < ($1.firstAt, $1.position) }
        self.tail = tail
        self.fetch = fetch
    }

    /// The next point; nil after the last.
    mutating func next() throws -> MetricSample? {
        while true {
            if self.read < self.alone.count {
                self.read += 1
                return self.alone[self.read - 1]
            }
            if self.open.isEmpty, try self.openAlone() { continue }
            try self.openDue()
            guard let sample = self.open.first?.head else { return nil }
            try self.advance()
            if let last = self.last, last.isSame(as: sample) { continue }
            self.last = sample
            return sample
        }
    }

    /// Passes over `count` points; over whole chunks without reading them where nothing overlaps.
    mutating func skip(_ count: Int64) throws {
        var rest = count
        while self.open.isEmpty, self.read == self.alone.count, self.isNextAlone,
            rest >= self.spans[self.upcoming].points
        {
            rest -= self.spans[self.upcoming].points
            self.upcoming += 1
        }
        while rest > 0, try self.next() != nil { rest -= 1 }
    }

    /// Whether the next chunk ends before anything else begins.
    private var isNextAlone: Bool {
        guard self.upcoming < self.spans.count else { return false }
        let end = self.spans[self.upcoming].lastAt
        if let tail = self.tail.first, tail.at <= end { return false }
        return self.upcoming + 1 == self.spans.count || end < self.spans[self.upcoming + 1].firstAt
    }

    /// Reads the next chunk, or the tail, as a whole when nothing overlaps it: far the usual case, and ten times cheaper.
    ///
    /// - Returns: whether it did.
    private mutating func openAlone() throws -> Bool {
        if self.isNextAlone {
            self.alone = try MetricChunk.decode(try self.bytes(of: self.spans[self.upcoming]))
            self.upcoming += 1
        } else if self.upcoming == self.spans.count, !self.tail.isEmpty {
            self.alone = self.tail
            self.tail = []
        } else {
            return false
        }
        self.read = 0
        // What was merged before may end with the point that this begins with.
        if let last = self.last, let first = self.alone.first, last.isSame(as: first) { self.read = 1 }
        self.last = self.alone.last ?? self.last
        return true
    }

    /// Opens what begins no later than the head of the heap.
    private mutating func openDue() throws {
        while true {
            let headAt = self.open.first?.head.at ?? .max
            if self.upcoming < self.spans.count, self.spans[self.upcoming].firstAt <= headAt {
                var reader = try MetricChunkReader(try self.bytes(of: self.spans[self.upcoming]))
                self.upcoming += 1
                if let head = try reader.next() { self.push(Cursor(head: head, source: .chunk(reader))) }
            } else if let first = self.tail.first, first.at <= headAt {
                self.push(Cursor(head: first, source: .tail(self.tail.dropFirst())))
                self.tail = []
            } else {
                return
            }
        }
    }

    private mutating func bytes(of span: MetricStore.Span) throws -> [UInt8] {
        if let bytes = self.fetchedChunks.removeValue(forKey: span.position) { return bytes }
        let wanted = self.spans[self.upcoming...].prefix(Self.fetched).map(\.position)
        self.fetchedChunks = try self.fetch(wanted)
        guard let bytes = self.fetchedChunks.removeValue(forKey: span.position) else {
            throw MetricChunkError.damaged("chunk \(span.position) is missing")
        }
        return bytes
    }

    /// Moves the first cursor on, or closes it.
    private mutating func advance() throws {
        let following: MetricSample?
        switch self.open[0].source {
        case .chunk(var reader):
            following = try reader.next()
            self.open[0].source = .chunk(reader)
        case .tail(let rest):
            following = rest.first
            self.open[0].source = .tail(rest.dropFirst())
        }
        if let following {
            self.open[0].head = following
        } else {
            self.open.swapAt(0, self.open.count - 1)
            self.open.removeLast()
        }
        if self.open.count > 1 { self.sink() }
    }

    private mutating func push(_ cursor: Cursor) {
        self.open.append(cursor)
        var child = self.open.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.open[child].head.precedes(self.open[parent].head) else { return }
            self.open.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.open.count {
                if self.open[child].head.precedes(self.open[least].head) { least = child }
            }
            guard least != parent else { return }
            self.open.swapAt(parent, least)
            parent = least
        }
    }
}
