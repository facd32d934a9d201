import Foundation

/// How soon the server is there, and what it weighs while nothing happens.
struct ServerSuite {
    static let starts = 10
    /// What a start leaves behind has settled by then.
    private static let settling = Duration.seconds(10)

    let programs: Programs
    let peers: Peers

    func measure() async throws -> [MeasuredRow] {
        progress("server: \(Self.starts) starts on an empty folder")
        var starts = Samples()
        for _ in 1..<Self.starts {
            starts.add(try await Platform(programs: self.programs, configuration: .standard).readyAfter)
        }
        let platform = try await Platform(programs: self.programs, configuration: .standard)
        starts.add(platform.readyAfter)
        try await ContinuousClock().sleep(for: Self.settling)
        let alone = ProcessTable.memory(of: [platform.process.id])
        let all = ProcessTable.memory(of: platform.processes)
        let sky = try await self.peer("SkyPilot") { try PeerPlatform.skyPilot(self.peers) }
        let dstack = try await self.peer("dstack") { try PeerPlatform.dstack(self.peers) }
        return [
            MeasuredRow(
                ours: Measurement(
                    name: "server ready on an empty folder", value: starts.median, unit: "ms", goal: (.atMost, 300),
                    note: "median of \(starts.count) starts of `martletd` (\(starts.range)), on the clock"),
                peers: [sky.ready, dstack.ready]),
            MeasuredRow(
                ours: Measurement(
                    name: "server idle, resident memory", value: alone.resident, unit: "MB", goal: (.atMost, 60),
                    note: """
                        `martletd`, \(alone.proportional.short) MB proportional; with its worker and gateway \(all.processes) \
                        processes, \(all.resident.short) MB resident, \(all.proportional.short) MB proportional
                        """),
                peers: [sky.memory, dstack.memory], published: "SkyPilot 989 MB in 8 processes, dstack 213–257 MB"),
        ]
    }

    private func peer(
        _ name: String, _ start: () throws -> PeerPlatform
    ) async throws -> (ready: PeerFigure, memory: PeerFigure) {
        progress("server: \(name)")
        let platform: PeerPlatform
        do { platform = try start() } catch {
            let reason = (error as? Peers.Absence)?.reason ?? "\(error)"
            progress("\(name) is skipped: \(reason)")
            let missing = PeerFigure(program: name, value: nil, note: reason)
            return (missing, missing)
        }
        try await ContinuousClock().sleep(for: Self.settling)
        let memory = ProcessTable.memory(of: platform.processes)
        let title = platform.title
        return (
            PeerFigure(program: title, value: platform.readyAfter, note: "one start, on the clock"),
            PeerFigure(
                program: title, value: memory.resident,
                note: "all its \(memory.processes) processes; \(memory.proportional.short) MB proportional")
        )
    }
}
