import Client
import Contract
import Kernel

/// Brings folders of this machine to a store.
struct Packer {
    let client: Client
    let terminal: Terminal

    /// Packs the folder and uploads what the store does not have.
    ///
    /// - Parameter store: nil for the control plane's default store.
    func upload(_ path: String, rules: LocalFolder.Rules, to store: String? = nil) async throws -> Tree {
        let folder = try LocalFolder(path, rules: rules)
        let meter = UploadMeter(total: folder.files.reduce(.zero) { $0 + $1.size }, terminal: self.terminal)
        let sent = try await BlobTransfer(transport: self.client.transport).upload(folder.files) { blobs in
            try await self.client.call(
                Routes.requestUpload, body: UploadRequest(store: store, blobs: blobs), isIdempotent: true)
        } progress: {
            meter.add($0)
        }
        meter.finish(
            "\(Words.count(folder.tree.entries.count, "file")), \(folder.size)"
                + (sent == .zero
                    ? ", all there already" : sent == folder.size ? " uploaded" : ", \(sent) of it uploaded"))
        return folder.tree
    }
}
