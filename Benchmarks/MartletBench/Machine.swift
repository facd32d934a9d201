import Foundation

/// Where the figures were measured.
struct Machine {
    var processor: String
    var cores: Int
    var memory: Double
    var system: String
    var kernel: String
    /// How many processes wanted a core in the last minute before the start: above 0 means that others were at work.
    var load: Double
    var date: String

    static func observe() -> Machine {
        func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        func field(_ name: String, in path: String, _ separator: Character) -> String {
            let line = text(path).split(separator: "\n").first { $0.hasPrefix(name) }
            let value = line?.split(separator: separator, maxSplits: 1).dropFirst().first ?? "unknown"
            return value.trimmingCharacters(in: CharacterSet(charactersIn: "\" \t"))
        }
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withFullDate]
        return Machine(
            processor: field("model name", in: "/proc/cpuinfo", ":"), cores: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            memory: Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e9,
            system: field("PRETTY_NAME", in: "/etc/os-release", "="),
            kernel: text("/proc/sys/kernel/osrelease").trimmed,
            load: Double(text("/proc/loadavg").prefix { $0 != " " }) ?? 0, date: formatter.string(from: Date()))
    }

    var summary: String {
        "\(self.date), \(self.cores) cores of \(self.processor), \(self.memory.short) GB, \(self.system), Linux \(self.kernel), "
            + "load before the start \(self.load.short)"
    }
}

extension String {
    var trimmed: String { self.trimmingCharacters(in: .whitespacesAndNewlines) }
}

/// A folder that is gone with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        self.path =
            FileManager.default.temporaryDirectory.appendingPathComponent("martlet-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}
