package import CloudPorts
package import Contract
package import Kernel
package import Transport

/// On-demand prices of EC2 from the AWS Price List Bulk API.
///
/// The API is files: an index of regions, and for each region one file with every product and term, in JSON or CSV, of some
/// hundred megabytes. The JSON keeps products and prices in two halves of the file, so that it can be joined only in memory;
/// the CSV has both in one row, so that is what is read: as it comes off the wire, row by row, in constant memory. Nine rows of
/// ten are reservations and are dropped after their fourth field.
///
/// The list has no spot prices, so they stay unknown, and no accelerator's name, only the count. Local Zones and Wavelength
/// are left out: their rows stand in the file of a region of their own, and are no region a job can ask for. All regions
/// together are gigabytes; name the ones that matter. A reading that breaks off is given up whole.
///
/// Sources: AWS Billing user guide, "Getting price list files using the AWS Price List Bulk API" and "Reading the price list
/// files".
package struct AWSPriceSource: PriceSource {
    /// Open to everybody, without a key.
    package static let publicEndpoint = "https://pricing.us-east-1.amazonaws.com"
    static let regionIndex = "/offers/v1.0/aws/AmazonEC2/current/region_index.json"
    /// Some forty regions and their local zones, with room to grow; a region has some 500,000 rows. All of them over a
    /// slow line take hours.
    package static let defaultLimits = PriceListReading.Limits(pages: 500, rows: 100_000_000, time: .hours(6))
    /// The index has some ten kilobytes.
    static let indexLimit = ByteCount.mebibytes(4)
    /// Until an answer begins, retries included.
    static let answerDeadline = TimeSpan.minutes(3)

    package let provider = "aws"
    private let endpoint: String
    private let regions: Set<String>?
    private let limits: PriceListReading.Limits
    private let transport: HTTPTransport
    private let time: any TimeSource

    /// - Parameters:
    ///   - endpoint: scheme and host, of AWS or of a mirror that keeps its paths.
    ///   - regions: whose prices are read; nil is all.
    package init(
        endpoint: String = publicEndpoint, regions: Set<String>? = nil,
        limits: PriceListReading.Limits = defaultLimits,
        transport: HTTPTransport = HTTPTransport(rule: .publicService), time: any TimeSource
    ) {
        self.endpoint = endpoint
        self.regions = regions
        self.limits = limits
        self.transport = transport
        self.time = time
    }

    package func read(
        _ take: ([PricedOffer]) async throws(PriceSourceError) -> Void
    ) async throws(PriceSourceError) -> PriceListEdition {
        var reading = PriceListReading(provider: self.provider, limits: self.limits, time: self.time)
        let files = try await self.files(&reading)
        var oldest: Timestamp?
        for file in files {
            let published = try await self.read(file, &reading, take)
            oldest = min(oldest ?? published, published)
        }
        return PriceListEdition(
            asOf: oldest ?? self.time.now, source: "AWS Price List Bulk API, AmazonEC2, \(self.endpoint)")
    }

    // MARK: The index of regions

    private struct Index: Decodable {
        struct Region: Decodable {
            let regionCode: String
            let currentVersionUrl: String
        }

        let regions: [String: Region]
    }

    /// Where one region's list lies.
    private struct File {
        let region: String
        let path: String
    }

    /// The files to read, by region.
    private func files(_ reading: inout PriceListReading) async throws(PriceSourceError) -> [File] {
        try reading.turn(to: "the index of regions")
        let answer: HTTPAnswer
        do {
            answer = try await self.transport.send(
                HTTPRequest(.get, self.endpoint + Self.regionIndex), within: Self.answerDeadline,
                limit: Self.indexLimit)
        } catch { throw reading.fault(from: error) }
        let known = try reading.decode(Index.self, from: answer.body).regions.values
        if let unknown = self.regions?.subtracting(known.map(\.regionCode)).min() {
            throw .noSuchRegion(provider: self.provider, region: unknown, known: known.map(\.regionCode).sorted())
        }
        let wanted = known.filter { self.regions?.contains($0.regionCode) ?? true }
            .sorted { $0.regionCode < $1.regionCode }
        var files: [File] = []
        for region in wanted {
            files.append(File(region: region.regionCode, path: try Self.csv(region.currentVersionUrl, reading)))
        }
        return files
    }

    /// The path of the CSV beside a JSON file: the same but for its ending.
    private static func csv(_ path: String, _ reading: PriceListReading) throws(PriceSourceError) -> String {
        // With a host in it, or climbing out, it would lead elsewhere.
        guard path.hasPrefix("/offers/"), path.hasSuffix("/index.json"), !path.contains("//"), !path.contains("..")
        else { throw reading.malformed("'\(path.prefix(200))' is no path of a price list") }
        return path.dropLast("json".count) + "csv"
    }

    // MARK: One region

    /// - Returns: the file's date of publication.
    private func read(
        _ file: File, _ reading: inout PriceListReading,
        _ take: ([PricedOffer]) async throws(PriceSourceError) -> Void
    ) async throws(PriceSourceError) -> Timestamp {
        try reading.turn(to: file.region)
        var list = EC2List()
        do {
            let stream = try await self.transport.open(
                HTTPRequest(.get, self.endpoint + file.path), within: Self.answerDeadline)
            for try await chunk in stream.body {
                try reading.goOn()
                try await reading.deliver(try list.offers(in: chunk, &reading), to: take)
            }
        } catch { throw reading.fault(from: error) }
        let (rest, published) = try list.finish(&reading)
        try await reading.deliver(rest, to: take)
        return published
    }
}
