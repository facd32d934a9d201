extension CatalogTable {
    /// The views of a file's columns.
    ///
    /// - Throws: `invalid` when the header or the directory is not that of a packed catalog of this version.
    static func directory(of bytes: CatalogBytes) throws(CatalogError) -> [PackedColumn] {
        let columns = CatalogColumn.allCases.count
        let start = CatalogLayout.headerSize + columns * CatalogLayout.directoryEntrySize
        guard bytes.count >= start, UInt64(bytes.count) <= CatalogLayout.maximumFileSize,
            bytes.load(0, as: UInt64.self) == CatalogLayout.magic
        else { throw .damagedTable("it is no packed catalog") }
        let version = bytes.load(8, as: UInt32.self)
        guard version == CatalogLayout.version, bytes.load(12, as: UInt32.self) == UInt32(columns) else {
            throw .damagedTable("it has the format version \(version), and this program reads \(CatalogLayout.version)")
        }
        guard bytes.load(16, as: UInt64.self) == UInt64(bytes.count) else {
            throw .damagedTable("it has \(bytes.count) bytes, and its header says otherwise")
        }
        let body = bytes.slice(CatalogLayout.headerSize..<bytes.count)
        guard bytes.load(CatalogLayout.checksumOffset, as: UInt64.self) == XXH64.hash(body) else {
            throw .damagedTable("its checksum does not fit its contents")
        }
        var views: [PackedColumn] = []
        for column in CatalogColumn.allCases {
            let entry = CatalogLayout.headerSize + column.rawValue * CatalogLayout.directoryEntrySize
            let offset = Int(bytes.load(entry, as: UInt32.self))
            let count = Int(bytes.load(entry + 4, as: UInt32.self))
            let width = Int(bytes.load(entry + 8, as: UInt32.self))
            guard [1, 2, 4, 8].contains(width), offset >= start, offset <= bytes.count,
                count <= (bytes.count - offset) / width
            else { throw .damagedTable("the column \(column) does not lie inside it") }
            views.append(PackedColumn(bytes: bytes, offset: offset, count: count, width: width))
        }
        return views
    }

    /// Checks everything that later accesses rely on.
    ///
    /// - Throws: `invalid`, naming the first column that is wrong.
    /// - Complexity: O(cells).
    func validate() throws(CatalogError) {
        guard self[.stringStart].count > 0, self[.stringBytes].extent.count == self[.stringBytes].count else {
            throw .damagedTable("it has no strings")
        }
        for column in CatalogColumn.allCases { try self.validate(column) }
        try self.validateOffers()
    }

    private func validate(_ column: CatalogColumn) throws(CatalogError) {
        let view = self[column]
        let rows = self.count(of: column.section)
        switch column.kind {
        case .bytes: return
        case .value where column == .stringStart:
            try self.validateStarts(column, rows: rows, of: self[.stringBytes].count)
        case .start(let section): try self.validateStarts(column, rows: rows, of: self.count(of: section))
        case .index(let section): try self.validate(column, rows: rows, below: UInt64(self.count(of: section)))
        case .optionalIndex(let section):
            try self.validate(column, rows: rows, below: UInt64(self.count(of: section)) + 1)
        case .value(let maximum):
            guard view.count == rows else { throw .damagedTable("the column \(column) has \(view.count) rows") }
            if maximum < .max { try self.validate(column, rows: rows, below: maximum + 1) }
        }
    }

    private func validate(_ column: CatalogColumn, rows: Int, below limit: UInt64) throws(CatalogError) {
        let view = self[column]
        guard view.count == rows else { throw .damagedTable("the column \(column) has \(view.count) rows") }
        let largest = view.largest
        guard rows == 0 || largest < limit else {
            throw .damagedTable("the column \(column) holds \(largest), which is not below \(limit)")
        }
    }

    private func validateStarts(_ column: CatalogColumn, rows: Int, of count: Int) throws(CatalogError) {
        let view = self[column]
        guard view.count == rows + 1, view[0] == 0, view[rows] == UInt64(count) else {
            throw .damagedTable("the column \(column) does not cover its rows")
        }
        for row in 0..<rows where view[row] > view[row + 1] {
            throw .damagedTable("the column \(column) does not ascend")
        }
    }

    /// Offers name machines of their region's provider, each once and in order, and zones of their region.
    private func validateOffers() throws(CatalogError) {
        for provider in 0..<self.count(of: .providers) {
            let machines = self[.providerMachineStart].range(provider)
            for region in self[.providerRegionStart].range(provider) {
                try self.validateOffers(region: region, machines: machines)
            }
        }
    }

    private func validateOffers(region: Int, machines: Range<Int>) throws(CatalogError) {
        let zones = self[.regionZoneStart].range(region).count
        guard zones <= CatalogLayout.maximumZones else { throw .damagedTable("a region has \(zones) zones") }
        let unused = zones == CatalogLayout.maximumZones ? 0 : UInt64.max << UInt64(zones)
        let machine = self[.offerMachine]
        let mask = self[.offerZones]
        var next = machines.lowerBound
        for offer in self[.regionOfferStart].range(region) {
            let row = machine.index(offer)
            guard row >= next, row < machines.upperBound, mask[offer] & unused == 0 else {
                throw .damagedTable("its offers are not in order, or name what their region does not have")
            }
            next = row + 1
        }
    }
}
