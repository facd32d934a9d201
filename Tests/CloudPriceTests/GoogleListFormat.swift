import CloudPorts
import Conformance
import Contract
import GoogleCloud
import Hummingbird
import Kernel

/// The Cloud Billing Catalog API: pages of SKUs, with a token for the next.
struct GoogleListFormat: PriceListFormat {
    static let machines = [
        GoogleMachineType(type: "n2-standard-4", vcpus: 4, memory: .gibibytes(16)),
        GoogleMachineType(type: "g2-standard-4", vcpus: 4, memory: .gibibytes(16), gpus: 1),
        GoogleMachineType(type: "e2-micro", vcpus: 2, memory: .gibibytes(1)),
        GoogleMachineType(type: "c3-standard-4", vcpus: 4, memory: .gibibytes(16)),
        GoogleMachineType(type: "c3-standard-4-lssd", vcpus: 4, memory: .gibibytes(16)),
    ]

    let secret: String? = "AIzaSy-very-secret"
    let asOf = Timestamp("2026-11-17T08:00:00.123Z")
    /// Links are tokens, so they cannot lead elsewhere.
    let impossible: Set<PriceListScenario> = [.strayed]

    let expected = [
        PricedOffer(
            region: "us-central1", type: "n2-standard-4", onDemand: Money(nanodollars: 194_236_000),
            spot: Money(nanodollars: 47_000_000), shape: .init(vcpus: 4, memory: .gibibytes(16), gpus: 0)),
        PricedOffer(
            region: "us-central1", type: "g2-standard-4", onDemand: Money(nanodollars: 706_787_000),
            spot: Money(nanodollars: 361_216_000), shape: .init(vcpus: 4, memory: .gibibytes(16), gpus: 1)),
        PricedOffer(
            region: "europe-west4", type: "e2-micro", onDemand: Money(nanodollars: 9_221_000),
            shape: .init(vcpus: 2, memory: .gibibytes(1), gpus: 0)),
        PricedOffer(
            region: "atlantis-1", type: "n2-standard-4", onDemand: Money(nanodollars: 6_000_000_016),
            shape: .init(vcpus: 4, memory: .gibibytes(16), gpus: 0)),
    ]

    var pages: [[String]] {
        [
            [
                Self.sku("N2 Instance Core running in Americas", ["us-central1"], nanos: 31_611_000),
                // For shapes of one's own, for hosts of one's own, for a year, for disks: not for machine types.
                Self.sku("N2 Custom Instance Core running in Americas", ["us-central1"], nanos: 99_000_000),
                Self.sku(
                    "N2 Custom Extended Instance Ram running in Americas", ["us-central1"], unit: "GiBy.h", nanos: 9),
                Self.sku("N2 Sole Tenancy Instance Core running in Americas", ["us-central1"], nanos: 99_000_000),
                Self.sku("Commitment v1: N2 Cpu in Americas for 1 Year", ["us-central1"], usage: "Commit1Yr", nanos: 9),
                Self.sku(
                    "SSD backed PD Capacity", ["us-central1"], family: "Storage", unit: "GiBy.mo", nanos: 170_000_000),
            ],
            [
                Self.sku("N2 Instance Ram running in Americas", ["us-central1"], unit: "GiBy.h", nanos: 4_237_000),
                Self.sku(
                    "Spot Preemptible N2 Instance Core running in Americas", ["us-central1"], usage: "Preemptible",
                    nanos: 7_650_000),
                Self.sku(
                    "Spot Preemptible N2 Instance Ram running in Americas", ["us-central1"], usage: "Preemptible",
                    unit: "GiBy.h", nanos: 1_025_000),
                Self.sku("G2 Instance Core running in Americas", ["us-central1"], nanos: 24_988_000),
                Self.sku("G2 Instance Ram running in Americas", ["us-central1"], unit: "GiBy.h", nanos: 2_927_000),
                Self.sku("Nvidia L4 GPU running in Americas", ["us-central1"], nanos: 560_003_000),
                Self.sku("Nvidia L4 Virtual Workstation GPU running in Americas", ["us-central1"], nanos: 760_000_000),
                Self.sku(
                    "Spot Preemptible G2 Instance Core running in Americas", ["us-central1"], usage: "Preemptible",
                    nanos: 12_770_000),
                Self.sku(
                    "Spot Preemptible G2 Instance Ram running in Americas", ["us-central1"], usage: "Preemptible",
                    unit: "GiBy.h", nanos: 1_496_000),
                // Filed under the wrong usage, as happens: the description tells.
                Self.sku(
                    "Nvidia L4 GPU attached to Spot Preemptible VMs running in Americas", ["us-central1"],
                    nanos: 286_200_000),
            ],
            [
                Self.sku("E2 Instance Core running in Netherlands", ["europe-west4"], nanos: 24_012_000),
                Self.sku("E2 Instance Ram running in Netherlands", ["europe-west4"], unit: "GiBy.h", nanos: 3_218_000),
                Self.sku("N2 Instance Core running in Atlantis", ["atlantis-1"], units: "1", nanos: 500_000_000),
                Self.sku("N2 Instance Ram running in Atlantis", ["atlantis-1"], unit: "GiBy.h", nanos: 1),
            ],
        ]
    }

