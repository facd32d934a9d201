/// What a `Range` header asks for.
package enum ByteRange: Equatable, Sendable {
    case all
    case part(Range<Int64>)
    case unsatisfiable

    /// One range of bytes, as in RFC 9110, section 14.2. A header that is not of that form is to be ignored, and so is one
    /// with several ranges, which a server need not support.
    package init(header: String?, size: Int64) {
        self = .all
        guard let header, header.hasPrefix("bytes=") else { return }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return }
        switch (UInt64(ends[0]), UInt64(ends[1])) {
        case (let first?, let last?) where first <= last:
            self = Self.within(
                Int64(clamping: first), Int64(clamping: min(last, UInt64(Int64.max) - 1)) + 1, size: size)
        case (let first?, nil) where ends[1].isEmpty:
            self = Self.within(Int64(clamping: first), size, size: size)
        case (nil, let count?) where ends[0].isEmpty:
            self = count == 0 ? .unsatisfiable : Self.within(max(0, size - Int64(clamping: count)), size, size: size)
        default: return
        }
    }

    private static func within(_ first: Int64, _ end: Int64, size: Int64) -> ByteRange {
        first < size ? .part(first..<min(end, size)) : .unsatisfiable
    }
}
