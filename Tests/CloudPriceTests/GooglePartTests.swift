import CloudPorts
import Contract
import Kernel
import Testing

@testable import GoogleCloud

@Suite struct GooglePartTests {
    @Test(
        "a description names a part of a machine",
        arguments: [
            ("N2 Instance Core running in Americas", .core(family: "n2"), false),
            ("N2D AMD Instance Ram running in Frankfurt", .memory(family: "n2d"), false),
            ("C4A Arm Instance Core running in Mexico", .core(family: "c4a"), false),
            ("N1 Predefined Instance Core running in Zurich", .core(family: "n1"), false),
            ("Compute optimized Core running in Americas", .core(family: "c2"), false),
            ("Compute optimized Instance Ram running in Americas", .memory(family: "c2"), false),
            ("Memory-optimized Instance Core running in Americas", .core(family: "m1"), false),
            ("M3 Memory-optimized Instance Ram running in Phoenix", .memory(family: "m3"), false),
            ("M4Ultramem224 Instance Ram running in Americas", .memory(family: "m4ultramem224"), false),
            ("Spot Preemptible C3D Instance Core running in Salt Lake City", .core(family: "c3d"), true),
            ("Spot Preemptible Compute optimized Ram running in Americas", .memory(family: "c2"), true),
            ("Nvidia H100 80GB Plus GPU running in Americas", .gpu("H100-Mega"), false),
            ("H200 141GB GPU running in Belgium", .gpu("H200"), false),
            ("Nvidia Tesla A100 80GB GPU running in Americas", .gpu("A100-80GB"), false),
            ("Nvidia L4 GPU attached to Spot Preemptible VMs running in Virginia", .gpu("L4"), true),
            (
                "Spot Preemptible A4 Nvidia B200 (1 gpu slice) running in Americas",
                .gpu("B200"),
                true
            ),
        ] as [(String, GooglePart, Bool)])
    func named(description: String, part: GooglePart, isSpot: Bool) throws {
        let found = try #require(GooglePart.named(description))
        #expect(found.part == part)
        #expect(found.isSpot == isSpot)
    }

    @Test(
        "what is billed otherwise is no part of a machine",
        arguments: [
            "N2 Custom Instance Core running in Americas", "Custom Instance Core running in Americas",
            "N2D AMD Custom Extended Instance Ram running in Americas",
            "C3 Sole Tenancy Instance Core running in Americas",
            "Sole Tenancy Premium for C4 Sole Tenancy Instance Core running in Americas",
            "Memory Optimized Upgrade Premium for Memory-optimized Instance Core running in Americas",
            "Commitment v1: N2 Cpu in Americas for 1 Year", "DWS Defined Duration A3 Core running in Americas",
            "Reserved M4 Core in Americas", "Small Instance with 1 VCPU running in Americas",
            "Nvidia L4 Virtual Workstation GPU running in Netherlands", "Nvidia L40 GPU running in Netherlands",
            "Instance Core running in Americas", "Core running in Americas", " running in ", "",
        ])
    func unnamed(description: String) {
        #expect(GooglePart.named(description) == nil)
    }

    /// Rates at which every vCPU costs a dollar, every GiB a cent and every GPU ten dollars.
    private func price(_ type: String, vcpus: Int = 4, gibibytes: Int64 = 16, gpus: Int = 0, parts: [String]) throws
        -> Money?
    {
        let reading = PriceListReading(
            provider: "gcp", limits: .init(pages: 1, rows: 1, time: .hours(1)), time: ManualTime())
        var rates = GoogleRates(now: ManualTime().now)
        for part in parts {
            let isMemory = part.hasSuffix("Ram")
            let units = isMemory ? "0" : part.hasSuffix("Core") ? "1" : "10"
            let text = GoogleListFormat.sku(
                "\(part) running in Americas", ["r"], unit: isMemory ? "GiBy.h" : "h", units: units,
                nanos: isMemory ? 10_000_000 : 0
            ).replacing("2026-11-17", with: "2025-11-17")
            try rates.add(try reading.decode(GoogleSKU.self, from: Array(text.utf8)), reading)
        }
        let machine = GoogleMachineType(type: type, vcpus: vcpus, memory: .gibibytes(gibibytes), gpus: gpus)
        return try machine.offer(in: "r", at: rates, reading)?.onDemand
    }

    @Test("a machine costs what its parts cost")
    func sums() throws {
        let n2 = ["N2 Instance Core", "N2 Instance Ram"]
        #expect(try self.price("n2-standard-4", parts: n2) == Money(decimal: "4.16"))
        #expect(
            try self.price(
                "a2-highgpu-2g", vcpus: 24, gibibytes: 170, gpus: 2,
                parts: ["A2 Instance Core", "A2 Instance Ram", "Nvidia Tesla A100 GPU"]) == Money(decimal: "45.70"))
        #expect(
            try self.price(
                "a3-megagpu-8g", vcpus: 208, gibibytes: 1_872, gpus: 8,
                parts: ["A3Plus Instance Core", "A3Plus Instance Ram", "Nvidia H100 80GB Mega GPU"])
                == Money(decimal: "306.72"))
        // A shared core is billed as the part of it that a machine may use for good.
        let e2 = ["E2 Instance Core", "E2 Instance Ram"]
        #expect(try self.price("e2-micro", vcpus: 2, gibibytes: 1, parts: e2) == Money(decimal: "0.26"))
        #expect(try self.price("e2-medium", vcpus: 2, gibibytes: 4, parts: e2) == Money(decimal: "1.04"))
    }

    @Test("a machine of which a part has no price has none")
    func unknown() throws {
        #expect(try self.price("n2-standard-4", parts: ["N2 Instance Core"]) == nil)
        #expect(try self.price("n2-standard-4", parts: ["N2D AMD Instance Core", "N2D AMD Instance Ram"]) == nil)
        let a2 = ["A2 Instance Core", "A2 Instance Ram", "Nvidia Tesla A100 GPU"]
        #expect(try self.price("a2-ultragpu-1g", gpus: 1, parts: a2) == nil, "the other A100 has no price")
        #expect(try self.price("a2-highgpu-1g", gpus: 0, parts: a2) == nil, "an A2 without GPUs is a mistake")
        let c3 = ["C3 Instance Core", "C3 Instance Ram"]
        #expect(try self.price("c3-standard-4-lssd", parts: c3) == nil, "its disks would be missing from the price")
        #expect(
            try self.price("n1-ultramem-40", parts: ["N1 Predefined Instance Core", "N1 Predefined Instance Ram"])
                == nil,
            "it is billed as an m1")
        let m2 = ["M2 Instance Core", "M2 Instance Ram"]
        #expect(try self.price("m2-ultramem-208", parts: m2) == nil, "its premium would be missing from the price")
    }
}
