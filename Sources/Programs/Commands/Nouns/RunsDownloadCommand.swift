import ArgumentParser
import Client
import Contract
import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct RunsDownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Fetch what a run wrote.",
        discussion:
            "Every file is verified. Files that are in the folder already are replaced when they have the same name.")

    @OptionGroup var run: RunArgument

    @Option(help: ArgumentHelp("The folder to put it into; the run's id when left out.", valueName: "folder"))
    var to: String?

    @OptionGroup var global: GlobalOptions

    private struct Download: Encodable {
        var run: ID<Run>
        var folder: String
        var files: Int
        var size: ByteCount
    }

    func run() async throws {
        let client = try self.global.client()
        let run = try await client.call(Routes.getRun, path: self.run.path)
        guard let outputs = run.outputs else {
            throw PlainFault(.notFound, "\(run.id) has committed no outputs: it is \(run.status.rawValue).")
        }
        let tree = try await client.call(Routes.getTree, path: ["digest": outputs.hex])
        let folder = FileOptions.absolute(self.to ?? run.id.description)
        try await self.fetch(tree, of: run.id, into: folder, client)
        let done = Download(run: run.id, folder: folder, files: tree.entries.count, size: tree.size)
        try self.global.show(done) { _ in "\(Words.count(done.files, "file")), \(done.size), in \(folder)\n" }
    }

    /// Each blob is fetched once, to the first file that has it, and copied to the others.
    private func fetch(_ tree: Tree, of run: ID<Run>, into folder: String, _ client: Client) async throws {
        try LocalFile.makeFolder(folder)
        var first: [ContentDigest: TreeEntry] = [:]
        for entry in tree.entries {
            first[entry.sha256] = first[entry.sha256] ?? entry
            if let slash = entry.path.utf8.lastIndex(of: 0x2F) {
                try LocalFile.makeFolder(folder + "/" + entry.path[..<slash])
            }
        }
        let places = first.mapValues { folder + "/" + $0.path }
        let blobs = first.values.map { BlobDescription(sha256: $0.sha256, size: $0.size) }
        try await BlobTransfer(transport: client.transport).download(blobs) { digests in
            try await client.call(
                Routes.runDownloads, path: ["id": run.description], body: DownloadRequest(blobs: digests),
                isIdempotent: true)
        } to: {
            places[$0] ?? "\(folder)/\($0)"
        }
        for entry in tree.entries {
            let path = folder + "/" + entry.path
            if let source = places[entry.sha256], source != path { try Self.copy(source, to: path) }
            chmod(path, entry.executable ? 0o755 : 0o644)
        }
    }

    private static func copy(_ source: String, to path: String) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        let output = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        defer {
            close(input)
            close(output)
        }
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while input >= 0, output >= 0 {
            let count = read(input, &chunk, chunk.count)
            if count == 0 { return }
            guard count > 0, write(output, chunk, count) == count else { break }
        }
        throw PlainFault(.invalid, "'\(path)' cannot be written: \(String(cString: strerror(errno)).lowercased()).")
    }
}
