#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Comma-separated rows out of bytes that come in pieces.
///
/// Rows end with LF or CRLF outside quotes; fields may be quoted, and a quote in a quoted field is doubled. It holds the one row
/// that has not ended yet and copies no other. Bytes are searched by the C library, because a price list has hundreds of
/// millions of them.
///
/// Source: RFC 4180.
struct CSVRows {
    /// What is wrong with the bytes.
    enum Problem: Error, Equatable {
        case tooLong, unquoted
    }

    /// Bytes. The longest row of EC2 has some two thousand.
    static let longestRow = 64 << 10

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The beginning of the row that has not ended yet.
    private var pending: [UInt8] = []
    /// Whether `pending` ends within quotes, so that a line feed belongs to the field.
    private var isQuoted = false

    /// The rows that end in `chunk`, without their line ends.
    ///
    /// - Throws: `tooLong` when a row has more than `longestRow` bytes.
    /// - Complexity: O(chunk).
    mutating func split(_ chunk: [UInt8]) throws(Problem) -> [ArraySlice<UInt8>] {
        var rows: [ArraySlice<UInt8>] = []
        var start = 0
        var searched = 0
        while let end = Self.find(Self.lineFeed, in: chunk[searched...]) {
            if Self.isOdd(Self.quote, in: chunk[searched..<end]) { self.isQuoted.toggle() }
            searched = end + 1
            guard !self.isQuoted else { continue }
            rows.append(try self.row(chunk[start..<end]))
            start = searched
        }
        if Self.isOdd(Self.quote, in: chunk[searched...]) { self.isQuoted.toggle() }
        self.pending += chunk[start...]
        guard self.pending.count <= Self.longestRow else { throw .tooLong }
        return rows
    }

    /// What stands after the last line end; nil when nothing does.
    ///
    /// - Throws: `unquoted` when it ends within quotes, so that more must have followed.
    mutating func finish() throws(Problem) -> ArraySlice<UInt8>? {
        guard !self.isQuoted else { throw .unquoted }
        let rest = try self.row([])
        return rest.isEmpty ? nil : rest
    }

    private mutating func row(_ end: ArraySlice<UInt8>) throws(Problem) -> ArraySlice<UInt8> {
        var row = end
        if !self.pending.isEmpty {
            row = (self.pending + end)[...]
            self.pending.removeAll(keepingCapacity: true)
        }
        guard row.count <= Self.longestRow else { throw .tooLong }
        return row.last == Self.carriageReturn ? row.dropLast() : row
    }

    /// The fields of a row, without their quotes; `text` undoes the doubling inside them.
    ///
    /// - Parameter limit: so many at most; the rest of the row is not looked at.
    /// - Throws: `unquoted` when a quoted field does not end, or goes on behind its quote.
    static func fields(of row: ArraySlice<UInt8>, limit: Int = .max) throws(Problem) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        var position = row.startIndex
        while fields.count < limit {
            let field = try self.field(of: row, at: &position)
            fields.append(field)
            guard position < row.endIndex else { break }
            guard row[position] == self.comma else { throw .unquoted }
            position += 1
        }
        return fields
    }

    /// The field at `position`, which moves behind it.
    private static func field(of row: ArraySlice<UInt8>, at position: inout Int) throws(Problem) -> ArraySlice<UInt8> {
        guard position < row.endIndex, row[position] == self.quote else {
            let end = self.find(self.comma, in: row[position...]) ?? row.endIndex
            defer { position = end }
            return row[position..<end]
        }
        let start = position + 1
        var searched = start
        while let end = self.find(self.quote, in: row[searched...]) {
            guard end + 1 < row.endIndex, row[end + 1] == self.quote else {
                position = end + 1
                return row[start..<end]
            }
            searched = end + 2
        }
        throw .unquoted
    }

    /// The text of a field. Bytes that are no UTF-8 become replacement characters: names are compared, never trusted.
    static func text(_ field: ArraySlice<UInt8>) -> String {
        let text = String(decoding: field, as: UTF8.self)
        return text.contains("\"\"") ? text.replacing("\"\"", with: "\"") : text
    }

    /// Where `byte` stands first.
    private static func find(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        let offset = bytes.withUnsafeBytes { buffer -> Int? in
            guard let start = buffer.baseAddress, let found = memchr(start, Int32(byte), buffer.count) else {
                return nil
            }
            return UnsafeRawPointer(found) - start
        }
        return offset.map { bytes.startIndex + $0 }
    }

    /// Whether `byte` occurs an odd number of times.
    private static func isOdd(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { buffer in
            guard var position = buffer.baseAddress else { return false }
            let end = position + buffer.count
            var isOdd = false
            while let found = memchr(position, Int32(byte), end - position) {
                isOdd.toggle()
                position = UnsafeRawPointer(found) + 1
            }
            return isOdd
        }
    }
}

extension CSVRows.Problem: CustomStringConvertible {
    var description: String {
        switch self {
        case .tooLong: "is longer than \(CSVRows.longestRow >> 10) KiB"
        case .unquoted: "has a quote that does not end where its field ends, or was cut short"
        }
    }
}
