import MLflow
import Tracking

extension Wiring {
    var loggedModels: LoggedModels {
        LoggedModels(database: self.database, journal: self.journal, time: self.time)
    }

    var traces: Traces { Traces(database: self.database, journal: self.journal, time: self.time) }

    /// What MLflow's version 3 added: logged models, traces and what is said of them, evaluation datasets, scorers.
    var mlflowModelsAndTraces: [MLflowRoute] {
        let traces = self.traces
        let datasets = EvaluationDatasets(database: self.database, journal: self.journal, time: self.time)
        let scorers = Scorers(database: self.database, journal: self.journal, time: self.time)
        return MLflowLoggedModels(models: self.loggedModels).routes + MLflowTraces(traces: traces).routes
            + MLflowAssessments(traces: traces).routes + MLflowOTLP(traces: traces).routes
            + MLflowEvaluationDatasets(datasets: datasets).routes + MLflowScorers(scorers: scorers).routes
            + MLflowUnanswered.routes
    }
}
