import Contract
import Kernel
import Testing

@testable import Catalog

@Suite("Catalog")
struct CatalogTests {
    private let catalog = Catalog.embedded

    private func environment(
        _ provider: String = "aws", _ region: String = "us-east-1", machine: String? = nil,
        amortisation: Amortisation? = nil,
        slots: Int? = nil, servingSlots: Int? = nil
    ) -> Environment {
        Environment(
            name: "here", provider: provider, region: region, zones: [], machine: machine, amortisation: amortisation,
            slots: slots, servingSlots: servingSlots, store: "s")
    }

    @Test("a machine of the table has its published price, shape, source and date")
    func machine() throws {
        let offer = try #require(catalog.machine("aws", "us-east-1", "c7i.xlarge"))
        #expect(offer.pricePerHour == Money(decimal: "0.1785"))
        #expect(offer.vcpus == 4)
        #expect(offer.memory == .gibibytes(8))
        #expect(offer.asOf == "2026-07-20")
        let other = try #require(catalog.machine("gcp", "europe-west4", "e2-standard-4"))
        #expect(other.pricePerHour == Money(decimal: "0.14754408"))
        #expect(other.memory == .gibibytes(16))
        #expect(catalog.machine("gcp", "us-east-1", "e2-standard-4") == nil)
    }

