import Tracking

extension Wiring {
    var loggedModels: LoggedModels {
        LoggedModels(database: self.database, journal: self.journal, time: self.time)
    }

    var traces: Traces { Traces(database: self.database, journal: self.journal, time: self.time) }
}
