import CloudPorts
import Contract
import Kernel

/// The CSV of one region's EC2 prices, read in pieces.
///
/// Rows first say what the file is, then one names the columns, then every row is one price. Columns are found by their names,
/// because their number and order change from month to month. It holds the header and the row that has not ended yet.
struct EC2List {
    /// Rows before the header. AWS documents five; a file with more of them is no price list.
    static let preambleLimit = 20

    private var rows = CSVRows()
    /// Of the row that is looked at, from 1, for messages.
    private var number = 0
    private var published: Timestamp?
    private var columns: EC2Columns?

    /// The offers in the rows that `chunk` completes.
    ///
    /// - Throws: `malformed`, naming the row; `tooLarge` when the list is.
    mutating func offers(in chunk: [UInt8], _ reading: inout PriceListReading) throws(PriceSourceError)
        -> [PricedOffer]
    {
        let complete: [ArraySlice<UInt8>]
        do { complete = try self.rows.split(chunk) } catch { throw self.malformed(after: error, in: reading) }
        try reading.count(rows: complete.count)
        var offers: [PricedOffer] = []
        for row in complete {
            if let offer = try self.offer(in: row, reading) { offers.append(offer) }
        }
        return offers
    }

    /// The list has ended.
    ///
    /// - Returns: the offers that are left, and the date of publication.
    /// - Throws: `malformed` when it has no header or ends within a row.
    mutating func finish(_ reading: inout PriceListReading) throws(PriceSourceError) -> ([PricedOffer], Timestamp) {
        let row: ArraySlice<UInt8>?
        do { row = try self.rows.finish() } catch { throw self.malformed(after: error, in: reading) }
        let last = try self.offer(in: row ?? [], reading)
        guard self.columns != nil else { throw reading.malformed("no row names the columns") }
        guard let published = self.published else { throw reading.malformed("the row 'Publication Date' is missing") }
        return (last.map { [$0] } ?? [], published)
    }

    /// The offer of a row; nil for a row of another kind.
    private mutating func offer(in row: ArraySlice<UInt8>, _ reading: PriceListReading) throws(PriceSourceError)
        -> PricedOffer?
    {
        self.number += 1
        guard !row.isEmpty else { return nil }
        do {
            guard let columns = self.columns else {
                try self.read(head: try CSVRows.fields(of: row).map(CSVRows.text), reading)
                return nil
            }
            return try columns.offer(in: row, number: self.number, reading)
        } catch let problem as CSVRows.Problem {
            throw self.malformed(problem.description, in: reading)
        } catch { throw reading.fault(from: error) }
    }

    /// A row that says what the file is, or the one that names the columns.
    private mutating func read(head fields: [String], _ reading: PriceListReading) throws(PriceSourceError) {
        switch fields.first {
        case "SKU": self.columns = try EC2Columns(names: fields, reading)
        case "Publication Date":
            guard let published = Timestamp(fields.dropFirst().first ?? "") else {
                throw self.malformed("has no date of publication", in: reading)
            }
            self.published = published
        default:
            guard self.number < Self.preambleLimit else {
                throw reading.malformed("the first \(Self.preambleLimit) rows do not name the columns")
            }
        }
    }

    /// Of a row that was not taken out of its bytes.
    private func malformed(after problem: CSVRows.Problem, in reading: PriceListReading) -> PriceSourceError {
        reading.malformed("a row after row \(self.number) \(problem.description)")
    }

    private func malformed(_ problem: String, in reading: PriceListReading) -> PriceSourceError {
        reading.malformed("row \(self.number) \(problem)")
    }
}
