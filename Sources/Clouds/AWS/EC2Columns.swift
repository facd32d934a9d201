import CloudPorts
import Contract
import Kernel

/// Where the columns of an EC2 price list stand, and what a row means.
///
/// The values that mark an ordinary machine (Linux, shared, used, on demand) are those by which AWS's own documentation
/// filters the list.
struct EC2Columns {
    private let count: Int
    private let termType: Int
    /// Columns that must have one of these values.
    private let conditions: [(column: Int, values: [String])]
    private let price: Int
    private let region: Int
    private let type: Int
    private let vcpus: Int
    private let memory: Int
    private let gpus: Int?
    private let processor: Int?

    /// - Throws: `malformed`, naming the column that is missing.
    init(names: [String], _ reading: PriceListReading) throws(PriceSourceError) {
        // Capitals vary: `usageType`, `Usage Type`.
        let positions = Dictionary(
            names.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        func column(_ name: String) throws(PriceSourceError) -> Int {
            guard let position = positions[name.lowercased()] else {
                throw reading.malformed("the column '\(name)' is missing")
            }
            return position
        }
        self.count = names.count
        self.termType = try column("TermType")
        self.price = try column("PricePerUnit")
        self.region = try column("Region Code")
        self.type = try column("Instance Type")
        self.vcpus = try column("vCPU")
        self.memory = try column("Memory")
        self.gpus = positions["gpu"]
        self.processor = positions["physical processor"]
        var conditions: [(column: Int, values: [String])] = []
        for (name, values) in Self.ordinary { conditions.append((try column(name), values)) }
        // A younger column: lists without it have no capacity blocks either.
        if let market = positions["marketoption"] { conditions.append((market, ["OnDemand", ""])) }
        self.conditions = conditions
    }

    /// What marks the price of an ordinary machine, besides the term.
    private static let ordinary: [(String, [String])] = [
        ("Currency", ["USD"]), ("Unit", ["Hrs"]), ("Location Type", ["AWS Region"]), ("Tenancy", ["Shared"]),
        ("Operating System", ["Linux"]), ("Pre Installed S/W", ["NA"]), ("CapacityStatus", ["Used"]),
        ("operation", ["RunInstances"]), ("Product Family", ["Compute Instance", "Compute Instance (bare metal)"]),
    ]

    /// The offer of a row; nil for one of another kind and for a machine without a price yet.
    ///
    /// - Throws: `CSVRows.Problem`, or `malformed` when the row has another number of fields than the header, or an
    ///   impossible price.
    func offer(in row: ArraySlice<UInt8>, number: Int, _ reading: PriceListReading) throws -> PricedOffer? {
        let first = try CSVRows.fields(of: row, limit: self.termType + 1)
        // Reservations, nine rows of ten, go no further.
        if first.count == self.termType + 1, CSVRows.text(first[self.termType]) == "Reserved" { return nil }
        let fields = try CSVRows.fields(of: row)
        guard fields.count == self.count else {
            throw reading.malformed("row \(number) has \(fields.count) fields instead of \(self.count)")
        }
        func text(_ column: Int) -> String { CSVRows.text(fields[column]) }
        guard text(self.termType) == "OnDemand",
            self.conditions.allSatisfy({ $0.values.contains(text($0.column)) })
        else { return nil }
        let (region, type) = (text(self.region), text(self.type))
        guard !region.isEmpty, !type.isEmpty else {
            throw reading.malformed("row \(number) has no 'Region Code' or no 'Instance Type'")
        }
        guard let price = try reading.price(text(self.price), of: "'\(type)' in \(region), row \(number)") else {
            return nil
        }
        return PricedOffer(
            region: region, type: type, onDemand: price,
            shape: .init(
                vcpus: Int(text(self.vcpus)), memory: Self.memory(text(self.memory)),
                gpus: self.gpus.flatMap { Int(text($0)) },
                architecture: self.processor.flatMap { Self.architecture(text($0)) }))
    }

    /// `1,952 GiB`; nil for `NA`.
    static func memory(_ text: String) -> ByteCount? {
        text.hasSuffix(" GiB") ? ByteCount(text.replacing(",", with: "")) : nil
    }

    /// By the processor's maker: the column 'Processor Architecture' says `64-bit` of all of them.
    static func architecture(_ processor: String) -> PricedOffer.Architecture? {
        if processor.contains("Graviton") || processor.contains("Apple") { return .arm64 }
        return processor.contains("Intel") || processor.contains("AMD") ? .x86 : nil
    }
}
