package import Kernel

/// Why something is refused of evaluation datasets and scorers, in the words that MLflow's clients know.
package enum EvaluationError: Fault, Equatable {
    case noDataset(String)
    case noDatasetToTag(String)
    case noDatasetToLink(String)
    case noExperiment(String)
    case invalidRecord(String)
    case invalidPageToken(String)
    case invalidPageSize(Int64, maximum: Int)
    case emptyScorerName
    case invalidScorer
    case noScorer(String, version: Int64?, experiment: String)

    package var kind: FaultKind {
        switch self {
        case .noDataset, .noDatasetToTag, .noDatasetToLink, .noExperiment, .noScorer: .notFound
        default: .invalid
        }
    }

    package var message: String {
        switch self {
        case .noDataset(let id): "Evaluation dataset with id '\(id.prefix(100))' not found"
        case .noDatasetToTag(let id): "Could not find evaluation dataset with ID \(id.prefix(100))"
        case .noDatasetToLink(let id): "Dataset '\(id.prefix(100))' not found"
        case .noExperiment(let id): "No Experiment with id=\(id.prefix(100))"
        case .invalidRecord(let text):
            "A record is an object with 'inputs', 'outputs', 'expectations', 'tags' and 'source', not \(text.prefix(100))."
        case .invalidPageToken(let token):
            "Invalid page token '\(token.prefix(40))'. Pass on 'next_page_token' as it came."
        case .invalidPageSize(let size, let maximum):
            "Invalid value \(size) for parameter 'max_results' supplied. It must be at least 1 and at most \(maximum)."
        case .emptyScorerName: "Scorer name cannot be empty or contain only whitespace."
        case .invalidScorer: "serialized_scorer must be valid JSON"
        case .noScorer(let name, let version?, let experiment):
            "Scorer with name '\(name)' and version \(version) not found for experiment \(experiment)."
        case .noScorer(let name, nil, let experiment):
            "Scorer with name '\(name)' not found for experiment \(experiment)."
        }
    }
}