    func row(of scenario: PriceListScenario) -> String? {
        let core = "C3 Instance Core running in Americas"
        let memory = "C3 Instance Ram running in Americas"
        switch scenario {
        case .foreign:
            return Self.sku(core, ["us-central1"], currency: "EUR", nanos: 30_000_000) + ","
                + Self.sku(memory, ["us-central1"], unit: "GiBy.mo", nanos: 3_000_000)
        case .zero:
            return Self.sku(core, ["us-central1"], nanos: 0) + ","
                + Self.sku(memory, ["us-central1"], unit: "GiBy.h", nanos: 3_000_000)
        case .negative: return Self.sku(core, ["us-central1"], nanos: -30_000_000)
        case .absurd: return Self.sku(core, ["us-central1"], units: "1000000", nanos: 0)
        case .wrongType:
            return Self.sku(core, ["us-central1"], nanos: 0).replacing("\"nanos\": 0", with: "\"nanos\": \"free\"")
        case .missing: return Self.sku(core, ["us-central1"], nanos: 1).replacing("\"description\"", with: "\"title\"")
        default: return nil
        }
    }

    /// One machine type in so many regions: the list knows no machines.
    func machines(_ count: Int) -> [String] {
        let regions = (1...count).map { "region-\($0)" }
        return [
            Self.sku("N2 Instance Core running in Everywhere", regions, nanos: 31_611_000),
            Self.sku("N2 Instance Ram running in Everywhere", regions, unit: "GiBy.h", nanos: 4_237_000),
        ]
    }

    static func sku(
        _ description: String, _ regions: [String], family: String = "Compute", usage: String = "OnDemand",
        unit: String = "h", currency: String = "USD", units: String = "0", nanos: Int64
    ) -> String {
        func pricing(_ effective: String, _ nanos: Int64) -> String {
            """
            {"summary": "", "effectiveTime": "\(effective)", "currencyConversionRate": 1, "pricingExpression": {
              "usageUnit": "\(unit)", "displayQuantity": 1, "tieredRates": [{"startUsageAmount": 0,
                "unitPrice": {"currencyCode": "\(currency)", "units": "\(units)", "nanos": \(nanos)}}]}}
            """
        }
        // One price is past and one is to come: neither counts.
        let times = [
            ("2025-01-01T00:00:00Z", nanos / 2), ("2026-11-17T08:00:00.123456Z", nanos), ("2031-01-01T00:00:00Z", 7),
        ]
        return """
            {"name": "services/6F81-5844-456A/skus/0000-0000-0000", "skuId": "0000-0000-0000",
             "description": "\(description)", "category": {"serviceDisplayName": "Compute Engine",
               "resourceFamily": "\(family)", "resourceGroup": "CPU", "usageType": "\(usage)"},
             "serviceRegions": [\(regions.map { "\"\($0)\"" }.joined(separator: ", "))],
             "pricingInfo": [\(times.map(pricing).joined(separator: ", "))],
             "serviceProviderName": "Google"}
            """
    }

    /// With characters that an address does not bear.
    private static func token(_ page: Int) -> String { "AAEL+/=&\(page)" }

    func text(of rows: [String], next: NextPage) -> String {
        var token = ""
        if case .page(let page, _) = next { token = Self.token(page) }
        return "{\"skus\": [\(rows.joined(separator: ",\n"))], \"nextPageToken\": \"\(token)\"}"
    }

    func bind(to router: Router<BasicRequestContext>, _ server: PriceListServer) {
        router.get("/v1/services/6F81-5844-456A/skus") { request, _ -> Response in
            let query = request.uri.queryParameters
            guard request.headers[.init("X-Goog-Api-Key")!] == self.secret, query["key"] == nil else {
                return .text("API key not valid. Please pass a valid API key.", status: .badRequest)
            }
            let page = query["pageToken"].map { token in server.pages.indices.first { Self.token($0) == token } ?? -1 }
            return server.answer(page: page ?? 0, to: request)
        }
    }

    func source(_ endpoint: String, _ limits: PriceListReading.Limits, _ time: any TimeSource) -> any PriceSource {
        GooglePriceSource(
            endpoint: endpoint, apiKey: self.secret ?? "", machines: Self.machines, limits: limits,
            transport: PriceListServer.transport, time: time)
    }
}
