package import Contract
import Kernel

/// The folder in which one attempt works: `<state>/attempts/<attempt>/` with `source`, `inputs/<name>`, `outputs`, `tmp` and
/// `parameters.json`. Made afresh for the attempt and removed with it.
///
/// Source and inputs are copies of what lies in the cache, never hard links. A command runs as the worker's own user, often
/// root, whom a mode of 0444 does not stop; a link would share the inode, and one `open` for writing would spoil the cache for
/// every later run. `copy_file_range` makes the copy a reflink where the file system can, else it costs one pass over the
/// bytes. Inputs are made read-only all the same, as a hint; source files may be written, as in the folder they came from.
package struct AttemptFolder: Sendable, Hashable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The command's working directory.
    package var source: String { self.path + "/source" }
    package var inputs: String { self.path + "/inputs" }
    package var outputs: String { self.path + "/outputs" }
    package var temporary: String { self.path + "/tmp" }
    package var parameters: String { self.path + "/parameters.json" }
    /// What of the log waits for the control plane.
    package var spool: String { self.path + "/spool" }

    /// Makes the folder and fills it from `cache`, in which every blob must lie. Blocks for as long as copying takes.
    ///
    /// - Throws: `DiskError`, or `invalid` for an input whose name is not the name of a folder.
    package func fill(with assignment: Assignment, from cache: BlobCache) throws {
        try Disk.remove(self.path)
        for folder in [self.source, self.inputs, self.outputs, self.temporary] { try Disk.makeFolder(folder) }
        try Disk.write(try Wire.encode(assignment.parameters), to: self.parameters, mode: 0o644)
        if let source = assignment.source {
            try self.unpack(source, into: self.source, from: cache, writable: true)
        }
        for input in assignment.inputs {
            try Tree.check(path: input.name)
            guard !input.name.contains("/") else {
                throw PlainFault(.invalid, "'\(input.name)' is not a name for an input. Use a name without '/'.")
            }
            try Disk.makeFolder(self.inputs + "/" + input.name)
            try self.unpack(input.tree, into: self.inputs + "/" + input.name, from: cache, writable: false)
        }
    }

    /// The paths of a `Tree` have been checked when it was made: none leaves the folder, and nothing in it is a link yet.
    private func unpack(_ tree: Tree, into folder: String, from cache: BlobCache, writable: Bool) throws {
        var made: Set<String> = []
        for entry in tree.entries {
            if let parent = Self.parent(of: entry.path), made.insert(parent).inserted {
                try Disk.makeFolder(folder + "/" + parent)
            }
            let mode: UInt32 = (writable ? 0o644 : 0o444) | (entry.executable ? 0o111 : 0)
            try Disk.copy(cache.path(of: entry.sha256), to: folder + "/" + entry.path, mode: mode)
        }
    }

    private static func parent(of path: String) -> String? {
        path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
