import Kernel
import Testing

@testable import AWS

@Suite struct CSVRowsTests {
    /// The fields of every row, however the text is cut into chunks.
    private func parse(_ text: String, chunk: Int) throws -> [[String]] {
        var rows = CSVRows()
        var found: [[String]] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            for row in try rows.split(Array(bytes[start..<min(bytes.count, start + chunk)])) {
                found.append(try CSVRows.fields(of: row).map(CSVRows.text))
            }
        }
        if let row = try rows.finish() { found.append(try CSVRows.fields(of: row).map(CSVRows.text)) }
        return found
    }

    static let text = "a,b,,\r\n\"q \"\"uo\"\" te\",\"li\nne\",\"\"\n\"ü,\",x\n\nlast,\"row\""

    @Test("rows are the same however they are cut into chunks", arguments: 1...40)
    func chunks(size: Int) throws {
        #expect(
            try self.parse(Self.text, chunk: size) == [
                ["a", "b", "", ""], ["q \"uo\" te", "li\nne", ""], ["ü,", "x"], [""], ["last", "row"],
            ])
    }

    @Test("a row that ends within quotes was cut short", arguments: 1...5)
    func cutShort(size: Int) {
        #expect(throws: CSVRows.Problem.unquoted) { try self.parse("a,b\n\"a,b\nc", chunk: size) }
    }

    @Test("a quoted field that goes on behind its quote is refused", arguments: ["\"a\"b,c", "\"a\" ,c"])
    func trailing(text: String) {
        #expect(throws: CSVRows.Problem.unquoted) { try self.parse(text, chunk: 3) }
    }

    @Test("a row without end is refused before it fills the memory", arguments: [true, false])
    func endless(isQuoted: Bool) {
        var rows = CSVRows()
        let chunk = [UInt8](repeating: UInt8(ascii: isQuoted ? "\n" : "x"), count: 1 << 10)
        #expect(throws: CSVRows.Problem.tooLong) {
            if isQuoted { _ = try rows.split([UInt8(ascii: "\"")]) }
            for _ in 0...64 { _ = try rows.split(chunk) }
        }
    }

    @Test("only as many fields are looked at as are wanted")
    func limited() throws {
        let row = Array("a,b,c,\"never ends".utf8)[...]
        #expect(try CSVRows.fields(of: row, limit: 2).map(CSVRows.text) == ["a", "b"])
    }

    @Test("parsing is the inverse of writing")
    func roundTrip() throws {
        var random = SeededRandom(seed: 11)
        let alphabet: [Character] = ["a", "\"", ",", "\n", "\r", " ", "é"]
        for _ in 0..<500 {
            let rows = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                (0..<Int.random(in: 1...5, using: &random)).map { _ in
                    String(
                        (0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                    )
                }
            }
            let text = rows.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
            }.joined()
            #expect(try self.parse(text, chunk: Int.random(in: 1...9, using: &random)) == rows)
        }
    }
}
