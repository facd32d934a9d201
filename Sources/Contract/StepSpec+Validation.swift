package import Kernel

extension StepSpec {
    /// Further attempts than this only hide what is wrong.
    static let maximumRetries = 100
    /// More than the largest machine that can be rented has.
    static let maximumCPUs = 4096.0
    static let providers = ["aws", "azure", "gcp", "local", "onprem"]

    /// - Throws: `invalid`, with everything that is wrong with a step that belongs to no file.
    package func check() throws(PlainFault) {
        if let fault = self.validate(path: ["step"]).fault { throw fault }
    }

    /// Everything that is wrong with the step at `path`.
    func validate(path: [String]) -> [SpecIssue] {
        var issues = IssueCollector(path: path)
        self.checkCommand(&issues)
        self.checkNames(self.inputs?.names ?? [], "inputs", "input", &issues)
        self.checkNames(self.outputs?.names ?? [], "outputs", "output", &issues)
        self.checkOutputs(&issues)
        self.checkResources(&issues)
        self.checkVariables(&issues)
        self.checkRetry(&issues)
        self.checkPlacement(&issues)
        if let image, image.isEmpty || image.contains(where: \.isWhitespace) || image.hasPrefix("-") {
            issues.add("'\(image)' is not the name of an image. Write one such as python:3.12-slim.", at: "image")
        }
        if let duration = self.estimate?.duration, duration <= .zero {
            issues.add("A duration is longer than 0. Remove it to learn it from runs.", at: "estimate", "duration")
        }
        if let timeout, timeout <= .zero {
            issues.add("A timeout is longer than 0. Remove it for none.", at: "timeout")
        }
        if let declassify, declassify.reason.allSatisfy(\.isWhitespace) {
            issues.add("Say for the auditor why the outputs may be released.", at: "declassify", "reason")
        }
        return issues.issues
    }

    private func checkCommand(_ issues: inout IssueCollector) {
        let texts: [String]
        switch self.command {
        case .shell(let text): texts = [text]
        case .arguments(let arguments): texts = arguments
        }
        if texts.first?.allSatisfy(\.isWhitespace) ?? true {
            issues.add("The command is empty. Write what is to be executed.", at: "command")
        }
        if texts.contains(where: { $0.utf8.contains(0) }) {
            issues.add("A command cannot hold the character NUL. Remove it.", at: "command")
        }
        let known = self.parameters ?? [:]
        for name in Set(texts.flatMap(Self.placeholders)).sorted() where known[name] == nil {
            issues.unknown("parameter", name, among: Array(known.keys), at: "command")
        }
    }

    /// The names in `{parameters.x}`.
    static func placeholders(in text: String) -> [String] {
        text.split(separator: "{parameters.", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            guard let end = part.firstIndex(of: "}") else { return nil }
            return String(part[..<end])
        }
    }

    private func checkNames(_ names: [String], _ key: String, _ noun: String, _ issues: inout IssueCollector) {
        for name in names where name.contains("/") || (try? Tree.check(path: name)) == nil {
            issues.add(
                "'\(name)' cannot be the name of an \(noun). Write a plain name without '/' and '..'.", at: key, name)
        }
    }

    private func checkOutputs(_ issues: inout IssueCollector) {
        guard let outputs = self.outputs else { return }
        var names: [String: String] = [:]
        for name in outputs.names {
            let path = outputs.path(of: name)
            if path != name, (try? Tree.check(path: path)) == nil {
                issues.add(
                    "'\(outputs.byName[name]?.path ?? "")' is no path under $MARTLET_OUTPUTS. Write one without '..'.",
                    at: "outputs", name, "path")
            } else if let other = names.updateValue(name, forKey: path) {
                issues.add(
                    "'\(path)' is the output '\(other)' too. Give each a path of its own.", at: "outputs", name, "path")
            }
            if let size = outputs.byName[name]?.size, size <= .zero {
                issues.add(
                    "An output is larger than 0 bytes. Remove 'size' to learn it from runs.", at: "outputs", name,
                    "size")
            }
        }
    }

    private func checkResources(_ issues: inout IssueCollector) {
        guard let resources = self.resources else { return }
        if let cpus = resources.cpus, !(cpus > 0 && cpus <= Self.maximumCPUs) {
            issues.add(
                "\(cpus.plain) CPUs cannot be had. Ask for more than 0, such as 1 or 0.5.", at: "resources", "cpus")
        }
        if let most = resources.maximumCpus, !(most >= resources.cpus ?? 0 && most > 0) {
            issues.add(
                "At most \(most.plain) CPUs is less than the least asked for. Write a range such as 4..16.",
                at: "resources", "cpus")
        }
        if let memory = resources.memory, memory <= .zero {
            issues.add(
                "A step needs more than 0 bytes of memory. Ask for a size such as 512MiB.", at: "resources", "memory")
        }
        if let most = resources.maximumMemory, most < resources.memory ?? ByteCount(1) {
            issues.add(
                "At most \(most) of memory is less than the least asked for. Write a range such as 16GiB..64GiB.",
                at: "resources", "memory")
        }
        if let gpu = resources.gpu {
            do { _ = try AcceleratorDemand(gpu) } catch { issues.add(error.message, at: "resources", "gpu") }
        }
    }

    private func checkVariables(_ issues: inout IssueCollector) {
        for (name, value) in (self.environmentVariables ?? [:]).sorted(by: { $0.key < $1.key }) {
            let isName =
                !name.isEmpty && name.first?.isNumber == false
                && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            if !isName {
                issues.add(
                    "'\(name)' cannot be the name of a variable. Use letters, digits and '_'.",
                    at: "environmentVariables", name)
            } else if name.hasPrefix("MARTLET_") {
                issues.add(
                    "Names that begin with MARTLET_ are set by Martlet. Choose another.", at: "environmentVariables",
                    name)
            } else if value.utf8.contains(0) {
                issues.add("A variable cannot hold the character NUL. Remove it.", at: "environmentVariables", name)
            }
        }
    }

    private func checkRetry(_ issues: inout IssueCollector) {
        guard let retry = self.retry else { return }
        if let limit = retry.limit, !(0...Self.maximumRetries).contains(limit) {
            issues.add(
                "\(limit) is not a limit. Write a number from 0 to \(Self.maximumRetries).", at: "retry", "limit")
        }
        for (index, code) in (retry.exitCodes ?? []).enumerated() where !(1...255).contains(code) {
            issues.add(
                "\(code) is no exit code of a failure. Write numbers from 1 to 255.", at: "retry", "exitCodes",
                String(index))
        }
    }

    private func checkPlacement(_ issues: inout IssueCollector) {
        guard let placement = self.placement else { return }
        let lists = [
            ("environments", placement.environments), ("providers", placement.providers),
            ("regions", placement.regions),
        ]
        for (key, list) in lists where list?.isEmpty ?? false {
            issues.add("An empty list allows no place at all. Name some, or remove the key.", at: "placement", key)
        }
        issues.add(
            contentsOf: GoalCheck.issues(placement.deadline, placement.budget, path: issues.path + ["placement"]))
        for (index, name) in (placement.providers ?? []).enumerated() where !Self.providers.contains(name) {
            issues.unknown("provider", name, among: Self.providers, at: "placement", "providers", String(index))
        }
    }
}

extension Double {
    /// `0` rather than `0.0`.
    fileprivate var plain: String { Int64(exactly: self).map(String.init) ?? String(self) }
}
