package import Catalog
import Contract
package import Database
import Journal
package import Kernel

extension Environments {
    /// Gives every environment the price that the books make of its machine now.
    ///
    /// Of a machine that a cloud sells: the contracted price, less what commitments cover. An environment asks for as many
    /// machines as it has workers, one when it has none yet, so that what it would cost to use is known; the oldest
    /// environment asks first. When only some of its machines are covered each slot costs the mean, so that what all of them cost
    /// together is true. Machines of one's own, and those of the provider `local`, cost what they cost.
    ///
    /// - Returns: a journal line for each environment whose price changed.
    func reprice(at now: Timestamp, in transaction: Transaction) throws -> [JournalDraft] {
        let books = try PriceBookStore.all(in: transaction)
        let prices = ContractedPrices(books)
        var room = CommittedRoom(books, at: now)
        let workers = Dictionary(grouping: try WorkerStore.present(in: transaction), by: \.environment)
        var lines: [JournalDraft] = []
        for row in try EnvironmentStore.byAge(in: transaction) {
            let environment = row.environment
            // What the catalog sells no more keeps the price that it had.
            guard let list = try? self.catalog.slotPrice(of: environment),
                let hour = try? self.catalog.hourlyPrice(of: environment)
            else { continue }
            let count = max(1, workers[environment.name]?.count ?? 0)
            let paid = Self.paid(for: environment, hour, count, prices, &room)
            let price = min(list, paid.share(of: 1, in: Int64(count * environment.slotCount)))
            guard price != row.price || list != row.listPrice else { continue }
            if price != row.price { try WorkerStore.accrue(at: row.price, in: environment.name, transaction) }
            try EnvironmentStore.setPrice(price, listPrice: list, of: environment.name, in: transaction)
            lines.append(Self.line(environment.name, price, list))
        }
        return lines
    }

    /// The room that is left in commitments when every environment has taken what its machines take of it.
    package func committedRoom(at now: Timestamp, in reader: any Reading) throws -> CommittedRoom {
        let books = try PriceBookStore.all(in: reader)
        let prices = ContractedPrices(books)
        var room = CommittedRoom(books, at: now)
        let workers = Dictionary(grouping: try WorkerStore.present(in: reader), by: \.environment)
        for row in try EnvironmentStore.byAge(in: reader) {
            guard let hour = try? self.catalog.hourlyPrice(of: row.environment) else { continue }
            let count = max(1, workers[row.environment.name]?.count ?? 0)
            _ = Self.paid(for: row.environment, hour, count, prices, &room)
        }
        return room
    }

    /// What an hour of so many machines costs.
    private static func paid(
        for environment: Environment, _ list: Money, _ count: Int, _ prices: ContractedPrices,
        _ room: inout CommittedRoom
    ) -> Money {
        guard let type = environment.machine else { return list * Int64(count) }
        let machine = SoldMachine(provider: environment.provider, region: environment.region, type: type)
        return room.take(
            count, of: machine, list: list, contracted: prices.contracted(list: list, for: machine))
    }

    private static func line(_ name: String, _ price: Money, _ list: Money) -> JournalDraft {
        JournalDraft(
            kind: "environment.repriced", subject: name, project: nil, actor: Principal.controlPlane.name,
            body: [
                "pricePerSlotHour": .integer(price.nanodollars), "listPricePerSlotHour": .integer(list.nanodollars),
            ])
    }
}

extension Environment {
    /// Slots of both kinds of one worker; the catalog refuses an environment without any.
    fileprivate var slotCount: Int { max(1, (self.slots ?? 1) + (self.servingSlots ?? 1)) }
}
