package import Contract
package import Kernel

/// Environments, price books, join tokens and workers over HTTP.
package struct FleetRoutes: Sendable {
    let environments: Environments
    let workers: Workers
    let priceBooks: PriceBooks

    package init(environments: Environments, workers: Workers, priceBooks: PriceBooks) {
        self.environments = environments
        self.workers = workers
        self.priceBooks = priceBooks
    }

    package var bound: [BoundRoute] {
        [
            Routes.listEnvironments.bind { _ in Page(items: try await self.environments.list()) },
            Routes.getEnvironment.bind { call in try await self.environments.get(call.name()) },
            Routes.putEnvironment.bind { call, environment in
                guard environment.name == call.name() else {
                    throw FleetError.nameMismatch(path: call.name(), body: environment.name)
                }
                return try await self.environments.declare(environment, dryRun: call.flag("dryRun"), by: call.principal)
            },
            Routes.listPriceBooks.bind { _ in Page(items: try await self.priceBooks.list()) },
            Routes.getPriceBook.bind { call in try await self.priceBooks.get(call.name()) },
            Routes.putPriceBook.bind { call, book in
                guard book.name == call.name() else {
                    throw FleetError.nameMismatch(path: call.name(), body: book.name)
                }
                return try await self.priceBooks.declare(book, dryRun: call.flag("dryRun"), by: call.principal)
            },
            Routes.issueJoinToken.bind { call, request in
                try await self.workers.issueJoinToken(environment: call.name(), validFor: request.validFor)
            },
            Routes.registerWorker.bind { call, registration in
                try await self.workers.register(registration, joinToken: call.bearer ?? "")
            },
            Routes.listWorkers.bind { call in try await self.workers.page(try call.page()) },
            Routes.renewWorker.bind { call, registration in
                try await self.workers.renew(try call.ownWorker(), as: registration)
            },
            Routes.drainWorker.bind { call in try await self.workers.drain(try call.ownWorker()) },
        ]
    }
}

extension IncomingCall {
    /// The worker in the path, when the token is that worker's.
    ///
    /// - Throws: `forbidden` for another worker's.
    package func ownWorker() throws -> ID<Worker> {
        let id = try self.id(of: Worker.self)
        guard self.principal.role == .worker, self.principal.name == id.description else {
            throw FleetError.notYours(worker: id.description)
        }
        return id
    }
}
