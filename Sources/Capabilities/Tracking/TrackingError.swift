package import Contract
package import Kernel

/// Why something tracked is refused. What MLflow's server refuses as well is said in its words, which people know and
/// clients' tests look for.
package enum TrackingError: Fault, Equatable {
    /// A value that breaks one of `TrackingRules`; the sentence says which.
    case invalidValue(String)
    case invalidExperimentID(String)
    case noExperiment(String)
    case noExperimentNamed(String)
    case experimentExists(name: String)
    case experimentNotActive(Int64)
    case renamedWhileDeleted
    /// The id as the caller sent it.
    case runNotFound(String)
    case runNotActive(ID<Run>)
    case twoRunNames(argument: String, tag: String)
    case parameterChanged(ParameterChange, run: ID<Run>)
    case parametersChanged([ParameterChange], run: ID<Run>)
    case noRunTag(key: String, run: ID<Run>)
    case noExperimentTag(key: String, experiment: Int64)

    package var kind: FaultKind {
        switch self {
        case .noExperiment, .noExperimentNamed, .runNotFound, .noRunTag, .noExperimentTag: .notFound
        case .experimentExists, .renamedWhileDeleted: .conflict
        default: .invalid
        }
    }
}

/// A parameter that has a value and was given another.
package struct ParameterChange: Sendable, Equatable {
    package var key: String
    package var old: String
    package var new: String

    package init(key: String, old: String, new: String) {
        self.key = key
        self.old = old
        self.new = new
    }
}
