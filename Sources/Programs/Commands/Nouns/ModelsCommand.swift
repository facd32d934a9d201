import ArgumentParser
import Client
import Contract
import Kernel

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Show registered models, and move their aliases.",
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, ModelsVersionsCommand.self, ModelsAliasCommand.self,
            ModelsUnaliasCommand.self,
        ])
}

struct ModelsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List registered models, by name.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let models = try await self.global.client().all(Routes.listModels)
        try self.global.show(models, ifEmpty: "No models. A 'register' node of a pipeline makes them.") { models in
            var table = Table(.init("model"), .init("versions", .right), .init("aliases"), .init("created"))
            for model in models {
                let aliases = model.aliases.sorted { $0.key < $1.key }.map { "\($0.key) → \($0.value)" }
                table.add([
                    model.name, String(model.versions), aliases.joined(separator: ", "), Words.time(model.createdAt),
                ])
            }
            return table
        }
    }
}

struct ModelsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a model: what it is, its aliases and its tags.")

    @Argument(help: ArgumentHelp("The model.", valueName: "name"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let model = try await self.global.client().call(Routes.getModel, path: ["name": self.name])
        try self.global.show(model) { Self.facts(of: model).text($0) }
    }

    private static func facts(of model: Model) -> Facts {
        var facts = Facts()
        facts.add("model", model.name)
        facts.add("description", model.description.flatMap { $0.isEmpty ? nil : $0 })
        facts.add("latest version", String(model.versions))
        for (alias, version) in model.aliases.sorted(by: { $0.key < $1.key }) {
            facts.add("alias \(alias)", "version \(version)")
        }
        for (key, value) in model.tags.sorted(by: { $0.key < $1.key }) { facts.add("tag \(key)", value) }
        facts.add("created", Words.time(model.createdAt))
        facts.add("updated", Words.time(model.updatedAt))
        return facts
    }
}

struct ModelsVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "Show the versions of a model, newest first.")

    @Argument(help: ArgumentHelp("The model.", valueName: "name"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let versions = try await self.global.client().all(Routes.listModelVersions, path: ["name": self.name])
        try self.global.show(versions, ifEmpty: "The model '\(self.name)' has no version yet.") { versions in
            var table = Table(
                .init("version", .right), .init("aliases"), .init("stage"), .init("variant"), .init("metric"),
                .init("training cost", .decimal), .init("residency"), .init("run"), .init("source"), .init("created"))
            for version in versions {
                table.add([
                    String(version.version), version.aliases.joined(separator: ", "),
                    version.stage == .none ? nil : version.stage.rawValue, version.variant,
                    version.metric.map(Self.words), version.trainingCost?.description, version.residency.description,
                    version.run?.description ?? version.runName, version.tree == nil ? version.source : nil,
                    Words.time(version.createdAt),
                ])
            }
            return table
        }
    }

    /// `accuracy 0.981 [0.972, 0.989]`.
    private static func words(_ metric: MetricSummary) -> String {
        var text = "\(metric.name) \(Self.rounded(metric.value))"
        if let low = metric.low, let high = metric.high { text += " [\(Self.rounded(low)), \(Self.rounded(high))]" }
        return text
    }

    /// With four decimals at most.
    private static func rounded(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
}

struct ModelsAliasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "alias", abstract: "Move an alias to a version.")

    @Argument(help: ArgumentHelp("The model.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The alias, such as champion.", valueName: "alias"))
    var alias: String

    @Argument(help: ArgumentHelp("The version.", valueName: "version"))
    var version: Int

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let model = try await self.global.client().call(
            Routes.setModelAlias, path: ["name": self.name, "alias": self.alias],
            body: AliasAssignment(version: self.version))
        try self.global.show(model) { _ in "\(model.name): \(self.alias) is version \(self.version).\n" }
    }
}

struct ModelsUnaliasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unalias", abstract: "Remove an alias; the version that it named stays.")

    @Argument(help: ArgumentHelp("The model.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The alias, such as champion.", valueName: "alias"))
    var alias: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let model = try await self.global.client().call(
            Routes.deleteModelAlias, path: ["name": self.name, "alias": self.alias])
        try self.global.show(model) { _ in "\(model.name): there is no alias \(self.alias) any more.\n" }
    }
}
