package import Kernel

/// A token of a user or gateway, without its secret.
package struct AccessToken: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "tok"

    package var id: ID<AccessToken>
    package var name: String
    package var role: Role
    package var createdAt: Timestamp
    package var expires: Timestamp?
    package var revokedAt: Timestamp?

    package init(
        id: ID<AccessToken>, name: String, role: Role, createdAt: Timestamp, expires: Timestamp? = nil,
        revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.expires = expires
        self.revokedAt = revokedAt
    }
}

package struct TokenRequest: Codable, Sendable, Hashable {
    /// The user it stands for.
    package var name: String
    package var role: Role
    /// Absent: until it is revoked.
    package var validFor: TimeSpan?

    package init(name: String, role: Role, validFor: TimeSpan? = nil) {
        self.name = name
        self.role = role
        self.validFor = validFor
    }
}

/// The only time the secret is shown.
package struct IssuedToken: Codable, Sendable, Hashable {
    package var token: AccessToken
    package var secret: String

    package init(token: AccessToken, secret: String) {
        self.token = token
        self.secret = secret
    }
}

/// A token that was presented to a gateway, which asks whose it is.
package struct TokenCheck: Codable, Sendable, Hashable {
    /// Its whole text.
    package var token: String

    package init(token: String) { self.token = token }
}

/// What is known of a presented token. That it is not accepted is an answer, not a fault: a fault would say that whoever asks
/// is not accepted.
package struct TokenStanding: Codable, Sendable, Hashable {
    /// Absent when it is not accepted.
    package var token: AccessToken?
    /// Why it is not accepted, in a sentence for whoever sent it; absent when it is.
    package var refusal: String?

    package init(token: AccessToken) { self.token = token }
    package init(refusal: String) { self.refusal = refusal }
}
