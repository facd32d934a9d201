import Kernel

/// The embedded prices: on demand, Linux, US dollars per hour.
///
/// Shapes of AWS machines: moto 5.2.5 (Apache-2.0). Shapes of GCP machines: Cyclenerd/google-cloud-pricing-cost-calculator
/// dac3128 (Apache-2.0), whose GB are binary.
enum MachineTable {
    private struct Row {
        let type: String
        let vcpus: Int
        let mebibytes: Int64
        let nanodollars: Int64
    }

    static let all: [MachineOffer] =
        Self.offers(
            Self.usEast1, provider: "aws", region: "us-east-1",
            source: "AWS on-demand price list, through aws/karpenter-provider-aws 1d92708 (Apache-2.0)",
            asOf: "2026-07-20")
        + Self.offers(
            Self.europeWest4, provider: "gcp", region: "europe-west4",
            source: "Google Cloud price list, through cloudpilot-ai/karpenter-provider-gcp 417f047 (Apache-2.0)",
            asOf: "2026-08-03")

    private static func offers(
        _ rows: [Row], provider: String, region: String, source: String, asOf: String
    ) -> [MachineOffer] {
        rows.map {
            MachineOffer(
                provider: provider, region: region, type: $0.type, vcpus: $0.vcpus, memory: .mebibytes($0.mebibytes),
                pricePerHour: Money(nanodollars: $0.nanodollars), source: source, asOf: asOf)
        }
    }

    private static let usEast1: [Row] = [
        .init(type: "t3.medium", vcpus: 2, mebibytes: 4_096, nanodollars: 41_600_000),
        .init(type: "t3.large", vcpus: 2, mebibytes: 8_192, nanodollars: 83_200_000),
        .init(type: "t3.xlarge", vcpus: 4, mebibytes: 16_384, nanodollars: 166_400_000),
        .init(type: "m5.large", vcpus: 2, mebibytes: 8_192, nanodollars: 96_000_000),
        .init(type: "m5.xlarge", vcpus: 4, mebibytes: 16_384, nanodollars: 192_000_000),
        .init(type: "m5.2xlarge", vcpus: 8, mebibytes: 32_768, nanodollars: 384_000_000),
        .init(type: "m5.4xlarge", vcpus: 16, mebibytes: 65_536, nanodollars: 768_000_000),
        .init(type: "m6i.large", vcpus: 2, mebibytes: 8_192, nanodollars: 96_000_000),
        .init(type: "m6i.xlarge", vcpus: 4, mebibytes: 16_384, nanodollars: 192_000_000),
        .init(type: "m6i.2xlarge", vcpus: 8, mebibytes: 32_768, nanodollars: 384_000_000),
        .init(type: "m6i.4xlarge", vcpus: 16, mebibytes: 65_536, nanodollars: 768_000_000),
        .init(type: "m7i.large", vcpus: 2, mebibytes: 8_192, nanodollars: 100_800_000),
        .init(type: "m7i.xlarge", vcpus: 4, mebibytes: 16_384, nanodollars: 201_600_000),
        .init(type: "m7i.2xlarge", vcpus: 8, mebibytes: 32_768, nanodollars: 403_200_000),
        .init(type: "m7i.4xlarge", vcpus: 16, mebibytes: 65_536, nanodollars: 806_400_000),
        .init(type: "c5.large", vcpus: 2, mebibytes: 4_096, nanodollars: 85_000_000),
        .init(type: "c5.xlarge", vcpus: 4, mebibytes: 8_192, nanodollars: 170_000_000),
        .init(type: "c5.2xlarge", vcpus: 8, mebibytes: 16_384, nanodollars: 340_000_000),
        .init(type: "c6i.large", vcpus: 2, mebibytes: 4_096, nanodollars: 85_000_000),
        .init(type: "c6i.xlarge", vcpus: 4, mebibytes: 8_192, nanodollars: 170_000_000),
        .init(type: "c6i.2xlarge", vcpus: 8, mebibytes: 16_384, nanodollars: 340_000_000),
        .init(type: "c7i.large", vcpus: 2, mebibytes: 4_096, nanodollars: 89_250_000),
        .init(type: "c7i.xlarge", vcpus: 4, mebibytes: 8_192, nanodollars: 178_500_000),
        .init(type: "c7i.2xlarge", vcpus: 8, mebibytes: 16_384, nanodollars: 357_000_000),
    ]

    private static let europeWest4: [Row] = [
        .init(type: "e2-standard-2", vcpus: 2, mebibytes: 8_192, nanodollars: 73_772_040),
        .init(type: "e2-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 147_544_080),
        .init(type: "e2-standard-8", vcpus: 8, mebibytes: 32_768, nanodollars: 295_088_160),
        .init(type: "e2-standard-16", vcpus: 16, mebibytes: 65_536, nanodollars: 590_176_320),
        .init(type: "e2-highcpu-4", vcpus: 4, mebibytes: 4_096, nanodollars: 108_926_160),
        .init(type: "e2-highcpu-8", vcpus: 8, mebibytes: 8_192, nanodollars: 217_852_320),
        .init(type: "n1-standard-4", vcpus: 4, mebibytes: 15_360, nanodollars: 209_168_000),
        .init(type: "n2-standard-2", vcpus: 2, mebibytes: 8_192, nanodollars: 106_916_000),
        .init(type: "n2-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 213_832_000),
        .init(type: "n2-standard-8", vcpus: 8, mebibytes: 32_768, nanodollars: 427_664_000),
        .init(type: "n2-standard-16", vcpus: 16, mebibytes: 65_536, nanodollars: 855_328_000),
        .init(type: "n2d-standard-2", vcpus: 2, mebibytes: 8_192, nanodollars: 93_020_000),
        .init(type: "n2d-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 186_040_000),
        .init(type: "n2d-standard-8", vcpus: 8, mebibytes: 32_768, nanodollars: 372_080_000),
        .init(type: "n4-standard-2", vcpus: 2, mebibytes: 8_192, nanodollars: 95_235_000),
        .init(type: "n4-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 190_470_000),
        .init(type: "n4-standard-8", vcpus: 8, mebibytes: 32_768, nanodollars: 380_940_000),
        .init(type: "c2-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 229_872_000),
        .init(type: "c2-standard-8", vcpus: 8, mebibytes: 32_768, nanodollars: 459_744_000),
        .init(type: "c3-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 211_688_400),
        .init(type: "c3-standard-8", vcpus: 8, mebibytes: 32_768, nanodollars: 423_376_800),
        .init(type: "c3-highcpu-4", vcpus: 4, mebibytes: 8_192, nanodollars: 178_609_200),
        .init(type: "c3d-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 190_675_800),
        .init(type: "t2d-standard-4", vcpus: 4, mebibytes: 16_384, nanodollars: 186_040_000),
    ]
}
