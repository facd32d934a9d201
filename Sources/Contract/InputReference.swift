/// Where a node's input comes from, as it is written in a pipeline.
///
/// `prepare` is everything a node wrote, `prepare.split` the file or folder `split` of it, `train` of a fanned-out node every
/// variant, `train[small].model` one; `dataset://digits@2` is a version, `dataset://digits` and `…@latest` the latest.
package enum InputReference: Sendable, Hashable {
    /// An empty path is everything.
    case output(node: String, variant: String?, path: String)
    /// A nil version is the latest.
    case dataset(name: String, version: Int?)

    /// Nil for text of neither form.
    package init?(_ text: String) {
        if text.hasPrefix("dataset://") {
            guard let dataset = Self.dataset(text) else { return nil }
            self = dataset
            return
        }
        let head = text.prefix { $0 != "." && $0 != "[" }
        var rest = text.dropFirst(head.count)
        var variant: String?
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]"), end > rest.index(after: rest.startIndex) else { return nil }
            variant = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        }
        guard !head.isEmpty, rest.isEmpty || (rest.first == "." && rest.count > 1) else { return nil }
        self = .output(node: String(head), variant: variant, path: String(rest.dropFirst()))
    }

    /// The folder of a reference that is one of several: `a.y`, `digits@2`.
    package static func folder(of text: String) -> String {
        text.hasPrefix("dataset://") ? String(text.dropFirst("dataset://".count)) : text
    }

    private static func dataset(_ text: String) -> InputReference? {
        let parts = text.dropFirst("dataset://".count).split(separator: "@", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
        guard parts.count == 2, parts[1] != "latest" else { return .dataset(name: String(name), version: nil) }
        guard let version = Int(parts[1]), version > 0 else { return nil }
        return .dataset(name: String(name), version: version)
    }
}
