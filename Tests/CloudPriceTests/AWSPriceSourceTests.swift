import CloudPorts
import Conformance
import Contract
import Foundation
import Hummingbird
import Kernel
import NIOCore
import Synchronization
import Testing
import Transport

@testable import AWS

@Suite(.serialized) struct AWSPriceSourceTests {
    /// Serves an index with one region and `list` as its CSV.
    private func read(
        _ list: @escaping @Sendable () -> Response, regions: Set<String>? = nil,
        _ body: @escaping @Sendable (AWSPriceSource) async throws -> Void
    ) async throws {
        try await withServer { router in
            router.get("/offers/v1.0/aws/AmazonEC2/current/region_index.json") { _, _ -> Response in
                .text(
                    #"{"regions": {"eu-central-1": {"regionCode": "eu-central-1", "currentVersionUrl": "#
                        + #""/offers/v1.0/aws/AmazonEC2/1/eu-central-1/index.json"}}}"#)
            }
            router.get("/offers/v1.0/aws/AmazonEC2/1/eu-central-1/index.csv") { _, _ -> Response in list() }
        } _: { endpoint in
            try await body(
                AWSPriceSource(
                    endpoint: endpoint, regions: regions, transport: PriceListServer.transport, time: SystemTime()))
        }
    }

    private func error(_ text: String, regions: Set<String>? = nil) async throws -> PriceSourceError? {
        let found = Mutex<PriceSourceError?>(nil)
        try await self.read({ .text(text) }, regions: regions) { source in
            do throws(PriceSourceError) { _ = try await source.sheet() } catch { found.withLock { $0 = error } }
        }
        return found.withLock { $0 }
    }

    /// The server counts what it has sent and the test what has come out: the difference is all that anybody holds. Resident
    /// memory is printed only, because other tests' memory is in it.
    @Test("a list of 200 MB is read as it comes, and never more than a part of it is held")
    func memory() async throws {
        let size = 200 << 20
        let sent = Counter()
        try await self.read {
            Self.large(size, sent)
        } _: { source in
            let before = Self.residentKibibytes()
            var (peak, offers, held) = (before, 0, 0)
            _ = try await source.read { batch throws(PriceSourceError) in
                held = max(held, sent.value - offers)
                offers += batch.count
                peak = max(peak, Self.residentKibibytes())
            }
            let bytes = held * (size / offers)
            print("200 MB of EC2 prices: at most \(bytes >> 10) KiB held, resident memory \(peak - before) KiB more")
            #expect(offers > 10_000 && offers == sent.value)
            #expect(bytes < 32 << 20, "\(bytes) bytes were held at once")
        }
    }

    /// A list of `size` bytes, nine rows of ten of them reservations, made as it is sent; counts the tenth ones.
    private static func large(_ size: Int, _ count: Counter) -> Response {
        let preamble = AWSListFormat.preamble(published: "2026-11-20T17:03:44Z")
        let reserved = (0..<9).map { _ in
            AWSListFormat.row("eu-central-1", "m7i.large", "0.0600000000", ["TermType": "Reserved"]) + "\n"
        }.joined()
        let offer = AWSListFormat.row("eu-central-1", "TYPE", "0.0960000000").split(separator: "TYPE", maxSplits: 1)
        let (before, after) = (String(offer[0]), String(offer[1]))
        return Response(
            status: .ok,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: preamble))
                var sent = preamble.utf8.count
                while sent < size {
                    var buffer = ByteBuffer()
                    while buffer.readableBytes < 64 << 10 {
                        buffer.writeString("\(reserved)\(before)m\(count.increment()).large\(after)\n")
                    }
                    sent += buffer.readableBytes
                    try await writer.write(buffer)
                }
                try await writer.finish(nil)
            })
    }

    /// What the kernel says of this process.
    private static func residentKibibytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { $0.split(separator: " ").compactMap { Int($0) }.first } ?? 0
    }

    @Test("a list that is not as documented is told with what is wrong")
    func malformed() async throws {
        let preamble = AWSListFormat.preamble(published: "2026-11-20T17:03:44Z")
        let row = AWSListFormat.row("eu-central-1", "m7i.large", "0.0960000000")
        let cases: [(text: String, problem: String)] = [
            ("", "no row names the columns"),
            ("\"FormatVersion\",\"v1.0\"\n", "no row names the columns"),
            (String(repeating: "\"a\",\"b\"\n", count: 25), "the first 20 rows do not name the columns"),
            (preamble.replacing("\"Memory\"", with: "\"RAM\""), "the column 'Memory' is missing"),
            (preamble.replacing("2026-11-20T17:03:44Z", with: "yesterday"), "row 3 has no date of publication"),
            (preamble.replacing("Publication Date", with: "Date") + row, "the row 'Publication Date' is missing"),
            (preamble + row.dropLast(20), "a row after row 6 has a quote that does not end"),
            (preamble + "\"a\",\"b\",\"c\",\"OnDemand\",\"d\"\n", "row 7 has 5 fields instead of 38"),
            (
                preamble + AWSListFormat.row("eu-central-1", "m7i.large", "cheap"),
                "the price of 'm7i.large' in eu-central-1, row 7, 'cheap', is no number of dollars"
            ),
            (preamble + AWSListFormat.row("", "m7i.large", "1"), "row 7 has no 'Region Code'"),
            (preamble, "it has no price of a Linux machine"),
        ]
        for (text, problem) in cases {
            let error = try await self.error(text)
            #expect(error?.message.contains(problem) == true, "\(problem): \(String(describing: error))")
            #expect(error?.message.contains("aws") == true)
        }
    }

    @Test("a region that the list does not have is refused with those it has")
    func unknownRegion() async throws {
        let error = try await self.error("", regions: ["eu-central-1", "mars-1"])
        #expect(error == .noSuchRegion(provider: "aws", region: "mars-1", known: ["eu-central-1"]))
        #expect(error?.message == "The price list of aws has no region 'mars-1'. It has eu-central-1.")
    }

    @Test(
        "memory and processors are read as AWS writes them",
        arguments: [
            ("8 GiB", 8192, "Intel Xeon 8375C (Ice Lake)", PricedOffer.Architecture.x86),
            ("1,952 GiB", 1_952 * 1024, "AWS Graviton4 Processor", .arm64), ("0.5 GiB", 512, "AMD EPYC 9R14", .x86),
            ("NA", nil, "Apple M2 Pro chip", .arm64), ("lots", nil, "NA", nil),
        ] as [(String, Int64?, String, PricedOffer.Architecture?)])
    func shapes(memory: String, mebibytes: Int64?, processor: String, architecture: PricedOffer.Architecture?) {
        #expect(EC2Columns.memory(memory) == mebibytes.map { .mebibytes($0) })
        #expect(EC2Columns.architecture(processor) == architecture)
    }
}
