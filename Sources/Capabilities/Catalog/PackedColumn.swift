/// One column of a packed catalog: unsigned numbers of one width, read where they lie.
///
/// Every access is checked against the count; that the count fits the file was checked when the table was opened.
struct PackedColumn: Sendable {
    private let bytes: CatalogBytes
    private let offset: Int
    private let width: Int
    let count: Int

    /// - Precondition: `count` numbers of `width` (1, 2, 4 or 8) bytes lie at `offset`.
    init(bytes: CatalogBytes, offset: Int, count: Int, width: Int) {
        precondition(offset >= 0 && count >= 0 && [1, 2, 4, 8].contains(width), "a column that was not checked")
        precondition(count <= (bytes.count - offset) / width, "a column beyond the file")
        self.bytes = bytes
        self.offset = offset
        self.width = width
        self.count = count
    }

    var indices: Range<Int> { 0..<self.count }

    /// Where its bytes lie in the file.
    var extent: Range<Int> { self.offset..<(self.offset + self.count * self.width) }

    @inline(__always)
    subscript(row: Int) -> UInt64 {
        precondition(row >= 0 && row < self.count, "a row beyond the column")
        let place = self.offset &+ row &* self.width
        switch self.width {
        case 1: return UInt64(self.bytes.load(place, as: UInt8.self))
        case 2: return UInt64(self.bytes.load(place, as: UInt16.self))
        case 4: return UInt64(self.bytes.load(place, as: UInt32.self))
        default: return self.bytes.load(place, as: UInt64.self)
        }
    }

    /// The largest number; 0 when there is none.
    ///
    /// - Complexity: O(count).
    var largest: UInt64 {
        switch self.width {
        case 1: self.largest(as: UInt8.self)
        case 2: self.largest(as: UInt16.self)
        case 4: self.largest(as: UInt32.self)
        default: self.largest(as: UInt64.self)
        }
    }

    private func largest<Number: FixedWidthInteger & BitwiseCopyable>(as type: Number.Type) -> UInt64 {
        let numbers = self.bytes.slice(self.extent)
        var largest: Number = 0
        for row in 0..<self.count {
            let number = numbers.loadUnaligned(fromByteOffset: row &* MemoryLayout<Number>.size, as: type)
            largest = max(largest, Number(littleEndian: number))
        }
        return UInt64(largest)
    }

    /// The number as a row of something else. Validation has bounded every column that is read so.
    @inline(__always)
    func index(_ row: Int) -> Int { Int(truncatingIfNeeded: self[row]) }

    /// The rows that belong to `row`, when this column holds starts.
    @inline(__always)
    func range(_ row: Int) -> Range<Int> { self.index(row)..<self.index(row + 1) }
}
