package import Kernel

/// Why a price list could not be read to its end. Whatever it is, the prices of before stay in force.
package enum PriceSourceError: Fault, Equatable {
    /// The answer is not what the provider documents.
    case malformed(provider: String, page: String, problem: String)
    /// The provider does not let us, or knows no such list: asking again as before will not help.
    case refused(provider: String, page: String, kind: FaultKind, reason: String)
    /// No answer, a busy one, or one that broke off.
    case unavailable(provider: String, page: String, reason: String)
    /// More than a limit of the reading.
    case tooLarge(provider: String, page: String, limit: String)
    case late(provider: String, page: String, limit: TimeSpan)
    case noSuchRegion(provider: String, region: String, known: [String])
    case cancelled(provider: String)

    package var kind: FaultKind {
        switch self {
        // Not `unavailable`: the same list read again is the same.
        case .malformed, .tooLarge: .invalid
        case .refused(_, _, let kind, _): kind
        case .unavailable: .unavailable
        case .late: .deadline
        case .noSuchRegion: .invalid
        case .cancelled: .cancelled
        }
    }

    package var message: String {
        switch self {
        case .malformed(let provider, let page, let problem):
            "The price list of \(provider) is not as documented: in \(page), \(problem). The prices of before stay in force; "
                + "check the endpoint, or update Martlet if the provider has changed its format."
        case .refused(let provider, let page, _, let reason):
            "The price list of \(provider) was refused at \(page): \(reason) The prices of before stay in force; check the "
                + "endpoint and the key."
        case .unavailable(let provider, let page, let reason):
            "The price list of \(provider) broke off at \(page): \(reason) The prices of before stay in force; refresh again "
                + "later."
        case .tooLarge(let provider, let page, let limit):
            "The price list of \(provider) has more than \(limit) in \(page). The prices of before stay in force; check the "
                + "endpoint, or ask for fewer regions."
        case .late(let provider, let page, let limit):
            "The price list of \(provider) was not read within \(limit); it was at \(page). The prices of before stay in "
                + "force; ask for fewer regions, or refresh again later."
        case .noSuchRegion(let provider, let region, let known):
            "The price list of \(provider) has no region '\(region)'. It has \(known.joined(separator: ", "))."
        case .cancelled(let provider):
            "The refresh of the prices of \(provider) was cancelled. The prices of before stay in force."
        }
    }
}
