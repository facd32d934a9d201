import Client
import Contract
import Foundation
import Kernel

/// Runs the suites one after another and collects their rows.
struct Bench {
    let programs: Programs
    let peers: Peers
    let runs: Int
    let suites: Set<Suite>

    func measure() async throws -> [MeasuredRow] {
        var rows: [MeasuredRow] = []
        if self.suites.contains(.server) {
            rows += try await ServerSuite(programs: self.programs, peers: self.peers).measure()
        }
        if self.suites.contains(.latency) { rows += try await LatencySuite(programs: self.programs).measure() }
        if self.suites.contains(.tracking) {
            rows += try await TrackingSuite(programs: self.programs, peers: self.peers).measure()
            rows += try await TrackingSearchSuite(programs: self.programs, peers: self.peers).measure()
        }
        if self.suites.contains(.placement) {
            rows += try await PlacementCommandSuite(programs: self.programs).measure()
            rows += try PlacementSuite(peers: self.peers).measure()
        }
        if self.suites.contains(.spot) { rows += try SpotSuite().measure() }
        guard !self.suites.isDisjoint(with: [.dispatch, .pages, .commands]) else { return rows }
        // One data folder for the rest: what dispatch finishes is what listings list.
        let platform = try await Platform(programs: self.programs, configuration: .bare)
        rows += try await DispatchSuite(platform: platform, peers: self.peers, runs: self.runs).measure(
            reported: self.suites.contains(.dispatch))
        if self.suites.contains(.pages) { rows += try await PageSuite(platform: platform).measure() }
        if self.suites.contains(.commands) {
            rows += try await CommandSuite(platform: platform, programs: self.programs, peers: self.peers).measure()
        }
        return rows
    }
}

/// The programs that are measured.
struct Programs {
    let folder: String

    var martlet: String { self.folder + "/martlet" }
    var martletd: String { self.folder + "/martletd" }
}

/// A line on the terminal while something takes long.
func progress(_ text: String) {
    FileHandle.standardError.write(Data("· \(text)\n".utf8))
}
