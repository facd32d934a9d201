import Contract

/// What a node names as the source of an input: another node's output, or a dataset.
///
/// `prepare` is everything a node wrote, `prepare.split` the file or folder `split` of it, `train` of a fanned-out node every
/// variant, `train[small]` one, `dataset://digits@2` a version and `dataset://digits` the latest.
enum NodeReference: Hashable {
    case output(node: String, variant: String?, path: String)
    case dataset(name: String, version: Int?)

    /// - Throws: `invalid` for text of neither form.
    init(_ text: String) throws(PipelineError) {
        if text.hasPrefix("dataset://") {
            self = try Self.dataset(text)
            return
        }
        let head = text.prefix { $0 != "." && $0 != "[" }
        var rest = text.dropFirst(head.count)
        var variant: String?
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]"), end > rest.index(after: rest.startIndex) else {
                throw .badReference(text)
            }
            variant = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        }
        guard !head.isEmpty, rest.isEmpty || (rest.first == "." && rest.count > 1) else { throw .badReference(text) }
        self = .output(node: String(head), variant: variant, path: String(rest.dropFirst()))
    }

    private static func dataset(_ text: String) throws(PipelineError) -> NodeReference {
        let parts = text.dropFirst("dataset://".count).split(separator: "@", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { throw .badReference(text) }
        guard parts.count == 2, parts[1] != "latest" else { return .dataset(name: String(name), version: nil) }
        guard let version = Int(parts[1]), version > 0 else { throw .badReference(text) }
        return .dataset(name: String(name), version: version)
    }
}
