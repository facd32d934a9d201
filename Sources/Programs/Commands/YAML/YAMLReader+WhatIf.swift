import Contract
import Kernel

/// The file for `martlet plan --what-if`: one question, and everything that is wrong with it by line and column.
struct WhatIfFile {
    /// Of no use while there are issues.
    let question: WhatIf
    /// By position.
    let issues: [YAMLIssue]

    init(text: String) {
        var reader = YAMLReader()
        var question = WhatIf()
        do throws(YAMLSyntaxError) {
            let documents = try YAMLParser.documents(text)
            if documents.count > 1 {
                reader.note("The file has more than one document. Keep one, without '---'.", at: documents[1].position)
            }
            if let root = documents.first {
                question = reader.whatIf(root)
            } else {
                reader.note("The file is empty. Begin with 'without:', 'only:' or 'add:'.", at: .start)
            }
        } catch { reader.note(error.issue.message, at: error.issue.position) }
        self.question = question
        self.issues = reader.issues.sorted { ($0.position, $0.message) < ($1.position, $1.message) }
    }
}

extension YAMLReader {
    fileprivate mutating func whatIf(_ root: YAMLNode) -> WhatIf {
        let fields = self.fields(
            root, of: "A what-if", keys: ["period", "from", "until", "project", "without", "only", "add"])
        if root.pairs != nil, ["without", "only", "add"].allSatisfy({ fields[$0] == nil }) {
            self.note("The file changes no offer. Add 'without:', 'only:' or 'add:'.", at: root.position)
        }
        if let period = fields["period"], fields["from"] != nil {
            self.note("'period' and 'from' both say when the period begins. Remove one.", at: period.position)
        }
        return WhatIf(
            period: self.span(fields["period"], "'period'"), from: self.moment(fields["from"], "'from'"),
            until: self.moment(fields["until"], "'until'"), project: self.text(fields["project"], "'project'"),
            without: fields["without"].map { self.filter($0, "'without'") },
            only: fields["only"].map { self.filter($0, "'only'") },
            add: self.list(fields["add"], "'add'") { $0.addition($1) })
    }

    private mutating func filter(_ node: YAMLNode, _ what: String) -> WhatIfFilter {
        let fields = self.fields(node, of: what, keys: ["providers", "regions", "environments"])
        if node.pairs != nil, fields.isEmpty {
            self.note("\(what) names nothing. Add 'providers', 'regions' or 'environments'.", at: node.position)
        }
        return WhatIfFilter(
            providers: self.texts(fields["providers"], "'providers'"),
            regions: self.texts(fields["regions"], "'regions'"),
            environments: self.texts(fields["environments"], "'environments'"))
    }

    private mutating func addition(_ node: YAMLNode) -> WhatIfAddition? {
        let fields = self.fields(node, of: "An entry of 'add'", keys: ["environment", "purchase", "count"])
        self.require(["environment"], in: fields, of: "An entry of 'add'", at: node)
        let environment = fields["environment"].flatMap { self.whatIfEnvironment($0) }
        let purchase = self.money(fields["purchase"], "'purchase'")
        let count = self.integer(fields["count"], "'count'")
        return environment.map { WhatIfAddition(environment: $0, purchase: purchase, count: count) }
    }

    private mutating func whatIfEnvironment(_ node: YAMLNode) -> WhatIfEnvironment? {
        let what = "An environment"
        let fields = self.fields(
            node, of: what,
            keys: [
                "name", "provider", "region", "zones", "machine", "amortisation", "price-per-hour", "slots",
                "serving-slots", "store", "cpus", "memory", "gpu", "container-engine",
            ])
        self.require(["name", "provider", "region"], in: fields, of: what, at: node)
        let prices = ["machine", "amortisation", "price-per-hour"].compactMap { fields[$0] }
        if node.pairs != nil, prices.isEmpty {
            self.note(
                "The environment has no price. Add 'amortisation', 'machine' or 'price-per-hour'.", at: node.position)
        }
        if prices.count > 1 {
            self.note(
                "The environment has several prices. Keep one of 'machine', 'amortisation' and 'price-per-hour'.",
                at: prices[1].position)
        }
        let name = self.text(fields["name"], "The name")
        let provider = self.text(fields["provider"], "'provider'")
        let region = self.text(fields["region"], "'region'")
        let environment = WhatIfEnvironment(
            name: name ?? "", provider: provider ?? "", region: region ?? "",
            zones: self.texts(fields["zones"], "'zones'") ?? [], machine: self.text(fields["machine"], "'machine'"),
            amortisation: fields["amortisation"].flatMap { self.amortisation($0) },
            pricePerHour: self.money(fields["price-per-hour"], "'price-per-hour'"),
            slots: self.integer(fields["slots"], "'slots'"),
            servingSlots: self.integer(fields["serving-slots"], "'serving-slots'"),
            store: self.text(fields["store"], "'store'"), cpus: self.number(fields["cpus"], "'cpus'"),
            memory: self.size(fields["memory"], "'memory'"), gpu: self.text(fields["gpu"], "'gpu'"),
            containerEngine: self.flag(fields["container-engine"], "'container-engine'"))
        return name == nil || provider == nil || region == nil ? nil : environment
    }
}
