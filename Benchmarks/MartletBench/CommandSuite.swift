import Foundation

/// CPU time of the commands that people type all day.
struct CommandSuite {
    static let ownTimes = 20
    static let peerTimes = 5
    private static let goal = 25.0

    let platform: Platform
    let programs: Programs
    let peers: Peers

    func measure() async throws -> [MeasuredRow] {
        progress("commands: \(Self.ownTimes) times each")
        let sky = self.peers.figures("SkyPilot", count: 2) {
            let sky = try PeerPlatform.skyPilot(self.peers)
            return [try self.figure(["--help"], of: sky), try self.figure(["status"], of: sky)]
        }
        let dstack = self.peers.figures("dstack", count: 2) {
            let dstack = try PeerPlatform.dstack(self.peers)
            return [try self.figure(["--help"], of: dstack), try self.figure(["ps"], of: dstack)]
        }
        return [
            try self.row(["--help"], peers: [sky[0], dstack[0]]),
            try self.row(["runs", "list"], peers: [sky[1], dstack[1]]),
        ]
    }

    private func row(_ arguments: [String], peers: [PeerFigure]) throws -> MeasuredRow {
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.platform.folder.path,
            "MARTLET_SERVER": self.platform.server,
            "MARTLET_TOKEN": self.platform.adminToken,
        ]
        let (cpu, wall) = try ChildProcess.measure(
            self.programs.martlet, arguments, environment: environment, log: self.platform.folder.path + "/martlet.log",
            times: Self.ownTimes)
        return MeasuredRow(
            ours: Measurement(
                name: "`martlet \(arguments.joined(separator: " "))`, CPU", value: cpu.median, unit: "ms",
                goal: (.atMost, Self.goal),
                note: "median of \(cpu.count) (\(cpu.range)); \(wall.median.short) ms on the clock"),
            peers: peers, published: "SkyPilot 2,200 ms, dstack 1,100–1,400 ms")
    }

    private func figure(_ arguments: [String], of peer: PeerPlatform) throws -> PeerFigure {
        let (cpu, wall) = try ChildProcess.measure(
            peer.program, arguments, environment: peer.environment, log: peer.log, times: Self.peerTimes)
        let name = ((peer.program as NSString).lastPathComponent)
        return PeerFigure(
            program: peer.title, value: cpu.median,
            note:
                "`\(name) \(arguments.joined(separator: " "))`, median of \(cpu.count); \(wall.median.short) ms on the clock"
        )
    }
}
