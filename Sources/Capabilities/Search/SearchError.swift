package import Kernel

/// Why a filter, an order or a page token of a search is refused.
///
/// The message begins with MLflow's own words, which its clients show and its tests look for; where a place in the text is at
/// fault it is named, in characters counted from 1.
package enum SearchError: Fault, Equatable {
    /// What is searched in: too much of it.
    case invalidScope(String)
    case invalidFilter(String)
    case invalidOrder(String)
    case invalidPageToken(String)

    package var kind: FaultKind { .invalid }
    package var message: String {
        switch self {
        case .invalidScope(let message), .invalidFilter(let message), .invalidOrder(let message),
            .invalidPageToken(let message):
            message
        }
    }
}
