import Contract
package import Kernel

/// A store that takes an object in parts, which may come at once, in any order and again.
///
/// Its contract:
/// - An upload is one key and a number of parts. Nothing of it is seen at the key before `completeParts`, which is atomic
///   like a `put`. `completeParts` with the same parts succeeds again after it has succeeded, for a caller that did not
///   hear of it.
/// - A part that is sent again replaces what was there. Its tag changes with its bytes, so a caller who names the tags
///   gets exactly the bytes that were acknowledged.
/// - `abortParts` gives back what the parts took, and succeeds where no such upload is. An upload that nobody ends is
///   swept after a day.
package protocol PartUploads: Sendable {
    /// - Parameter count: 1 … `PartLimits.parts`.
    /// - Returns: the upload's id.
    func beginParts(of key: String, count: Int) async throws(ObjectError) -> String

    /// - Parameter length: bytes that `body` will yield; nil when that is not known.
    /// - Returns: the part's tag.
    /// - Throws: `notFound` when there is no such upload.
    func putPart(
        _ number: Int, of key: String, upload: String, length: Int64?, body: ByteStream
    ) async throws(ObjectError) -> String

    /// - Parameter parts: by number, ascending.
    /// - Throws: `notFound` when there is no such upload of `key`; `corrupt` when a part is missing or another one.
    func completeParts(_ parts: [UploadedPart], of key: String, upload: String) async throws(ObjectError)

    func abortParts(of key: String, upload: String) async throws(ObjectError)
}

/// A part as its sender knows it.
package struct UploadedPart: Sendable, Hashable {
    /// From 1.
    package var number: Int
    package var tag: String

    package init(number: Int, tag: String) {
        self.number = number
        self.tag = tag
    }
}

/// What every store that takes parts has in common.
package enum PartLimits {
    /// As in S3.
    package static let parts = 10_000
    /// As in S3.
    package static let partBytes = ByteCount.gibibytes(5)
}
