import Glibc
package import Kernel

/// What a worker says of the machine it runs on.
package struct MachineFacts: Sendable, Hashable {
    package var name: String
    package var cpus: Int
    package var memory: ByteCount
    /// The path of podman or docker, if one of them is there.
    package var containerEngine: String?

    package init(name: String, cpus: Int, memory: ByteCount, containerEngine: String? = nil) {
        self.name = name
        self.cpus = cpus
        self.memory = memory
        self.containerEngine = containerEngine
    }

    /// Looks at this machine.
    ///
    /// - Parameter path: the `PATH` in which to look for a container engine.
    package static func observe(path: String) -> MachineFacts {
        MachineFacts(
            name: self.hostname, cpus: self.usableCPUs, memory: self.usableMemory,
            containerEngine: ["podman", "docker"].lazy.compactMap { self.find($0, in: path) }.first)
    }

    private static var hostname: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "worker" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var usableCPUs: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The machine's, or the control group's limit where that is lower.
    private static var usableMemory: ByteCount {
        let pages = Int64(sysconf(Int32(_SC_PHYS_PAGES)))
        let machine = ByteCount(pages * Int64(sysconf(Int32(_SC_PAGESIZE))))
        guard let bytes = try? Disk.read("/sys/fs/cgroup/memory.max"),
            let limit = Int64(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber })
        else { return machine }
        return min(machine, ByteCount(limit))
    }

    private static func find(_ program: String, in path: String) -> String? {
        path.split(separator: ":").lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
