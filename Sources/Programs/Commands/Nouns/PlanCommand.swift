import ArgumentParser
import Client
import Contract
import Kernel

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show where each task would run, for how much, and why not elsewhere.",
        discussion: """
            Over the environments that are connected, or with --whole-catalog over everything that the clouds sell. What is \
            given here goes before what the file says. Exits with 6 when the plan cannot hold what is asked of it.

            With --what-if nothing is planned: the runs of the past are replayed over other offers, and the difference in cost \
            is shown by project, with the month in which a purchase pays for itself.
            """)

    @Argument(
        help: ArgumentHelp(
            "The pipeline or the step; may be left out when there is only one pipeline.", valueName: "pipeline|step"))
    var target: String?

    @Flag(help: "Over everything the catalog sells, not only over the connected environments.")
    var wholeCatalog = false

    @Option(help: "What to make as small as can be: cost, time, carbon or balanced.")
    var objective: Objective?

    @Option(help: ArgumentHelp("The whole must end within this, such as 4h.", valueName: "duration"))
    var deadline: TimeSpan?

    @Option(help: ArgumentHelp("The whole must not cost more than this, in dollars.", valueName: "dollars"))
    var budget: Dollars?

    @Option(
        help: ArgumentHelp(
            "Replay the recorded runs over the offers of this file; '-' is standard input.", valueName: "path"))
    var whatIf: String?

    @OptionGroup var file: FileOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard self.whatIf != nil else { return }
        let others = [
            (self.target != nil, self.target.map { "'\($0)'" } ?? ""), (self.wholeCatalog, "--whole-catalog"),
            (self.objective != nil, "--objective"), (self.deadline != nil, "--deadline"),
            (self.budget != nil, "--budget"), (self.file.file != FileOptions.usual, "--file"),
        ]
        guard let other = others.first(where: \.0)?.1 else { return }
        throw ValidationError(
            "--what-if replays runs of the past, for which \(other) says nothing. Leave one of the two out.")
    }

    func run() async throws {
        if let whatIf { return try await self.replay(whatIf) }
        let spec = try self.file.project()
        let request = PlanRequest(
            spec: spec, target: try spec.planTarget(self.target), wholeCatalog: self.wholeCatalog ? true : nil,
            goal: PlacementGoal(objective: self.objective, deadline: self.deadline, budget: self.budget?.money))
        let plan = try await self.global.client().call(Routes.plan, body: request, isIdempotent: true)
        try self.global.show(plan) { PlanText(plan, $0).text() }
        if plan.refusal != nil { throw ExitCode(FaultKind.exhausted.exitCode) }
    }

    private func replay(_ path: String) async throws {
        let file = WhatIfFile(text: try LocalFile.read(FileOptions.absolute(path)))
        guard file.issues.isEmpty else {
            for issue in file.issues { self.global.note(FileOptions.line(issue, in: path)) }
            throw ExitCode(FaultKind.invalid.exitCode)
        }
        let report = try await self.global.client().call(Routes.whatIf, body: file.question, isIdempotent: true)
        try self.global.show(report) { WhatIfText(report, $0).text() }
    }
}

extension Objective: ExpressibleByArgument {}

extension TimeSpan: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension Dollars: ExpressibleByArgument {
    package init?(argument: String) {
        guard let money = Money(decimal: argument.hasPrefix("$") ? argument.dropFirst() : argument[...]) else {
            return nil
        }
        self.init(money)
    }
}

extension ProjectSpec {
    /// The pipeline or the step somebody named, or the only pipeline.
    ///
    /// - Throws: `notFound` with the nearest name; `invalid` when there is a choice.
    func planTarget(_ given: String?) throws(PlainFault) -> String {
        if let given, self.steps[given] != nil { return given }
        return try self.pipelineName(given)
    }

    /// The pipeline somebody named, or the only one.
    ///
    /// - Throws: `notFound` with the nearest name; `invalid` when there is a choice.
    func pipelineName(_ given: String?) throws(PlainFault) -> String {
        let known = (self.pipelines ?? [:]).keys.sorted()
        guard let given else {
            if known.count == 1, let only = known.first { return only }
            throw PlainFault(
                .invalid,
                known.isEmpty
                    ? "The file has no pipelines. Add 'pipelines:', or run a step with 'martlet run STEP'."
                    : "The file has several pipelines. Name one: \(known.joined(separator: ", ")).")
        }
        if known.contains(given) { return given }
        let hint =
            NearestName.of(given, among: known).map { "Did you mean '\($0)'?" }
            ?? "There are: \(known.joined(separator: ", "))."
        throw PlainFault(.notFound, "There is no pipeline '\(given)'. \(hint)")
    }
}
