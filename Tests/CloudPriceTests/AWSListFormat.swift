import AWS
import CloudPorts
import Conformance
import Contract
import Hummingbird
import Kernel

/// The AWS Price List Bulk API: an index of regions, and a CSV for each. A page is a region's file.
struct AWSListFormat: PriceListFormat {
    static let header = [
        "SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate", "StartingRange",
        "EndingRange", "Unit", "PricePerUnit", "Currency", "LeaseContractLength", "PurchaseOption", "OfferingClass",
        "Product Family", "serviceCode", "Location", "Location Type", "Instance Type", "Current Generation",
        "Instance Family", "vCPU", "Physical Processor", "Clock Speed", "Memory", "Processor Architecture", "Tenancy",
        "Operating System", "License Model", "usageType", "operation", "CapacityStatus", "GPU", "GPU Memory",
        "Pre Installed S/W", "MarketOption", "Region Code", "serviceName",
    ]
    private static let ordinary: [String: String] = [
        "SKU": "VX5B8J4Q6XVNRJ3V", "OfferTermCode": "JRTCKXETXF", "RateCode": "VX5B8J4Q6XVNRJ3V.JRTCKXETXF.6YS6EN2CT7",
        "TermType": "OnDemand", "PriceDescription": "a price, \"on demand\",\nper Linux instance hour",
        "EffectiveDate": "2026-11-01", "StartingRange": "0", "EndingRange": "Inf", "Unit": "Hrs", "Currency": "USD",
        "Product Family": "Compute Instance", "serviceCode": "AmazonEC2", "Location": "EU (Frankfurt)",
        "Location Type": "AWS Region", "Current Generation": "Yes", "Physical Processor": "Intel Xeon Platinum 8488C",
        "vCPU": "2", "Memory": "8 GiB", "Processor Architecture": "64-bit", "Tenancy": "Shared",
        "Operating System": "Linux", "License Model": "No License required", "operation": "RunInstances",
        "CapacityStatus": "Used", "GPU": "", "GPU Memory": "NA", "Pre Installed S/W": "NA", "MarketOption": "OnDemand",
        "serviceName": "Amazon Elastic Compute Cloud",
    ]

    let regions = ["atlantis-1", "eu-central-1", "us-east-1", "us-east-2"]
    let secret: String? = nil
    let asOf = Timestamp("2026-11-20T17:03:44Z")
    /// Files have no pages to go round in, and a key is not needed.
    let impossible: Set<PriceListScenario> = [.endless]

    let expected = [
        PricedOffer(
            region: "atlantis-1", type: "m7i.large", onDemand: Money(nanodollars: 115_500_000),
            shape: .init(vcpus: 2, memory: .gibibytes(8), architecture: .x86)),
        PricedOffer(
            region: "eu-central-1", type: "t4g.nano", onDemand: Money(nanodollars: 4_800_001),
            shape: .init(vcpus: 2, memory: .mebibytes(512), architecture: .arm64)),
        PricedOffer(
            region: "us-east-1", type: "p4d.24xlarge", onDemand: Money(nanodollars: 32_772_600_000),
            shape: .init(vcpus: 96, memory: .gibibytes(1_152), gpus: 8, architecture: .x86)),
        PricedOffer(
            region: "us-east-1", type: "q1.metal", onDemand: .dollars(2), shape: .init(memory: nil)),
    ]

    var pages: [[String]] {
        [
            [Self.row("atlantis-1", "m7i.large", "0.1155000000")],
            [
                // Finer than a nano-dollar: rounded half up.
                Self.row(
                    "eu-central-1", "t4g.nano", "0.0048000005",
                    ["Memory": "0.5 GiB", "Physical Processor": "AWS Graviton2 Processor"]),
                Self.row("eu-central-1", "m7i.large", "0.2075000000", ["Operating System": "Windows"]),
                Self.row("eu-central-1", "m7i.large", "0.1300000000", ["Tenancy": "Dedicated"]),
                Self.row("eu-central-1", "m7i.large", "0.1400000000", ["operation": "RunInstances:0004"]),
            ],
            [
                Self.row(
                    "us-east-1", "p4d.24xlarge", "32.7726000000",
                    [
                        "vCPU": "96", "Memory": "1,152 GiB", "GPU": "8",
                        "Physical Processor": "Intel Xeon Platinum 8275L",
                    ]),
                Self.row("us-east-1", "p4d.24xlarge", "19.2200000000", ["TermType": "Reserved"]),
                Self.row(
                    "us-east-1", "p4d.24xlarge", "11.0000000000", ["CapacityStatus": "AllocatedCapacityReservation"]),
                Self.row("us-east-1", "p4d.24xlarge", "1.0000000000", ["MarketOption": "CapacityBlock"]),
                Self.row("us-east-1", "m7i.large", "1.0000000000", ["Location Type": "AWS Local Zone"]),
                Self.row("us-east-1", "m7i.large", "1.0000000000", ["Pre Installed S/W": "SQL Std"]),
            ],
            [
                Self.row(
                    "us-east-1", "q1.metal", "2.0000000000",
                    [
                        "vCPU": "NA", "Memory": "NA", "Physical Processor": "Unheard-of",
                        "Product Family": "Compute Instance (bare metal)",
                    ])
            ],
        ]
    }

