/// Comma-separated values with a header line.
///
/// Source: RFC 4180; lines may end with LF alone, as they do when written here.
enum CSV {
    /// Calls `body` with each row behind the header.
    ///
    /// - Throws: `invalid`, with the file and the line, when the header is not `columns` or a row has another number of fields.
    static func read(
        _ text: String, file: String, columns: [String], _ body: (CSVRow) throws(CatalogError) -> Void
    ) throws(CatalogError) {
        var reader = Reader(rest: text.utf8[...])
        guard let header = reader.next(), header.map({ String($0) }) == columns else {
            throw .badRow(file: file, line: 1, problem: "the header is not '\(columns.joined(separator: ","))'")
        }
        while true {
            let line = reader.line
            guard let fields = reader.next() else { return }
            let row = CSVRow(file: file, line: line, columns: columns, fields: fields)
            guard fields.count == columns.count else {
                throw row.bad("it has \(fields.count) fields and not \(columns.count)")
            }
            try body(row)
        }
    }

    /// A field as it is written: in quotes where it must be.
    static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    static func line(_ fields: [String]) -> String { fields.map(self.field).joined(separator: ",") + "\n" }

    private struct Reader {
        var rest: Substring.UTF8View
        var line = 1

        /// The fields of the next row that is not empty; nil at the end.
        mutating func next() -> [Substring]? {
            while let byte = self.rest.first, byte == 10 || byte == 13 { self.skip(byte) }
            guard !self.rest.isEmpty else { return nil }
            var fields: [Substring] = []
            while true {
                fields.append(self.rest.first == 34 ? self.quoted() : self.plain())
                guard let byte = self.rest.popFirst(), byte == 44 else {
                    self.line += 1
                    return fields
                }
            }
        }

        private mutating func skip(_ byte: UInt8) {
            self.line += byte == 10 ? 1 : 0
            self.rest.removeFirst()
        }

        private mutating func plain() -> Substring {
            let end = self.rest.firstIndex { $0 == 44 || $0 == 10 || $0 == 13 } ?? self.rest.endIndex
            defer { self.rest = self.rest[end...] }
            return Substring(self.rest[..<end])
        }

        /// What stands between quotes, doubled quotes made single; up to the end when it is not closed.
        private mutating func quoted() -> Substring {
            var bytes: [UInt8] = []
            self.rest.removeFirst()
            while let byte = self.rest.popFirst() {
                if byte == 34 {
                    guard self.rest.first == 34 else { break }
                    self.rest.removeFirst()
                }
                self.line += byte == 10 ? 1 : 0
                bytes.append(byte)
            }
            return Substring(String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// One row of a CSV file, which can say what is wrong with it.
struct CSVRow {
    let file: String
    let line: Int
    let columns: [String]
    let fields: [Substring]

    func bad(_ problem: String) -> CatalogError { .badRow(file: self.file, line: self.line, problem: problem) }

    func text(_ column: Int) -> String { String(self.fields[column]) }

    func optionalText(_ column: Int) -> String? { self.fields[column].isEmpty ? nil : self.text(column) }

    func required(_ column: Int) throws(CatalogError) -> String {
        guard !self.fields[column].isEmpty else { throw self.bad("'\(self.columns[column])' is empty") }
        return self.text(column)
    }

    func list(_ column: Int) -> [String] { self.fields[column].split(separator: ";").map(String.init) }

    /// A decimal number as a whole number of its last digit; nil when the field is empty.
    func number(_ column: Int, decimals: Int, in range: ClosedRange<Int64>) throws(CatalogError) -> Int64? {
        guard !self.fields[column].isEmpty else { return nil }
        guard let value = FixedPoint.read(self.fields[column].utf8, decimals: decimals), range.contains(value) else {
            throw self.bad(
                "'\(self.fields[column])' is no '\(self.columns[column])' from \(FixedPoint.text(range.lowerBound, decimals: decimals))"
                    + " to \(FixedPoint.text(range.upperBound, decimals: decimals)); leave it empty when it is unknown")
        }
        return value
    }
}
