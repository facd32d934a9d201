package import CloudPorts
package import Contract
package import Kernel
package import Transport

/// On-demand and spot prices of virtual machines from the Azure Retail Prices API.
///
/// The API is open to everybody and answers pages of some hundred to a thousand meters, each with an absolute link to the next.
/// A link is followed only to where we asked first, host and port, so that an answer cannot send us elsewhere; one that was
/// followed before is a circle. All of Azure is some thousand pages and half an hour, and so much is read: filters beyond the
/// service are not needed, and `regions` narrows it.
///
/// Left out: Windows, Cloud Services, dedicated hosts, prices not in force yet or no longer, and Low Priority, which
/// Azure Batch and Machine Learning sell and nobody else, at another price than Spot's. The list tells no shapes: those follow from Microsoft's naming
/// convention. It has no date of publication, so the sheet is of the time of the reading.
///
/// Source: Microsoft Learn, "Azure Retail Prices overview" (api-version 2023-01-01-preview).
package struct AzurePriceSource: PriceSource {
    /// Open to everybody, without a key.
    package static let publicEndpoint = "https://prices.azure.com"
    /// Virtual machines have some 130,000 meters; pages have had 100 at times.
    package static let defaultLimits = PriceListReading.Limits(pages: 10_000, rows: 2_000_000, time: .hours(2))
    /// A page of a thousand meters has about a megabyte.
    static let pageLimit = ByteCount.mebibytes(16)
    /// For one page, retries included.
    static let pageDeadline = TimeSpan.minutes(3)

    package let provider = "azure"
    private let endpoint: String
    private let regions: Set<String>?
    private let limits: PriceListReading.Limits
    private let transport: HTTPTransport
    private let time: any TimeSource

    /// - Parameters:
    ///   - endpoint: scheme and host: of Azure, of a sovereign cloud, of a mirror.
    ///   - regions: whose prices are kept, by `armRegionName`; nil is all.
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
        let now = self.time.now
        var next: String? = self.endpoint + Self.query(for: self.regions)
        var followed: Set<String> = []
        while let url = next {
            try reading.turn()
            guard followed.insert(url).inserted else {
                throw reading.malformed("the link to the next page leads back to a page that was read")
            }
            let page = try await self.page(url, reading)
            try reading.count(rows: page.meters.count)
            var offers: [PricedOffer] = []
            for meter in page.meters {
                if let offer = try meter.offer(at: now, reading), self.regions?.contains(offer.region) ?? true {
                    offers.append(offer)
                }
            }
            try await reading.deliver(offers, to: take)
            next = try self.next(page.nextPageLink, reading)
        }
        return PriceListEdition(asOf: now, source: "Azure Retail Prices API, \(self.endpoint)")
    }

    private func page(_ url: String, _ reading: PriceListReading) async throws(PriceSourceError) -> AzurePricePage {
        let answer: HTTPAnswer
        do {
            answer = try await self.transport.send(
                HTTPRequest(.get, url), within: Self.pageDeadline, limit: Self.pageLimit)
        } catch { throw reading.fault(from: error) }
        return try reading.decode(AzurePricePage.self, from: answer.body)
    }

    /// The link to follow; nil at the end.
    private func next(_ link: String?, _ reading: PriceListReading) throws(PriceSourceError) -> String? {
        guard let link, !link.isEmpty else { return nil }
        guard let origin = Origin(of: link), origin == Origin(of: self.endpoint) else {
            throw reading.malformed(
                "the link to the next page leads away from \(self.endpoint), to '\(link.prefix(200))'")
        }
        return link
    }

    /// One region is asked for by name; of several, or all, every one comes and the others are dropped.
    private static func query(for regions: Set<String>?) -> String {
        var filter = "serviceName eq 'Virtual Machines' and priceType eq 'Consumption'"
        if let regions, regions.count == 1, let region = regions.first, region.allSatisfy(\.isASCIILetterOrDigit) {
            filter += " and armRegionName eq '\(region)'"
        }
        // OData in a query: only these two need escapes.
        let escaped = filter.replacing(" ", with: "%20").replacing("'", with: "%27")
        return "/api/retail/prices?api-version=2023-01-01-preview&$filter=\(escaped)"
    }
}

extension Character {
    fileprivate var isASCIILetterOrDigit: Bool { self.isASCII && (self.isLetter || self.isNumber) }
}
