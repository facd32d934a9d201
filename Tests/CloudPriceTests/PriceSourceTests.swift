import CloudPorts
import Conformance
import Testing

@Suite struct PriceSourceTests {
    static let formats: [any PriceListFormat] = [AWSListFormat(), GoogleListFormat(), AzureListFormat()]

    @Test("AWS's price list keeps the contract of price sources", arguments: PriceSourceConformance.checks)
    func aws(check: PriceSourceConformance) async throws { try await check(AWSListFormat().subject()) }

    @Test("Google Cloud's price list keeps the contract of price sources", arguments: PriceSourceConformance.checks)
    func googleCloud(check: PriceSourceConformance) async throws { try await check(GoogleListFormat().subject()) }

    @Test("Azure's price list keeps the contract of price sources", arguments: PriceSourceConformance.checks)
    func azure(check: PriceSourceConformance) async throws { try await check(AzureListFormat().subject()) }

    @Test("the suite notices a source that breaks the contract", arguments: FaultyPriceSource.Fault.allCases)
    func notices(fault: FaultyPriceSource.Fault) async throws {
        let check = try #require(PriceSourceConformance.checks.first { $0.description == fault.rawValue })
        // Keys are Google's alone, links are Azure's.
        let format: any PriceListFormat = fault == .tellsKeys ? GoogleListFormat() : AzureListFormat()
        await #expect(throws: (any Error).self) { try await check(format.subject(breaking: fault)) }
    }

    @Test("no check of the suite is unable to fail")
    func proven() {
        #expect(
            Set(FaultyPriceSource.Fault.allCases.map(\.rawValue))
                == Set(PriceSourceConformance.checks.map(\.description)))
    }
}
