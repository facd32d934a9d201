import Contract
import Database
import Journal
import Kernel
import Logging

/// The routes of the server itself: health, numbers, its own description, and the journal.
struct SystemRoutes: Sendable {
    let database: Database
    let journal: Journal
    let probe: ReadinessProbe
    let events: EventStream
    let openAPI: [UInt8]
    /// Numbers of the server, made when they are asked for.
    let families: @Sendable () async -> [MetricFamily]

    var bound: [BoundRoute] {
        [
            Routes.healthz.bindRaw { _ in Self.text("alive\n") },
            Routes.readyz.bindRaw { [probe] _ in
                try await probe.check()
                return Self.text("ready\n")
            },
            Routes.metrics.bindRaw { [families] _ in
                let text = await families().map(\.text).joined()
                return Self.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
            },
            Routes.openAPI.bindRaw { [openAPI] _ in Answer(contentType: "application/json", body: .bytes(openAPI)) },
            Routes.events.bindRaw { [events] call in try events.answer(call) },
            Routes.journal.bind { [database, journal] call in
                let filter = JournalFilter(kindPrefix: call.query["kind"], subject: call.query["subject"])
                let page = try call.page()
                return try await database.read { reader in try journal.page(filter, page, in: reader) }
            },
        ]
    }

    private static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Answer {
        Answer(contentType: type, body: .bytes(Array(text.utf8)))
    }
}
