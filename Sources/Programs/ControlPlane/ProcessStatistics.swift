import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the kernel knows of this process.
struct ProcessStatistics: Sendable {
    let startedAt: Timestamp

    var families: [MetricFamily] {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let cpu = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        let resident = Self.residentBytes ?? Int64(usage.ru_maxrss) * 1024
        return [
            MetricFamily(
                "process_resident_memory_bytes", .gauge, "Resident memory in bytes.", value: Double(resident)),
            MetricFamily("process_cpu_seconds_total", .counter, "User and system CPU time in seconds.", value: cpu),
            MetricFamily(
                "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.",
                value: Double(self.startedAt.milliseconds) / 1000),
        ]
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }

    /// The second number of `/proc/self/statm`, in pages.
    private static var residentBytes: Int64? {
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = fread(&bytes, 1, bytes.count, file)
        let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
