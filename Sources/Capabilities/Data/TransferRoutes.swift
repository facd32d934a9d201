package import Contract
import Database
import Kernel

/// Transfers over the API.
package struct TransferRoutes: Sendable {
    private let transfers: Transfers

    package init(transfers: Transfers) { self.transfers = transfers }

    package var bound: [BoundRoute] {
        let transfers = self.transfers
        return [
            Routes.listTransfers.bind { call in
                let page = try call.page()
                let run = try call.query["run"].map { text in
                    guard let run = ID<Run>(text) else {
                        throw PlainFault(.invalid, "'\(text)' is not the id of a run, of the form run_<26 characters>.")
                    }
                    return run
                }
                return try await transfers.database.read { try transfers.list(of: run, page, in: $0) }
            }
        ]
    }
}
