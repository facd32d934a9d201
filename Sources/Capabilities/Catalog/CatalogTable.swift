package import Kernel

/// An opened packed catalog: machine types, regions, offers, egress and storage prices, accelerators, and their sources.
///
/// Nothing is parsed. A table is views of columns over the bytes of a file, and opening it only checks: magic, version, length,
/// checksum, that every column lies inside, that every index is below the number of rows it points to, that starts ascend, and
/// that numbers are in range. After that no access can leave the file, whatever its author intended; a file that fails a check
/// is refused with a fault, whole.
///
/// Offers are sorted by provider, region and machine type, so that a lookup is three binary searches. Prices are indices into
/// one sorted column of distinct nano-dollar amounts, 0 standing for unknown. Text is made on demand only. It costs the file's
/// size, 1.1 MB, which for the embedded table is shared with the program's own pages, and under a millisecond to open.
package struct CatalogTable: Sendable {
    let bytes: CatalogBytes
    let columns: [PackedColumn]

    /// Opens a copy of a file's bytes.
    ///
    /// - Throws: `invalid`, saying what is wrong with the file; nothing else.
    /// - Complexity: O(bytes).
    package init(_ file: [UInt8]) throws(CatalogError) { try self.init(bytes: CatalogBytes(copying: file)) }

    init(bytes: CatalogBytes) throws(CatalogError) {
        self.bytes = bytes
        self.columns = try Self.directory(of: bytes)
        try self.validate()
    }

    /// The file's size.
    package var size: ByteCount { ByteCount(Int64(self.bytes.count)) }

    subscript(column: CatalogColumn) -> PackedColumn { self.columns[column.rawValue] }

    /// How many rows there are of a kind.
    func count(of section: CatalogSection) -> Int {
        switch section {
        case .strings: self[.stringStart].count - 1
        case .sources: self[.sourceID].count
        case .prices: self[.price].count
        case .providers: self[.providerName].count
        case .machines: self[.machineType].count
        case .regions: self[.regionCode].count
        case .zones: self[.zoneName].count
        case .offers: self[.offerMachine].count
        case .egress: self[.egressFrom].count
        case .storage: self[.storageClass].count
        case .accelerators: self[.acceleratorName].count
        }
    }
}

// MARK: - Cells

extension CatalogTable {
    func text(_ column: CatalogColumn, _ row: Int) -> String { self.string(self[column].index(row)) }

    func string(_ index: Int) -> String { self.bytes.text(self.extent(ofString: index)) }

    private func extent(ofString index: Int) -> Range<Int> {
        let range = self[.stringStart].range(index)
        let start = self[.stringBytes].extent.lowerBound
        return (start + range.lowerBound)..<(start + range.upperBound)
    }

    /// The parts of a `;`-separated text.
    func list(_ column: CatalogColumn, _ row: Int) -> [String] {
        self.text(column, row).split(separator: ";").map(String.init)
    }

    /// An amount whose cell may be unknown.
    @inline(__always)
    func optionalPrice(_ column: CatalogColumn, _ row: Int) -> Money? {
        let index = self[column].index(row)
        return index == 0 ? nil : self.price(index - 1)
    }

    @inline(__always)
    func price(_ index: Int) -> Money { Money(nanodollars: Int64(truncatingIfNeeded: self[.price][index])) }

    func source(_ column: CatalogColumn, _ row: Int) -> CatalogSource { self.source(self[column].index(row)) }

    func optionalSource(_ column: CatalogColumn, _ row: Int) -> CatalogSource? {
        let index = self[column].index(row)
        return index == 0 ? nil : self.source(index - 1)
    }

    func source(_ row: Int) -> CatalogSource {
        CatalogSource(
            id: self.text(.sourceID, row), name: self.text(.sourceName, row), date: self.text(.sourceDate, row),
            licence: self.text(.sourceLicence, row))
    }

    /// 0 is unknown in these columns.
    func known(_ column: CatalogColumn, _ row: Int) -> Int64? {
        let value = self[column][row]
        return value == 0 ? nil : Int64(truncatingIfNeeded: value)
    }

    /// 0 is unknown in these columns, and what is known is one more than it says.
    func shifted(_ column: CatalogColumn, _ row: Int) -> Int64? { self.known(column, row).map { $0 - 1 } }
}

// MARK: - Finding rows

extension CatalogTable {
    /// The row of `range` whose text is `name`, where the texts ascend.
    ///
    /// - Complexity: O(log rows), no allocation.
    func find(_ name: String, in column: CatalogColumn, _ range: Range<Int>) -> Int? {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            let text = self.bytes.slice(self.extent(ofString: self[column].index(middle)))
            if text.lexicographicallyPrecedes(name.utf8) { low = middle + 1 } else { high = middle }
        }
        guard low < range.upperBound, self.text(column, low) == name else { return nil }
        return low
    }

    func provider(_ name: String) -> Int? { self.find(name, in: .providerName, self[.providerName].indices) }

    func region(_ provider: String, _ code: String) -> Int? {
        self.provider(provider).flatMap { self.find(code, in: .regionCode, self[.providerRegionStart].range($0)) }
    }

    func machine(_ provider: String, _ type: String) -> Int? {
        self.provider(provider).flatMap { self.find(type, in: .machineType, self[.providerMachineStart].range($0)) }
    }

    /// The offer of a machine row in a region row.
    func offer(region: Int, machine: Int) -> Int? {
        let range = self[.regionOfferStart].range(region)
        let column = self[.offerMachine]
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if column.index(middle) < machine { low = middle + 1 } else { high = middle }
        }
        return low < range.upperBound && column.index(low) == machine ? low : nil
    }

    /// The provider row that a row of a section with starts belongs to.
    func owner(of row: Int, in starts: CatalogColumn) -> Int {
        let column = self[starts]
        var low = 0
        var high = column.count - 1
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if column.index(middle) <= row { low = middle } else { high = middle }
        }
        return low
    }
}
