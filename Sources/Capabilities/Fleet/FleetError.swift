package import Kernel

package enum FleetError: Fault, Equatable {
    case unknownEnvironment(String, known: [String])
    case unknownWorker(String)
    case unknownPriceBook(String, known: [String])
    case unknownStore(String, environment: String)
    case badField(environment: String, field: String, why: String)
    case nameMismatch(path: String, body: String)
    case joinTokenInvalid
    case joinTokenExpired(at: Timestamp)
    case joinTokenUsed
    case notYours(worker: String)
    case noPriceList(provider: String, known: [String])
    case priceListNeedsKey(provider: String)

    package var kind: FaultKind {
        switch self {
        case .unknownEnvironment, .unknownWorker, .unknownPriceBook: .notFound
        case .unknownStore, .badField, .nameMismatch, .noPriceList, .priceListNeedsKey: .invalid
        case .joinTokenInvalid, .joinTokenExpired: .unauthenticated
        case .joinTokenUsed: .conflict
        case .notYours: .forbidden
        }
    }

    package var message: String {
        switch self {
        case .unknownEnvironment(let name, let known):
            known.isEmpty
                ? "There is no environment '\(name)'. Declare one with `martlet apply -f FILE`."
                : "There is no environment '\(name)'. There are: \(known.joined(separator: ", "))."
        case .unknownWorker(let id): "There is no worker \(id). Join again with a new join file."
        case .unknownPriceBook(let name, let known):
            known.isEmpty
                ? "There is no price book '\(name)'. Declare one with `martlet apply -f FILE`."
                : "There is no price book '\(name)'. There are: \(known.joined(separator: ", "))."
        case .unknownStore(let store, let environment):
            "The environment '\(environment)' names the store '\(store)', which is not declared. Apply the store first."
        case .badField(let environment, let field, let why):
            "The environment '\(environment)' cannot have this \(field): \(why)"
        case .nameMismatch(let path, let body): "The path names '\(path)' and the body '\(body)'. Make them the same."
        case .joinTokenInvalid: "This join token is not known. Ask for a new one with `martlet environments join NAME`."
        case .joinTokenExpired(let at):
            "This join token expired at \(at). Ask for a new one with `martlet environments join NAME`."
        case .joinTokenUsed:
            "This join token was used by another worker. Ask for one for each worker with `martlet environments join NAME`."
        case .noPriceList(let provider, let known):
            "Nobody here can read a price list of '\(provider)'. There are those of \(known.joined(separator: ", "))."
        case .priceListNeedsKey(let provider):
            "The price list of '\(provider)' wants an API key. Put one into GOOGLE_CLOUD_API_KEY and try again."
        case .notYours(let worker): "This token does not belong to worker \(worker)."
        }
    }
}
