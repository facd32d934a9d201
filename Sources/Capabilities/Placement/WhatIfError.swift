import Contract
package import Kernel

/// What is wrong with a question.
package enum WhatIfError: Fault, Equatable {
    case unknownName(noun: String, name: String, key: String, known: [String])
    case nameTaken(String)
    case addedTwice(String)
    case nothingLeft
    case emptyPeriod(from: Timestamp, until: Timestamp)
    case twoPeriods
    case future(from: Timestamp, now: Timestamp)
    case noRuns(project: String?, from: Timestamp, until: Timestamp)
    case badAddition(String, why: String)

    package var kind: FaultKind {
        if case .noRuns = self { .notFound } else { .invalid }
    }

    package var message: String {
        switch self {
        case .unknownName(let noun, let name, let key, let known):
            "'\(key)' names the \(noun) '\(name)', and no environment has it. \(Self.hint(name, known))"
        case .nameTaken(let name):
            "There is an environment '\(name)' already. Give the new one another name, or take the old one out with 'without'."
        case .addedTwice(let name): "'add' has two environments named '\(name)'. Give one another name."
        case .nothingLeft:
            "No environment is left to run in. Leave one out of 'without', widen 'only', or add one with 'add'."
        case .emptyPeriod(let from, let until):
            "The period from \(from) until \(until) is empty. Give an end after its start."
        case .twoPeriods: "'period' and 'from' both say when the period begins. Remove one."
        case .future(let from, let now):
            "The period begins at \(from), and it is \(now) now: nothing has been recorded. Give an earlier one."
        case .noRuns(let project, let from, let until):
            "No run\(project.map { " of the project '\($0)'" } ?? "") that was submitted between \(from) and \(until) has been "
                + "billed. Give a longer 'period'\(project == nil ? "" : " or another 'project'"), or run something first."
        case .badAddition(let name, let why): "The environment '\(name)' of 'add' cannot be: \(why)"
        }
    }

    private static func hint(_ name: String, _ known: [String]) -> String {
        if let near = NearestName.of(name, among: known) { return "Did you mean '\(near)'?" }
        return known.isEmpty
            ? "No environment is declared: declare one with `martlet apply`."
            : "There are: \(known.prefix(10).joined(separator: ", "))."
    }
}
