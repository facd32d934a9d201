/// An accelerator's name as the field writes it: one canonical spelling, and the other spellings that mean the same.
///
/// Case, blanks, hyphens and underscores do not matter: `TPU v5e` is `TPU-v5e`. A name without a size means the model that was
/// sold first under it, `A100` that with 40 GB. The list is the vendors' own; what a cloud sells of it is the catalog's business.
package struct AcceleratorName: Sendable, Hashable {
    package let canonical: String

    /// Nil for a name that is not in the list; `AcceleratorName.near` has those that it may stand for.
    package init?(_ text: some StringProtocol) {
        guard let canonical = Self.byKey[Self.key(text)] else { return nil }
        self.canonical = canonical
    }

    /// Canonical name, and what else it is called; spellings that differ in what does not matter are left out. A test compares
    /// it with the accelerators of the catalog.
    package static let all: [(name: String, aliases: [String])] = [
        ("K80", ["Tesla-K80", "nvidia-tesla-k80"]),
        ("M60", ["Tesla-M60", "nvidia-tesla-m60"]),
        ("P4", ["Tesla-P4", "nvidia-tesla-p4"]),
        ("P100", ["Tesla-P100", "nvidia-tesla-p100", "P100-16GB"]),
        ("V100", ["Tesla-V100", "nvidia-tesla-v100", "V100-16GB", "V100:16GB"]),
        ("V100-32GB", ["V100:32GB", "v100-32g", "Tesla-V100-32GB", "NVIDIA Tesla V100-SXM2-32GB"]),
        ("T4", ["Tesla-T4", "nvidia-tesla-t4", "NVIDIA T4", "T4-16GB"]),
        ("T4g", ["NVIDIA T4G"]),
        ("A10", ["nvidia-a10", "A10-24GB"]),
        ("A10G", ["nvidia-a10g", "A10G-24GB"]),
        ("A16", ["nvidia-a16"]),
        ("A40", ["nvidia-a40", "A40-48GB"]),
        ("A6000", ["RTX-A6000", "nvidia-rtx-a6000"]),
        (
            "A100",
            [
                "A100-40GB", "A100:40GB", "a100-40g", "nvidia-tesla-a100", "nvidia-a100-40gb", "NVIDIA A100-SXM4-40GB",
            ]
        ),
        (
            "A100-80GB",
            [
                "A100:80GB", "a100-80g", "nvidia-a100-80gb", "NVIDIA A100-SXM4-80GB", "NVIDIA A100 80GB PCIe",
            ]
        ),
        ("L4", ["nvidia-l4", "L4-24GB"]),
        ("L40", ["nvidia-l40", "L40-48GB"]),
        ("L40S", ["nvidia-l40s", "L40S-48GB"]),
        (
            "H100",
            [
                "H100-80GB", "H100:80GB", "H100-SXM", "nvidia-h100-80gb", "nvidia-h100-mega-80gb",
                "NVIDIA H100 80GB HBM3", "H100-NVL", "NVIDIA H100 NVL",
            ]
        ),
        ("H200", ["H200-141GB", "H200:141GB", "H200-SXM", "nvidia-h200-141gb", "NVIDIA H200"]),
        ("GH200", ["GH200-96GB", "GH200:96GB", "NVIDIA GH200 480GB"]),
        ("B200", ["B200-180GB", "nvidia-b200"]),
        ("B300", ["nvidia-b300"]),
        ("GB200", ["nvidia-gb200"]),
        ("GB300", ["nvidia-gb300"]),
        (
            "RTX-PRO-6000",
            [
                "nvidia-rtx-pro-6000", "RTX PRO Server 6000", "NVIDIA RTX PRO 6000 Blackwell Server Edition",
            ]
        ),
        ("RTX-PRO-4500", ["NVIDIA RTX PRO 4500 Blackwell"]),
        ("RTX-4090", ["GeForce RTX 4090", "NVIDIA GeForce RTX 4090"]),
        ("RTX-3090", ["GeForce RTX 3090", "NVIDIA GeForce RTX 3090"]),
        ("MI25", ["Radeon-MI25", "AMD Radeon Instinct MI25"]),
        ("MI300X", ["AMD Instinct MI300X", "AMD MI300X", "MI300X-192GB"]),
        ("Radeon-V520", ["V520", "Radeon Pro V520", "AMD Radeon Pro V520"]),
        ("V620", ["Radeon-V620", "Radeon Pro V620", "AMD Radeon PRO V620"]),
        ("V710", ["Radeon-V710", "Radeon Pro V710", "AMD Radeon PRO V710"]),
        ("MA35D", ["Alveo-MA35D", "AMD Alveo MA35D"]),
        ("U250", ["Alveo-U250", "Xilinx U250"]),
        ("U30", ["Alveo-U30", "Xilinx U30"]),
        ("VU47P", ["Virtex UltraScale+ VU47P", "Xilinx VU47P"]),
        ("AI100", ["Qualcomm AI100", "Cloud AI 100"]),
        ("Gaudi", ["HL-205", "Habana Gaudi", "Gaudi HL-205", "Gaudi1"]),
        ("Gaudi2", ["HL-225", "Habana Gaudi2", "Intel Gaudi 2"]),
        ("Gaudi3", ["HL-325", "Intel Gaudi 3"]),
        ("Trainium", ["Trainium1", "AWS Trainium"]),
        ("Trainium2", ["AWS Trainium2"]),
        ("Inferentia", ["Inferentia1", "AWS Inferentia"]),
        ("Inferentia2", ["AWS Inferentia2"]),
        ("TPU-v2", []),
        ("TPU-v3", []),
        ("TPU-v4", []),
        ("TPU-v5e", ["tpu-v5-lite-podslice", "tpu-v5litepod", "v5litepod"]),
        ("TPU-v5p", ["tpu-v5p-slice"]),
        ("TPU-v6e", ["tpu-v6e-slice", "Trillium"]),
        ("TPU-v7x", ["tpu7x", "Ironwood"]),
    ]

    /// Canonical names that a mistyped one may stand for, the nearest first.
    package static func near(_ text: some StringProtocol) -> [String] {
        let key = Self.key(text)
        let nearest = NearestName.of(key, among: Array(Self.byKey.keys)).flatMap { Self.byKey[$0] }
        let longer = Self.all.map(\.name).filter { key.count > 1 && Self.key($0).hasPrefix(key) }
        return ((nearest.map { [$0] } ?? []) + longer.filter { $0 != nearest }).prefix(Self.suggestions).map { $0 }
    }

    /// More than three suggestions is a list, not a hint.
    private static let suggestions = 3

    private static let byKey: [String: String] = Dictionary(
        Self.all.flatMap { entry in ([entry.name] + entry.aliases).map { (Self.key($0), entry.name) } },
        uniquingKeysWith: { first, _ in first })

    private static func key(_ text: some StringProtocol) -> String {
        String(decoding: text.lowercased().utf8.filter { $0 != 32 && $0 != 45 && $0 != 95 }, as: UTF8.self)
    }
}