    @Test("a mistyped machine is unknown, and the near names are listed")
    func mistyped() {
        #expect {
            try catalog.hourlyPrice(of: environment(machine: "c7i.xlrage"))
        } throws: { error in
            guard case .unknownMachine("c7i.xlrage", "aws", "us-east-1", let near)? = error as? CatalogError else {
                return false
            }
            return near.first == "c7i.xlarge"
                && (error as? CatalogError)?.message.contains("Did you mean 'c7i.xlarge'") == true
        }
    }

    @Test("a machine without a price is unknown, never another region's price")
    func unpriced() {
        #expect(throws: CatalogError.unpriced(type: "m5.large", provider: "aws", region: "eu-north-1")) {
            try catalog.hourlyPrice(of: environment("aws", "eu-north-1", machine: "m5.large"))
        }
    }

    @Test("a mistyped region is unknown, and the near ones are listed")
    func unknownRegion() {
        #expect {
            try catalog.hourlyPrice(of: environment("aws", "eu-nort-1", machine: "m5.large"))
        } throws: { error in
            guard case .unknownRegion("here", "aws", "eu-nort-1", let near)? = error as? CatalogError else {
                return false
            }
            return near.first == "aws eu-north-1" && near.count <= NearNames.limit
        }
        #expect(
            throws: CatalogError.unknownRegion(environment: "here", provider: "hetzner", region: "fsn1", near: [])
        ) { try catalog.hourlyPrice(of: environment("hetzner", "fsn1", machine: "cx22")) }
    }

    @Test("an own machine costs hardware over its used hours plus power")
    func amortised() throws {
        // 8760 dollars ÷ (8760 h × 0.5) = 2 $/h; 500 W × 0.20 $/kWh = 0.10 $/h.
        let amortisation = Amortisation(
            hardware: .dollars(8760), depreciation: .hours(8760), utilisation: 0.5, watts: 500,
            electricityPerKilowattHour: try #require(Money(decimal: "0.20")))
        let price = try catalog.hourlyPrice(of: environment("onprem", "helsinki", amortisation: amortisation))
        #expect(price == Money(decimal: "2.10"))
        let slot = try catalog.slotPrice(
            of: environment("onprem", "helsinki", amortisation: amortisation, slots: 2, servingSlots: 1))
        #expect(slot == Money(decimal: "0.70"))
    }

    @Test("an amortisation outside its ranges names the field")
    func badAmortisation() {
        let amortisation = Amortisation(
            hardware: .dollars(1), depreciation: .hours(1), utilisation: 0, watts: 1, electricityPerKilowattHour: .zero)
        #expect(
            throws: CatalogError.amortisation(
                environment: "here", field: "utilisation", problem: "is not above 0 and at most 1")
        ) { try catalog.hourlyPrice(of: environment("onprem", "helsinki", amortisation: amortisation)) }
    }

    @Test("only a local environment may have no price")
    func noPrice() throws {
        #expect(try catalog.hourlyPrice(of: environment("local", "here")) == .zero)
        #expect(throws: CatalogError.noPrice(environment: "here", provider: "onprem")) {
            try catalog.hourlyPrice(of: environment("onprem", "helsinki"))
        }
    }

    @Test("both a machine and an amortisation are refused, and so are no slots")
    func contradictions() {
        let amortisation = Amortisation(
            hardware: .dollars(1), depreciation: .hours(1), utilisation: 1, watts: 1, electricityPerKilowattHour: .zero)
        #expect(throws: CatalogError.twoPrices(environment: "here")) {
            try catalog.hourlyPrice(of: environment(machine: "m5.large", amortisation: amortisation))
        }
        #expect(throws: CatalogError.noSlots(environment: "here")) {
            try catalog.slotPrice(of: environment(machine: "m5.large", slots: 0, servingSlots: 0))
        }
    }

    @Test(
        "egress costs what is published",
        arguments: [
            ("aws", "us-east-1", "aws", "us-east-1", "0"), ("aws", "us-east-1", "aws", "us-east-2", "0.01"),
            ("aws", "us-east-1", "aws", "eu-west-1", "0.02"), ("aws", "us-east-1", "gcp", "europe-west4", "0.09"),
            ("aws", "us-east-1", "onprem", "helsinki", "0.09"), ("gcp", "europe-west4", "gcp", "europe-west1", "0.02"),
            ("gcp", "europe-west4", "gcp", "us-east1", "0.05"), ("gcp", "europe-west4", "aws", "us-east-1", "0.12"),
            ("onprem", "helsinki", "aws", "us-east-1", "0"), ("onprem", "helsinki", "onprem", "espoo", "0"),
        ])
    func egress(_ way: (String, String, String, String, String)) throws {
        let price = try catalog.egressPrice(fromProvider: way.0, fromRegion: way.1, toProvider: way.2, toRegion: way.3)
        #expect(price == Money(decimal: way.4))
    }

    @Test("egress from a region that is not in the table is unknown")
    func unknownEgress() {
        #expect(throws: CatalogError.unknownEgress(from: "azure atlantis", to: "aws us-east-1")) {
            try catalog.egressPrice(
                fromProvider: "azure", fromRegion: "atlantis", toProvider: "aws", toRegion: "us-east-1")
        }
    }

    @Test("a place without a provider is one's own")
    func own() throws {
        #expect(
            try catalog.egressPrice(fromProvider: nil, fromRegion: nil, toProvider: "gcp", toRegion: "europe-west4")
                == .zero)
    }

    @Test("prices for many pairs are those of single questions, for every pair of regions")
    func egressPrices() throws {
        let catalog = Catalog.embedded
        let prices = EgressPrices(catalog)
        let regions = catalog.regions.map { ($0.provider, $0.code) } + [("onprem", "helsinki"), ("azure", "nowhere")]
        var known = 0
        // Every seventh of some seventeen thousand pairs: in a prime step, so that all regions come at both ends.
        for number in stride(from: 0, to: regions.count * regions.count, by: 7) {
            let from = regions[number / regions.count], to = regions[number % regions.count]
            let one = try? catalog.egressPrice(
                fromProvider: from.0, fromRegion: from.1, toProvider: to.0, toRegion: to.1)
            let many = prices.price(fromProvider: from.0, fromRegion: from.1, toProvider: to.0, toRegion: to.1)
            #expect(one == many, "\(from) to \(to)")
            if one != nil { known += 1 }
        }
        #expect(known > 1000)
    }
}
