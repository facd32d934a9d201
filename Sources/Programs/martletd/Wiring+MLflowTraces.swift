import MLflow
import Tracking

extension Wiring {
    var loggedModels: LoggedModels {
        LoggedModels(database: self.database, journal: self.journal, time: self.time)
    }

    private var traces: Traces { Traces(database: self.database, journal: self.journal, time: self.time) }

    /// What MLflow's version 3 added: logged models, traces and what is said of them.
    var mlflowModelsAndTraces: [MLflowRoute] {
        MLflowLoggedModels(models: self.loggedModels).routes + MLflowTraces(traces: self.traces).routes
            + MLflowAssessments(traces: self.traces).routes + MLflowOTLP(traces: self.traces).routes
    }
}
