package import Contract
package import Kernel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The routing table on disk, `routing.json` in the state folder: what a gateway serves by while the control plane is away.
package struct RoutingFile: Sendable {
    private let folder: String
    private var path: String { self.folder + "/routing.json" }

    /// - Parameter folder: made when it is not there.
    package init(folder: String) { self.folder = folder }

    /// Nil when there is none, or it cannot be read: then the control plane is waited for.
    package func read() -> RoutingTable? {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: self.path)) else { return nil }
        return try? Wire.decode(RoutingTable.self, from: [UInt8](bytes))
    }

    /// Replaces the file at once: a crash leaves the old one or the new one.
    ///
    /// - Throws: `unavailable` when the folder cannot be written.
    package func write(_ table: RoutingTable) throws(PlainFault) {
        let bytes = try Wire.encode(table)
        do {
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: self.path), options: .atomic)
        } catch {
            throw PlainFault(
                .unavailable,
                "The routing table cannot be written to '\(self.path)'. Make room, or choose another --state.",
                detail: "\(error)")
        }
    }
}
