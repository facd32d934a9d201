import Contract
import Kernel

extension TrackingError {
    package var message: String {
        switch self {
        case .invalidValue(let sentence): sentence
        case .invalidExperimentID(let text):
            "Invalid experiment ID '\(text)'. Experiment ID must be a valid integer."
        case .noExperiment(let id): "No Experiment with id=\(id) exists"
        case .noExperimentNamed(let name): "Could not find experiment with name '\(name)'"
        case .experimentExists(let name): "Experiment(name=\(name)) already exists. Choose another name."
        case .experimentNotActive(let id):
            "The experiment \(id) must be in the 'active' state. Current state is deleted."
        case .renamedWhileDeleted: "Cannot rename a non-active experiment."
        case .runNotFound(let id): "Run with id=\(id) not found"
        default: self.messageOfRun
        }
    }

    /// What is wrong with a change to a run that is there.
    private var messageOfRun: String {
        switch self {
        case .runNotActive(let run):
            "The run \(run.hexadecimal) must be in the 'active' state. Current state is deleted."
        case .twoRunNames(let argument, let tag):
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                + "(run_name='\(argument)', mlflow.runName='\(tag)')."
        case .parameterChanged(let change, let run):
            "Changing param values is not allowed. Param with key='\(change.key)' was already logged with "
                + "value='\(change.old)' for run ID='\(run.hexadecimal)'. Attempted logging new value '\(change.new)'."
        case .parametersChanged(let changes, let run):
            "Changing param values is not allowed. Params were already logged='\(Self.list(changes))' "
                + "for run ID='\(run.hexadecimal)'."
        case .noRunTag(let key, let run): "No tag with name: \(key) in run with id \(run.hexadecimal)"
        case .noExperimentTag(let key, let experiment):
            "No tag with name: \(key) in experiment with id \(experiment)"
        default: ""
        }
    }

    /// As Python writes a list of dictionaries, which is what clients parse out of the sentence.
    private static func list(_ changes: [ParameterChange]) -> String {
        let entries = changes.map { change in
            "{'key': \(PythonText.quoted(change.key)), 'old_value': \(PythonText.quoted(change.old)), "
                + "'new_value': \(PythonText.quoted(change.new))}"
        }
        return "[\(entries.joined(separator: ", "))]"
    }
}