    func row(of scenario: PriceListScenario) -> String? {
        switch scenario {
        case .foreign:
            Self.row("us-east-2", "m7i.large", "1.0000000000", ["Currency": "CNY"]) + "\n"
                + Self.row("us-east-2", "m7i.large", "1.0000000000", ["Unit": "Quantity"])
        case .zero: Self.row("us-east-2", "m7i.large", "0.0000000000")
        case .negative: Self.row("us-east-2", "m7i.large", "-0.1008000000")
        case .absurd: Self.row("us-east-2", "m7i.large", "1000000.0000000000")
        case .wrongType: Self.row("us-east-2", "m7i.large", "free of charge")
        case .missing: "\"SKU\",\"JRTCKXETXF\",\"RATE\",\"OnDemand\",\"too few fields\""
        default: nil
        }
    }

    func machines(_ count: Int) -> [String] {
        (1...count).map { Self.row("eu-central-1", "x\($0).large", "0.0960000000") }
    }

    /// A row with the values of an ordinary machine but for `others`.
    static func row(_ region: String, _ type: String, _ price: String, _ others: [String: String] = [:]) -> String {
        let own = [
            "Region Code": region, "Instance Type": type, "PricePerUnit": price, "usageType": "BoxUsage:\(type)",
        ]
        return Self.header.map { name in
            let value = others[name] ?? own[name] ?? Self.ordinary[name] ?? ""
            return "\"" + value.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",")
    }

    static func preamble(published: String) -> String {
        """
        "FormatVersion","v1.0"
        "Disclaimer","This pricing list is for informational purposes only, with a comma"
        "Publication Date","\(published)"
        "Version","20261120170344"
        "OfferCode","AmazonEC2"
        \(Self.header.map { "\"\($0)\"" }.joined(separator: ","))

        """
    }

    func text(of rows: [String], next: NextPage) -> String {
        Self.preamble(published: "2026-11-20T17:03:44Z") + rows.map { $0 + "\n" }.joined()
    }

    func bind(to router: Router<BasicRequestContext>, _ server: PriceListServer) {
        // A scenario may have one file more than the ordinary list.
        let names = (0..<server.pages.count).map { $0 < self.regions.count ? self.regions[$0] : "us-west-\($0)" }
        router.get("/offers/v1.0/aws/AmazonEC2/current/region_index.json") { _, _ -> Response in
            let host = server.scenario == .strayed ? "//elsewhere.example" : ""
            let regions = names.map {
                let path = "\(host)/offers/v1.0/aws/AmazonEC2/20261120170344/\($0)/index.json"
                return "\"\($0)\": {\"regionCode\": \"\($0)\", \"currentVersionUrl\": \"\(path)\"}"
            }
            return .text(
                """
                {"formatVersion": "v1.0", "disclaimer": "This pricing list is for informational purposes only.",
                 "publicationDate": "2026-11-20T17:03:44Z", "regions": {\(regions.joined(separator: ","))}}
                """)
        }
        router.get("/offers/v1.0/aws/AmazonEC2/20261120170344/:region/index.csv") { request, context -> Response in
            server.answer(page: names.firstIndex(of: try context.parameters.require("region")) ?? -1, to: request)
        }
    }

    func source(_ endpoint: String, _ limits: PriceListReading.Limits, _ time: any TimeSource) -> any PriceSource {
        AWSPriceSource(endpoint: endpoint, limits: limits, transport: PriceListServer.transport, time: time)
    }
}
