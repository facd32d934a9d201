package import Kernel

/// Why a filter or an order of a search is refused. The message names what was written and where.
package enum SearchError: Fault, Equatable {
    case invalidFilter(String)

    package var kind: FaultKind { .invalid }
    package var message: String {
        switch self {
        case .invalidFilter(let message): message
        }
    }
}
