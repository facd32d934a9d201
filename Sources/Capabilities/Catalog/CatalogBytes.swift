/// The bytes of a packed catalog, which nobody changes: a constant of the program, or an own copy of a file.
final class CatalogBytes: Sendable {
    // SAFETY: the memory is written only before `init` returns, and lives as long as this object or the program.
    nonisolated(unsafe) private let buffer: UnsafeRawBufferPointer
    private let isOwned: Bool

    var count: Int { self.buffer.count }

    /// Memory that lives as long as the program.
    init(immortal buffer: UnsafeRawBufferPointer) {
        self.buffer = buffer
        self.isOwned = false
    }

    init(copying bytes: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(
            byteCount: bytes.count, alignment: CatalogLayout.alignment)
        copy.copyBytes(from: bytes)
        self.buffer = UnsafeRawBufferPointer(copy)
        self.isOwned = true
    }

    deinit { if self.isOwned { self.buffer.deallocate() } }

    /// A little-endian number; the caller has checked that `offset` is inside.
    @inline(__always)
    func load<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Number.Type) -> Number {
        Number(littleEndian: self.buffer.loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// - Precondition: the range is inside.
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self.buffer[range]) }

    /// - Precondition: the range is inside.
    func text(_ range: Range<Int>) -> String { String(decoding: self.buffer[range], as: UTF8.self) }
}
