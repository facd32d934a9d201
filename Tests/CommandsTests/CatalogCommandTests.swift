import Contract
import Hummingbird
import Kernel
import Testing

@testable import Commands

@Suite struct CatalogCommandTests {
    private static let offers = CatalogOffers(
        items: [
            CatalogOffer(
                provider: "gcp", region: "europe-west4", type: "a3-highgpu-8g", vcpus: 208, memory: .gibibytes(1872),
                accelerator: "H100", acceleratorCount: 8, pricePerHour: Money(decimal: "88.49"),
                spotPricePerHour: Money(decimal: "26.5"), source: "A list", asOf: "2026-08-03"),
            CatalogOffer(provider: "aws", region: "eu-north-1", type: "x1.big", source: "A list", asOf: "2026-07-20"),
        ], total: 7)

    @Test("what is searched for arrives as parameters, and what is unknown is shown as such")
    func search() async throws {
        try await withControlPlane { router in
            router.answer(.get, "api/v1/catalog/offers") { request, _ in
                #expect(request.query("gpu") == "H100" && request.query("memory") == "80GiB+")
                #expect(request.query("region") == "eu-*" && request.query("spot") == "true")
                #expect(request.query("cpus") == "0.001..16" && request.query("limit") == "2")
                #expect(request.query("provider") == nil && request.query("sort") == "price")
                return Self.offers
            }
        } _: { person in
            let arguments = [
                "catalog", "search", "--gpu", "h100", "--min-memory", "80GiB", "--max-cpus", "16", "--region", "eu-*",
                "--spot", "--sort", "price", "--limit", "2",
            ]
            let table = await person.run(arguments)
            #expect(table.code == 0)
            #expect(
                table.out == """
                    PROVIDER  REGION        TYPE           VCPUS   MEMORY  ACCELERATOR  PER HOUR    SPOT  AS OF
                    gcp       europe-west4  a3-highgpu-8g    208  1.8 TiB  H100:8         $88.49  $26.50  2026-08-03
                    aws       eu-north-1    x1.big             -        -  -                -       -     2026-07-20

                    """)
            #expect(table.err.contains("2 of 7 offers."))
            let json = await person.run(arguments + ["--output", "json"])
            let decoded = try Wire.decode(CatalogOffers.self, text: json.out)
            #expect(decoded == Self.offers)
            #expect(json.out.contains(#""88.49""#))
        }
    }

    @Test(
        "what cannot be meant is refused before anything is sent",
        arguments: [
            (["--gpu", "H1000"], "Did you mean 'H100'?"), (["--min-memory", "much"], "'much' is no size of memory."),
            (["--min-cpus", "8", "--max-cpus", "4"], "'8..4' is no number of CPUs."),
            (["--sort", "beauty"], "cannot be sorted by 'beauty'"), (["--max-price", "low"], "'low' is no price."),
            (["--limit", "5000"], "'5000' is not a limit."),
        ])
    func refused(options: [String], sentence: String) async {
        let person = Surroundings(folder: "/tmp", server: "http://127.0.0.1:1")
        let outcome = await person.run(["catalog", "search"] + options)
        #expect(outcome.code == FaultKind.invalid.exitCode)
        #expect(outcome.out.isEmpty && outcome.err.contains(sentence), "\(outcome.err)")
    }
}
