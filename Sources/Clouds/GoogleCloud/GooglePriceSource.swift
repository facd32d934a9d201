package import CloudPorts
package import Contract
package import Kernel
package import Transport

/// On-demand and spot prices of Compute Engine from the Cloud Billing Catalog API.
///
/// The list sells no machines: it sells an hour of a vCPU, of a GiB of memory and of a GPU, per machine family and region. A
/// machine's price is the sum of its parts, so the shapes of the machine types come as an argument, and a type of which one
/// part has no price has none either. What the pages say is kept as rates, some thousands, and the offers are made from them at
/// the end: memory does not grow with the pages.
///
/// Disks are billed apart, also those that come with a machine. Types whose local disks are a good part of the price (`-lssd`,
/// `z3`) are left unknown rather than told too cheap; so are `m2`, which adds a premium, and the old `f1` and `g1`. The API key
/// goes in a header, where no log of addresses and no message has it.
///
/// Sources: Google Cloud, "Get publicly available Google Cloud pricing information" and REST reference `services.skus.list`;
/// "Compute Engine pricing" for how parts add up.
package struct GooglePriceSource: PriceSource {
    package static let publicEndpoint = "https://cloudbilling.googleapis.com"
    /// Compute Engine, as the API names it.
    static let skus = "/v1/services/6F81-5844-456A/skus"
    /// The list has some 50,000 SKUs; the API answers 5,000 at most at once.
    package static let defaultLimits = PriceListReading.Limits(pages: 2_000, rows: 2_000_000, time: .hours(1))
    /// SKUs a page: a page of a thousand has some two megabytes.
    static let pageSize = 1_000
    static let pageLimit = ByteCount.mebibytes(32)
    /// For one page, retries included.
    static let pageDeadline = TimeSpan.minutes(3)

    package let provider = "gcp"
    private let endpoint: String
    private let apiKey: String
    private let machines: [GoogleMachineType]
    private let regions: Set<String>?
    private let limits: PriceListReading.Limits
    private let transport: HTTPTransport
    private let time: any TimeSource

    /// - Parameters:
    ///   - apiKey: of any project with the Cloud Billing API enabled; secret.
    ///   - machines: the types to be priced.
    ///   - regions: whose prices are kept; nil is all.
    package init(
        endpoint: String = publicEndpoint, apiKey: String, machines: [GoogleMachineType], regions: Set<String>? = nil,
        limits: PriceListReading.Limits = defaultLimits,
        transport: HTTPTransport = HTTPTransport(rule: .publicService), time: any TimeSource
    ) {
        self.endpoint = endpoint
        self.apiKey = apiKey
        self.machines = machines
        self.regions = regions
        self.limits = limits
        self.transport = transport
        self.time = time
    }

    package func read(
        _ take: ([PricedOffer]) async throws(PriceSourceError) -> Void
    ) async throws(PriceSourceError) -> PriceListEdition {
        var reading = PriceListReading(provider: self.provider, limits: self.limits, time: self.time)
        let rates = try await self.rates(&reading)
        for region in rates.regions where self.regions?.contains(region) ?? true {
            var offers: [PricedOffer] = []
            for machine in self.machines {
                if let offer = try machine.offer(in: region, at: rates, reading) { offers.append(offer) }
            }
            try await reading.deliver(offers, to: take)
        }
        return PriceListEdition(
            asOf: rates.newest ?? self.time.now, source: "Google Cloud Billing Catalog API, \(self.endpoint)")
    }

    /// What all pages say.
    private func rates(_ reading: inout PriceListReading) async throws(PriceSourceError) -> GoogleRates {
        var rates = GoogleRates(now: self.time.now)
        var token = ""
        var seen: Set<String> = []
        repeat {
            try reading.turn()
            let page = try await self.page(token, reading)
            try reading.count(rows: page.skus?.count ?? 0)
            for sku in page.skus ?? [] { try rates.add(sku, reading) }
            token = page.nextPageToken ?? ""
            guard token.isEmpty || seen.insert(token).inserted else {
                throw reading.malformed("the token of the next page leads back to a page that was read")
            }
        } while !token.isEmpty
        return rates
    }

    private func page(_ token: String, _ reading: PriceListReading) async throws(PriceSourceError) -> GoogleSKUPage {
        var url = "\(self.endpoint)\(Self.skus)?currencyCode=USD&pageSize=\(Self.pageSize)"
        if !token.isEmpty { url += "&pageToken=\(Self.escaped(token))" }
        let answer: HTTPAnswer
        do {
            answer = try await self.transport.send(
                HTTPRequest(.get, url, headers: ["X-Goog-Api-Key": self.apiKey]), within: Self.pageDeadline,
                limit: Self.pageLimit)
        } catch { throw self.withoutKey(reading.fault(from: error)) }
        return try reading.decode(GoogleSKUPage.self, from: answer.body)
    }

    /// A refusal quotes the answer, and an answer may quote the key.
    private func withoutKey(_ error: PriceSourceError) -> PriceSourceError {
        switch error {
        case .refused(let provider, let page, let kind, let reason):
            return .refused(provider: provider, page: page, kind: kind, reason: self.hidingKey(in: reason))
        case .unavailable(let provider, let page, let reason):
            return .unavailable(provider: provider, page: page, reason: self.hidingKey(in: reason))
        default: return error
        }
    }

    private func hidingKey(in text: String) -> String {
        guard !self.apiKey.isEmpty else { return text }
        let text = text.replacing(self.apiKey, with: Self.hidden)
        // A quotation is cut after so many characters, which may be within the key.
        let quotation = text.hasSuffix(".") ? text.dropLast() : text[...]
        let cut = (Self.shortestSecret..<max(Self.shortestSecret, self.apiKey.count)).last {
            quotation.hasSuffix(self.apiKey.prefix($0))
        }
        return cut.map { "\(quotation.dropLast($0))\(Self.hidden)." } ?? text
    }

    private static let hidden = "•••"
    /// Characters of a key that tell nothing yet: Google's keys all begin with the same four.
    private static let shortestSecret = 5

    /// Percent-encoded but for the unreserved characters of RFC 3986.
    private static func escaped(_ token: String) -> String {
        token.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) {
                return String(character)
            }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}
