import AWS
import Azure
import CloudPorts
import Conformance
import Contract
import Foundation
import Hummingbird
import Kernel
import Synchronization
import Testing

@Suite struct PriceSheetTests {
    static let offers = [
        PricedOffer(region: "b", type: "x", spot: .dollars(1)),
        PricedOffer(region: "a", type: "y", onDemand: .dollars(3)),
        PricedOffer(region: "b", type: "x", onDemand: .dollars(2), shape: .init(vcpus: 4)),
        PricedOffer(region: "a", type: "x", onDemand: .dollars(4)),
        PricedOffer(region: "b", type: "x", onDemand: .dollars(5), spot: Money(nanodollars: 1), shape: .init(gpus: 1)),
    ]

    private func sheet(_ offers: [PricedOffer]) -> PriceSheet {
        PriceSheet(provider: "test", asOf: Timestamp(milliseconds: 0), source: "here", offers: offers)
    }

    @Test("a sheet has every machine of a region once, in order, whatever order its parts came in")
    func order() {
        let sheet = self.sheet(Self.offers)
        #expect(
            sheet.offers == [
                PricedOffer(region: "a", type: "x", onDemand: .dollars(4)),
                PricedOffer(region: "a", type: "y", onDemand: .dollars(3)),
                PricedOffer(
                    region: "b", type: "x", onDemand: .dollars(5), spot: .dollars(1), shape: .init(vcpus: 4, gpus: 1)),
            ])
        var random = SeededRandom(seed: 3)
        for _ in 0..<50 { #expect(self.sheet(Self.offers.shuffled(using: &random)) == sheet) }
        #expect(self.sheet(sheet.offers) == sheet)
        #expect(self.sheet([]).offers.isEmpty)
    }

    @Test("a sheet from a file is the same, and in order even if the file is not")
    func decoding() throws {
        let sheet = self.sheet(Self.offers)
        #expect(try Wire.decode(PriceSheet.self, from: Wire.encode(sheet)) == sheet)
        let disorder =
            #"{"provider":"test","asOf":"1970-01-01T00:00:00Z","source":"here","offers":["#
            + #"{"region":"b","type":"x","spot":1,"shape":{}},{"region":"a","type":"x","onDemand":2,"shape":{}}]}"#
        #expect(try Wire.decode(PriceSheet.self, text: disorder).offers.map(\.region) == ["a", "b"])
    }

    @Test("only the regions asked for are read")
    func regions() async throws {
        let (aws, azure) = (AWSListFormat(), AzureListFormat())
        let server = PriceListServer(.ordinary, in: aws)
        let read = Mutex<[String: [String]]>([:])
        try await withServer({ aws.bind(to: $0, server) }) { endpoint in
            let source = AWSPriceSource(endpoint: endpoint, regions: ["atlantis-1"], time: SystemTime())
            let regions = try await source.sheet().offers.map(\.region)
            read.withLock { $0["aws"] = regions }
        }
        try await withServer({ azure.bind(to: $0, PriceListServer(.ordinary, in: azure)) }) { endpoint in
            for wanted in [["eastus"], ["eastus", "atlantis-1"]] {
                let source = AzurePriceSource(endpoint: endpoint, regions: Set(wanted), time: SystemTime())
                let regions = try await source.sheet().offers.map(\.region)
                read.withLock { $0["azure", default: []] += regions }
            }
        }
        #expect(read.withLock { $0 } == ["aws": ["atlantis-1"], "azure": ["eastus", "atlantis-1", "eastus"]])
        #expect((0..<4).map(server.count) == [1, 0, 0, 0], "the other regions' files are not even asked for")
    }

    @Test("every fault of a price list names the provider and says what to do")
    func faults() {
        let errors: [(PriceSourceError, FaultKind)] = [
            (.malformed(provider: "aws", page: "eu-west-1", problem: "a row is odd"), .invalid),
            (.refused(provider: "aws", page: "page 1", kind: .forbidden, reason: "No."), .forbidden),
            (.unavailable(provider: "aws", page: "page 2", reason: "Gone."), .unavailable),
            (.tooLarge(provider: "aws", page: "the list", limit: "2 pages"), .invalid),
            (.late(provider: "aws", page: "page 3", limit: .hours(1)), .deadline),
            (.noSuchRegion(provider: "aws", region: "r", known: ["a", "b"]), .invalid),
            (.cancelled(provider: "aws"), .cancelled),
        ]
        for (error, kind) in errors {
            #expect(error.kind == kind)
            #expect(error.message.contains("aws"))
            #expect(error.message.hasSuffix("."))
            let isAboutTheList = error.kind != .invalid || !error.message.contains("no region")
            #expect(!isAboutTheList || error.message.contains("The prices of before stay in force"), "\(error.message)")
        }
        #expect(
            errors[0].0.message
                == "The price list of aws is not as documented: in eu-west-1, a row is odd. The prices of before stay in "
                + "force; check the endpoint, or update Martlet if the provider has changed its format.")
    }
}
