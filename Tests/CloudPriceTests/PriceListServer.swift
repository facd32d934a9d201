import CloudPorts
import Conformance
import Contract
import Hummingbird
import Kernel
import Synchronization
import Transport

/// A provider's format, as a test writes it down by hand from the provider's documentation.
protocol PriceListFormat: Sendable {
    /// What the ordinary pages say, put together.
    var expected: [PricedOffer] { get }
    var asOf: Timestamp? { get }
    var secret: String? { get }
    var impossible: Set<PriceListScenario> { get }
    /// At least three pages of rows.
    var pages: [[String]] { get }
    /// The row that a scenario adds to the last page; nil for scenarios that are not about a row.
    func row(of scenario: PriceListScenario) -> String?
    /// So many machines.
    func machines(_ count: Int) -> [String]
    /// A page as it crosses the wire.
    func text(of rows: [String], next: NextPage) -> String
    /// Binds the provider's paths: `answer` gives page 0, 1, … of the list.
    func bind(to router: Router<BasicRequestContext>, _ server: PriceListServer)
    func source(_ endpoint: String, _ limits: PriceListReading.Limits, _ time: any TimeSource) -> any PriceSource
}

/// Where a page says that the next one is.
enum NextPage {
    case none
    case page(Int, of: String)
    case elsewhere
}

/// Serves one scenario in one provider's format.
final class PriceListServer: Sendable {
    let scenario: PriceListScenario
    let pages: [[String]]
    private let format: any PriceListFormat
    private let asked = Mutex<[Int: Int]>([:])

    init(_ scenario: PriceListScenario, in format: any PriceListFormat) {
        self.scenario = scenario
        self.format = format
        var pages = format.pages
        switch scenario {
        case .emptyPage: pages.insert([], at: 1)
        case .repeatedRows:
            let all = pages.flatMap { $0 }
            for index in pages.indices { pages[index] += pages[index] }
            pages[pages.count - 1] += all
        case .large: pages[1] = format.machines(2_500)
        default: if let row = format.row(of: scenario) { pages[pages.count - 1].append(row) }
        }
        self.pages = pages
    }

    /// How often a page was asked for.
    func count(of page: Int) -> Int { self.asked.withLock { $0[page] ?? 0 } }

    func answer(page: Int, to request: Request) -> Response {
        let count = self.asked.withLock { asked in
            asked[page, default: 0] += 1
            return asked[page] ?? 0
        }
        guard self.pages.indices.contains(page) else { return .text("no page \(page)", status: .notFound) }
        let text = self.format.text(of: self.pages[page], next: self.next(after: page, request))
        guard page == self.pages.count - 1 else { return .text(text) }
        switch self.scenario {
        case .busyOnce where count == 1: return .text("slow down", status: .tooManyRequests)
        case .brokenOnce where count == 1: return .text("oops", status: .internalServerError)
        case .down: return .text("down", status: .serviceUnavailable)
        case .refused: return .text("not you: \(request.headers)", status: .forbidden)
        case .gibberish: return .text("<html><body>Welcome to the hotel's network</body></html>")
        case .cutShort: return .cutShort(text, after: text.utf8.count / 2)
        default: return .text(text)
        }
    }

    private func next(after page: Int, _ request: Request) -> NextPage {
        let origin = "http://" + (request.head.authority ?? "")
        guard page == self.pages.count - 1 else { return .page(page + 1, of: origin) }
        switch self.scenario {
        case .endless: return .page(1, of: origin)
        case .strayed: return .elsewhere
        default: return .none
        }
    }

    /// The transport of the tests: as in production, but without long pauses.
    static let transport = HTTPTransport(
        rule: RetryRule(
            limit: 3, base: .milliseconds(1), cap: .milliseconds(5), statuses: RetryRule.publicService.statuses)
    )
}

extension PriceListFormat {
    /// The subject of the conformance suite over this format.
    func subject(breaking fault: FaultyPriceSource.Fault? = nil) -> PriceSourceSubject {
        PriceSourceSubject(
            expected: self.expected, asOf: self.asOf, secret: self.secret, impossible: self.impossible,
            serve: { scenario, body in
                let server = PriceListServer(scenario, in: self)
                try await withServer({ self.bind(to: $0, server) }, body)
            },
            make: { endpoint, limits, time in
                let source = self.source(endpoint, limits, time)
                return fault.map { FaultyPriceSource(source, $0, key: self.secret ?? "") } ?? source
            })
    }
}
