import CloudPorts
import Contract
import Kernel
import Synchronization

/// A source that breaks one sentence of the contract, to prove that the suite notices.
struct FaultyPriceSource: PriceSource {
    /// What is broken; its raw value is the check that must notice.
    enum Fault: String, CaseIterable, Sendable {
        case dropsTheLastBatch = "a list is read to its end and nothing else is"
        case remembers = "two readings of one list give the same sheet"
        case endsAtAnEmptyPage = "a page without rows is a page"
        case addsWhatComesTwice = "a row that comes twice is one offer"
        case convertsCurrencies = "a price in another currency or by another unit is unknown"
        case zeroIsFree = "a price of zero is unknown"
        case knowsItsRegions = "a region nobody has heard of is handed over as it is"
        case hoards = "offers come in batches of bounded size"
        case isHurtByBusy = "an answer of 429 is waited out"
        case isHurtByFaults = "an answer of 500 is waited out"
        case ignoresItsConsumer = "the consumer's error ends the reading"
        case outlivesCancellation = "a cancelled reading ends"
        case believesNegatives = "a negative price makes the list malformed"
        case believesAnything = "a price that cannot be true makes the list malformed"
        case guessesTypes = "a value of another type makes the list malformed"
        case guessesFields = "a missing field makes the list malformed"
        case readsHTML = "a page that is no document makes the list malformed"
        case runsInCircles = "pages that go round in a circle make the list malformed"
        case goesAnywhere = "a link that leads elsewhere makes the list malformed and is not followed"
        case keepsHalves = "a body that is cut short makes the list unavailable, however much came before"
        case staysCalm = "a provider that stays down makes the list unavailable"
        case tellsKeys = "a refusal is told as such, without the key"
        case countsNoPages = "a list with more pages than allowed is too large"
        case countsNoRows = "a list with more rows than allowed is too large"
        case takesItsTime = "a reading beyond its time is late"
    }

    private let source: any PriceSource
    private let fault: Fault
    private let key: String
    private let readings = Counter()

    init(_ source: any PriceSource, _ fault: Fault, key: String) {
        self.source = source
        self.fault = fault
        self.key = key
    }

    var provider: String { self.source.provider }

    func read(
        _ take: ([PricedOffer]) async throws(PriceSourceError) -> Void
    ) async throws(PriceSourceError) -> PriceListEdition {
        var all: [PricedOffer] = []
        let edition: PriceListEdition
        do {
            edition = try await self.source.read { all += $0 }
        } catch {
            edition = try self.swallow(error)
        }
        try await self.hand(over: all, take)
        return edition
    }

    /// Goes on after an error as if nothing had been.
    private func swallow(_ error: PriceSourceError) throws(PriceSourceError) -> PriceListEdition {
        switch self.fault {
        case .tellsKeys:
            throw .refused(
                provider: self.provider, page: "a", kind: .forbidden, reason: "The key \(self.key) is wrong.")
        case .believesNegatives, .believesAnything, .guessesTypes, .guessesFields, .readsHTML, .runsInCircles,
            .goesAnywhere, .keepsHalves, .staysCalm, .countsNoPages, .countsNoRows, .takesItsTime,
            .outlivesCancellation:
            return PriceListEdition(asOf: Timestamp(milliseconds: 0), source: "somewhere")
        default: throw error
        }
    }

    private func hand(
        over offers: [PricedOffer], _ take: ([PricedOffer]) async throws(PriceSourceError) -> Void
    ) async throws(PriceSourceError) {
        let extra = PricedOffer(region: "r", type: "t", onDemand: .dollars(1))
        switch self.fault {
        case .dropsTheLastBatch: try await take(Array(offers.dropLast()))
        case .remembers:
            try await take(offers + (self.readings.increment() > 1 ? [extra] : []))
        case .endsAtAnEmptyPage: try await take(Array(offers.prefix(1)))
        case .addsWhatComesTwice:
            try await take(
                offers.map { PricedOffer(region: $0.region, type: $0.type, onDemand: $0.onDemand.map { $0 * 2 }) })
        case .convertsCurrencies, .zeroIsFree: try await take(offers + [extra])
        case .knowsItsRegions: try await take(offers.filter { $0.region != "atlantis-1" })
        case .isHurtByBusy, .isHurtByFaults:
            throw .unavailable(provider: self.provider, page: "the last page", reason: "busy.")
        case .ignoresItsConsumer: do { try await take(offers) } catch {}
        default: try await take(offers)
        }
    }
}
