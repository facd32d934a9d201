/// A part of a machine that has a price of its own.
enum GooglePart: Hashable {
    /// A vCPU of a machine family, as the list names it: `n2`, `a3plus`.
    case core(family: String)
    /// A GiB of memory.
    case memory(family: String)
    /// One accelerator of a model.
    case gpu(String)

    /// The unit in which the list prices it.
    var unit: String {
        if case .memory = self { "GiBy.h" } else { "h" }
    }

    /// The part that a SKU's description names; nil for anything else: custom shapes, sole tenancy, commitments,
    /// reservations, premiums.
    ///
    /// Descriptions read `[Spot Preemptible ]<family>[ AMD| Arm|…][ Instance] Core|Ram running in <place>` and
    /// `<gpu>[ attached to Spot Preemptible VMs] running in <place>`. The list has no field for the family, so its words are
    /// matched whole: what is new and unlike is left unknown.
    static func named(_ description: String) -> (part: GooglePart, isSpot: Bool)? {
        guard let place = description.firstRange(of: " running in ") else { return nil }
        var name = description[..<place.lowerBound]
        var isSpot = false
        for prefix in ["Spot Preemptible ", "Preemptible "] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
            isSpot = true
        }
        for suffix in [" attached to Spot Preemptible VMs", " attached to Preemptible VMs"] where name.hasSuffix(suffix)
        {
            name = name.dropLast(suffix.count)
            isSpot = true
        }
        if let gpu = self.gpus[String(name)] { return (.gpu(gpu), isSpot) }
        return self.machinePart(name.split(separator: " ")).map { ($0, isSpot) }
    }

    private static func machinePart(_ words: [Substring]) -> GooglePart? {
        guard let last = words.last, last == "Core" || last == "Ram" else { return nil }
        let isCore = last == "Core"
        let family: String
        switch words.dropLast() {
        case ["Compute", "optimized"], ["Compute", "optimized", "Instance"]: family = "c2"
        case ["Memory-optimized", "Instance"]: family = "m1"
        case let name where name.last == "Instance" && name.dropFirst().dropLast().allSatisfy(self.makers.contains):
            guard name.count > 1, let first = name.first, first != "Custom" else { return nil }
            family = first.lowercased()
        default: return nil
        }
        return isCore ? .core(family: family) : .memory(family: family)
    }

    /// Words between a family and `Instance` that change nothing.
    private static let makers: Set<Substring> = ["AMD", "Arm", "Predefined", "Memory-optimized"]

    /// What the list calls the accelerators of the machine types that have some built in, and what the industry does. Newer
    /// ones go without their maker's name, and one has two names, by region.
    private static let gpus = [
        "Nvidia Tesla A100 GPU": "A100", "Nvidia Tesla A100 80GB GPU": "A100-80GB", "Nvidia H100 80GB GPU": "H100",
        "Nvidia H100 80GB Mega GPU": "H100-Mega", "Nvidia H100 80GB Plus GPU": "H100-Mega", "H200 141GB GPU": "H200",
        "Nvidia H200 141GB GPU": "H200", "A4 Nvidia B200 (1 gpu slice)": "B200", "Nvidia L4 GPU": "L4",
    ]

    /// Which accelerator a machine type has, by the beginning of its name.
    private static let gpuOfMachine: [(machine: String, gpu: String)] = [
        ("a2-highgpu-", "A100"), ("a2-megagpu-", "A100"), ("a2-ultragpu-", "A100-80GB"), ("a3-highgpu-", "H100"),
        ("a3-edgegpu-", "H100"), ("a3-megagpu-", "H100-Mega"), ("a3-ultragpu-", "H200"), ("a4-highgpu-", "B200"),
        ("g2-standard-", "L4"),
    ]

    /// The accelerator that is built into a machine type; nil when it has none that we know.
    static func gpu(ofMachine type: String) -> GooglePart? {
        self.gpuOfMachine.first { type.hasPrefix($0.machine) }.map { .gpu($0.gpu) }
    }
}
