import Azure
import CloudPorts
import Conformance
import Contract
import Hummingbird
import Kernel

/// The Azure Retail Prices API: pages of meters, with an absolute link to the next.
struct AzureListFormat: PriceListFormat {
    let secret: String? = nil
    /// The list has no date.
    let asOf: Timestamp? = nil
    let impossible: Set<PriceListScenario> = []

    let expected = [
        PricedOffer(
            region: "westeurope", type: "Standard_D4s_v5", onDemand: Money(nanodollars: 230_000_000),
            spot: Money(nanodollars: 41_900_000)),
        PricedOffer(region: "eastus", type: "Standard_B1s", onDemand: Money(nanodollars: 96_123_457)),
        PricedOffer(region: "atlantis-1", type: "Standard_Q1_v1", onDemand: .dollars(117), spot: .dollars(20)),
    ]

    var pages: [[String]] {
        [
            [
                Self.meter("westeurope", "Standard_D4s_v5", "0.23"),
                Self.meter(
                    "westeurope", "Standard_D4s_v5", "0.42", ["productName": "Virtual Machines Dsv5 Series Windows"]),
                Self.meter("westeurope", "Standard_D4s_v5", "0.41", ["productName": "Virtual Machines Dsv5 Srs Win"]),
                Self.meter("westeurope", "Standard_D4s_v5", "0.3", ["productName": "Dsv5 Series CloudServices"]),
                Self.meter("westeurope", "Standard_D4s_v5", "0.9", ["skuName": "D4s v5 Low Priority"]),
                Self.meter("westeurope", "Standard_D4s_v5", "1200", ["type": "Reservation"]),
                Self.meter("westeurope", "Standard_D4s_v5", "0.1", ["type": "DevTestConsumption"]),
            ],
            [
                Self.meter(
                    "westeurope", "Standard_D4s_v5", "0.0419", ["skuName": "D4s v5 Spot", "meterName": "D4s v5 Spot"]),
                // Finer than a nano-dollar: rounded half up. And capitals vary.
                Self.meter("EastUS", "Standard_B1s", "0.0961234565"),
                Self.meter("westeurope", "Standard_D4s_v5", "0.5", ["effectiveStartDate": "2031-01-01T00:00:00Z"]),
                Self.meter("westeurope", "Standard_D4s_v5", "0.6", ["effectiveEndDate": "2026-01-01T00:00:00Z"]),
                Self.meter("", "", "0.7"),
            ],
            [
                Self.meter("atlantis-1", "Standard_Q1_v1", "1.17E+2"),
                Self.meter("atlantis-1", "Standard_Q1_v1", "20.0", ["meterName": "Q1 v1 Spot"]),
            ],
        ]
    }

    func row(of scenario: PriceListScenario) -> String? {
        let machine = "Standard_X1"
        switch scenario {
        case .foreign:
            return Self.meter("westeurope", machine, "0.1", ["currencyCode": "EUR"]) + ","
                + Self.meter("westeurope", machine, "0.1", ["unitOfMeasure": "1/Month"])
        case .zero: return Self.meter("westeurope", machine, "0.0")
        case .negative: return Self.meter("westeurope", machine, "-0.096")
        case .absurd: return Self.meter("westeurope", machine, "1000000")
        case .wrongType: return Self.meter("westeurope", machine, "\"0.096\"")
        case .missing: return Self.meter("westeurope", machine, "0.096").replacing("\"retailPrice\"", with: "\"price\"")
        default: return nil
        }
    }

    func machines(_ count: Int) -> [String] {
        (1...count).map { Self.meter("westeurope", "Standard_X\($0)", "0.096") }
    }

    /// A meter as the API writes it; `others` replaces texts.
    static func meter(_ region: String, _ machine: String, _ price: String, _ others: [String: String] = [:]) -> String
    {
        let name = machine.replacing("Standard_", with: "").replacing("_", with: " ")
        let texts = [
            "currencyCode": "USD", "armRegionName": region, "location": "somewhere", "armSkuName": machine,
            "effectiveStartDate": "2026-11-01T00:00:00Z", "meterId": "000a794b-bdb0-58be-a0cd-0c3a0f222923",
            "meterName": name, "productId": "DZH318Z0BQPS", "skuId": "DZH318Z0BQPS/00TG",
            "productName": "Virtual Machines Series", "skuName": name, "serviceName": "Virtual Machines",
            "serviceId": "DZH313Z7MMC8", "serviceFamily": "Compute", "unitOfMeasure": "1 Hour", "type": "Consumption",
        ].merging(others) { $1 }
        let fields = texts.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
        return "{\"tierMinimumUnits\": 0.0, \"retailPrice\": \(price), \"unitPrice\": \(price), "
            + "\"isPrimaryMeterRegion\": true, \(fields)}"
    }

    func text(of rows: [String], next: NextPage) -> String {
        let link: String
        switch next {
        case .none: link = "null"
        case .page(let page, let origin): link = "\"\(origin)/api/retail/prices?$filter=x&$skip=\(page * 1_000)\""
        case .elsewhere: link = "\"http://127.0.0.1:1/api/retail/prices?$skip=3000\""
        }
        return """
            {"BillingCurrency": "USD", "CustomerEntityId": "Default", "CustomerEntityType": "Retail",
             "Items": [\(rows.joined(separator: ",\n"))], "NextPageLink": \(link), "Count": \(rows.count)}
            """
    }

    /// What the API is asked for: of all regions, and of one.
    private static let filters = [
        "serviceName eq 'Virtual Machines' and priceType eq 'Consumption'",
        "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq 'eastus'",
    ]

    func bind(to router: Router<BasicRequestContext>, _ server: PriceListServer) {
        router.get("/api/retail/prices") { request, _ -> Response in
            let query = request.uri.queryParameters
            guard let skip = query["$skip"] else {
                let filter = query["$filter"].map { String($0) }
                guard query["api-version"] == "2023-01-01-preview",
                    Self.filters.contains(filter ?? "")
                else { return .text("unknown query: \(request.uri)", status: .badRequest) }
                return server.answer(page: 0, to: request)
            }
            return server.answer(page: (Int(skip) ?? -1_000) / 1_000, to: request)
        }
    }

    func source(_ endpoint: String, _ limits: PriceListReading.Limits, _ time: any TimeSource) -> any PriceSource {
        AzurePriceSource(endpoint: endpoint, limits: limits, transport: PriceListServer.transport, time: time)
    }
}
