import Foundation

/// What the kernel says of running processes.
enum ProcessTable {
    /// Memory in MB (10⁶ bytes): resident, and its proportional share where pages are shared with others.
    struct Memory {
        var resident = 0.0
        var proportional = 0.0
        var processes = 0
    }

    /// The processes whose environment says `NAME=VALUE`, or whose command line names that value: what was started with it, and
    /// what that started with an environment of its own.
    static func tagged(_ name: String, _ value: String) -> [pid_t] {
        let wanted = Array("\(name)=\(value)".utf8)
        return Self.all().filter { id in
            Self.bytes("/proc/\(id)/environ").split(separator: 0).contains { $0.elementsEqual(wanted) }
                || String(decoding: Self.bytes("/proc/\(id)/cmdline"), as: UTF8.self).contains(value)
        }
    }

    static func memory(of processes: [pid_t]) -> Memory {
        var memory = Memory()
        for id in processes {
            let resident = Self.kilobytes("VmRSS:", in: "/proc/\(id)/status")
            guard resident > 0 else { continue }
            memory.resident += resident * 1024 / 1e6
            memory.proportional += Self.kilobytes("Pss:", in: "/proc/\(id)/smaps_rollup") * 1024 / 1e6
            memory.processes += 1
        }
        return memory
    }

    /// User and system time so far, in milliseconds.
    static func cpu(of process: pid_t) -> Double {
        let text = String(decoding: Self.bytes("/proc/\(process)/stat"), as: UTF8.self)
        // The name in brackets may hold spaces.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) * 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func all() -> [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    }

    private static func kilobytes(_ field: String, in path: String) -> Double {
        let text = String(decoding: Self.bytes(path), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0
    }

    /// Files of /proc have no length, so they are read to their end.
    private static func bytes(_ path: String) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        return (try? file.readToEnd()).map { Array($0) } ?? []
    }
}
