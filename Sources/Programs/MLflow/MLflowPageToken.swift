import Contract
import Digest

/// Where a listing goes on: the base 64 of `{"offset": N}`, as MLflow's server writes it.
enum MLflowPageToken {
    static func text(offset: Int) -> String { Base64.encode(Array(#"{"offset": \#(offset)}"#.utf8)) }

    /// - Returns: 0 when there is no token.
    /// - Throws: `invalidParameterValue` for what is none.
    static func offset(_ token: String?) throws(MLflowError) -> Int {
        guard let token, !token.isEmpty else { return 0 }
        guard let bytes = Base64.decode(token) else {
            throw MLflowError(.invalidParameterValue, "Invalid page token, could not base64-decode")
        }
        guard let value = try? JSONValue(utf8: bytes), case .object = value else {
            throw MLflowError(
                .invalidParameterValue,
                "Invalid page token, decoded value=b'\(String(decoding: bytes.prefix(200), as: UTF8.self))'")
        }
        guard let offset = value["offset"]?.integerValue, offset > 0, let position = Int(exactly: offset) else {
            throw MLflowError(.invalidParameterValue, "Invalid page token, parsed value=\(value.plain.prefix(200))")
        }
        return position
    }
}
