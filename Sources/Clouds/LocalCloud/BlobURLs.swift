package import CloudPorts
package import Contract
package import Digest
package import Kernel

/// Signed URLs for the objects of file stores: `<base>/blobs/<store>/<key>?expires=…&signature=…`.
///
/// The signature is an HMAC over the method, the store, the key, the time of expiry and, for a put, the exact size and
/// digest. So a URL allows one request and nothing like it, and nothing has to be remembered about it. A staging key
/// carries the attempt's id, which is thereby signed too. A part of an upload is signed with the upload's id and its number. The key is derived from the control plane's master key, so URLs
/// survive a restart.
package struct BlobURLs: Sendable {
    /// What `HMACKey.derived(for:)` is given.
    package static let purpose = "blob-urls"

    private let key: HMACKey
    private let base: @Sendable () -> String

    /// - Parameters:
    ///   - key: derived from the master key for `purpose`.
    ///   - base: `http://address:port` at which `BlobGate` answers; asked for each URL, because it may be known late.
    package init(key: HMACKey, base: @escaping @Sendable () -> String) {
        self.key = key
        self.base = base
    }

    /// A request that the bearer may send until `expires`.
    package func mint(_ intent: PresignIntent, store: String, expires: Timestamp) -> PresignedRequest {
        let target = Target(intent)
        var query = "expires=\(expires.milliseconds)"
        query += target.query
        let path = PercentEncoding.encode(store) + "/" + Self.encode(target.key)
        let signature = self.key.authenticate(Self.message(target, path: path, expires: expires))
        return PresignedRequest(
            method: target.method, url: "\(self.base())/blobs/\(path)?\(query)&signature=\(signature)", headers: [:],
            expires: expires)
    }

    /// What a URL allows, if it is one of ours and its time has not passed.
    ///
    /// - Parameters:
    ///   - path: what follows `/blobs/`, as it came, percent-encoded.
    ///   - query: what follows `?`, as it came.
    package func verify(
        method: String, path: String, query: String, now: Timestamp
    ) throws(BlobURLError) -> (store: String, intent: PresignIntent) {
        let fields = Dictionary(
            query.split(separator: "&").map { field in
                let parts = field.split(separator: "=", maxSplits: 1)
                return (String(parts.first ?? ""), parts.count == 2 ? String(parts[1]) : "")
            }, uniquingKeysWith: { first, _ in first })
        guard let slash = path.firstIndex(of: "/"), let store = PercentEncoding.decode(path[..<slash]),
            let key = PercentEncoding.decode(path[path.index(after: slash)...]),
            let milliseconds = fields["expires"].flatMap({ Int64($0) }), let signature = fields["signature"],
            let target = Target(method: method, key: key, fields: fields)
        else { throw .notSigned }
        let expires = Timestamp(milliseconds: milliseconds)
        // Signed over our own spelling of the path: a client may escape more than we do.
        let spelled = PercentEncoding.encode(store) + "/" + Self.encode(key)
        guard self.key.isValid(signature, for: Self.message(target, path: spelled, expires: expires)) else {
            throw .notSigned
        }
        guard now < expires else { throw .expired(at: expires) }
        return (store, target.intent)
    }

    private static func encode(_ key: String) -> String {
        key.split(separator: "/", omittingEmptySubsequences: false).map { PercentEncoding.encode(String($0)) }
            .joined(separator: "/")
    }

    /// No field can hold a newline: the path is percent-encoded.
    private static func message(_ target: Target, path: String, expires: Timestamp) -> String {
        var lines = ["martlet-blob-1", target.method, path, String(expires.milliseconds)]
        lines += target.signed
        return lines.joined(separator: "\n")
    }
}

/// Why a signed URL is not honoured. It says no more than its bearer may know.
package enum BlobURLError: Fault, Equatable {
    case notSigned
    case expired(at: Timestamp)

    package var kind: FaultKind { .forbidden }

    package var message: String {
        switch self {
        case .notSigned: "This address is not signed for this request. Ask the control plane for one."
        case .expired(let at): "This address was good until \(at). Ask the control plane for a new one."
        }
    }
}

extension BlobURLs {
    /// The parts of an intent, by name.
    private struct Target {
        var method: String
        var key: String
        var content: BlobDescription?
        var part: (upload: String, number: Int)?

        init(_ intent: PresignIntent) {
            switch intent {
            case .get(let key): (self.method, self.key) = ("GET", key)
            case .put(let key, let size, let sha256):
                (self.method, self.key) = ("PUT", key)
                self.content = BlobDescription(sha256: sha256, size: size)
            case .part(let key, let upload, let number):
                (self.method, self.key) = ("PUT", key)
                self.part = (upload, number)
            }
        }

        init?(method: String, key: String, fields: [String: String]) {
            (self.method, self.key) = (method, key)
            switch method {
            case "GET": break
            case "PUT":
                if let upload = fields["upload"], let number = fields["part"].flatMap({ Int($0) }) {
                    self.part = (upload, number)
                } else if let size = fields["size"].flatMap({ Int64($0) }),
                    let sha256 = fields["sha256"].flatMap({ ContentDigest($0) })
                {
                    self.content = BlobDescription(sha256: sha256, size: ByteCount(size))
                } else {
                    return nil
                }
            default: return nil
            }
        }

        /// What the URL says beside the path and the time.
        var query: String {
            if let content { return "&size=\(content.size.bytes)&sha256=\(content.sha256)" }
            if let part { return "&upload=\(part.upload)&part=\(part.number)" }
            return ""
        }

        /// The lines of the same that are signed. A part has one more than a content, so neither can pass for the other.
        var signed: [String] {
            if let content { return [String(content.size.bytes), content.sha256.hex] }
            if let part { return ["part", part.upload, String(part.number)] }
            return []
        }

        var intent: PresignIntent {
            if let content { return .put(key: self.key, size: content.size, sha256: content.sha256) }
            if let part { return .part(key: self.key, upload: part.upload, number: part.number) }
            return .get(key: self.key)
        }
    }
}
