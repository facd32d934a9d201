import Contract
import Kernel

/// One document of a file for `martlet apply`.
enum Declaration: Sendable, Hashable {
    case store(Store)
    case priceBook(PriceBook)
    case environment(Environment)
    case endpoint(Endpoint)

    /// What is declared first: environments need their stores and their prices, endpoints their environments.
    var rank: Int {
        switch self {
        case .store: 0
        case .priceBook: 1
        case .environment: 2
        case .endpoint: 3
        }
    }
}

/// The documents of a file for `martlet apply`, and everything that is wrong with them.
struct DeclarationFile {
    static let kinds = ["Store", "PriceBook", "Environment", "Endpoint"]

    /// In the order in which they are to be declared.
    let declarations: [Declaration]
    /// By position.
    let issues: [YAMLIssue]

    init(text: String) {
        var reader = YAMLReader()
        var found: [Declaration] = []
        do throws(YAMLSyntaxError) {
            let documents = try YAMLParser.documents(text)
            if documents.isEmpty { reader.note("The file is empty. Begin with 'kind: Store'.", at: .start) }
            found = documents.compactMap { reader.declaration($0) }
        } catch { reader.note(error.issue.message, at: error.issue.position) }
        self.issues = reader.issues.sorted { ($0.position, $0.message) < ($1.position, $1.message) }
        self.declarations = found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element)
    }
}

extension YAMLReader {
    fileprivate mutating func declaration(_ node: YAMLNode) -> Declaration? {
        guard let kind = node["kind"] else {
            self.note(
                "The document does not say what it declares. Add 'kind: Store', 'PriceBook', 'Environment' or 'Endpoint'.",
                at: node.position)
            return nil
        }
        switch kind.value.text {
        case "Store": return self.store(node).map(Declaration.store)
        case "PriceBook": return self.priceBook(node).map(Declaration.priceBook)
        case "Environment": return self.environment(node).map(Declaration.environment)
        case "Endpoint": return self.endpoint(node).map(Declaration.endpoint)
        default:
            let near = NearestName.of(kind.value.text ?? "", among: DeclarationFile.kinds).map {
                "Did you mean '\($0)'?"
            }
            self.note(
                "There is no kind \(kind.value.typeName). \(near ?? "Write Store, PriceBook, Environment or Endpoint.")",
                at: kind.value.position)
            return nil
        }
    }

    private mutating func store(_ node: YAMLNode) -> Store? {
        let fields = self.fields(
            node, of: "A store", keys: ["kind", "name", "type", "path", "endpoint", "provider", "region", "zones"])
        self.require(["name", "type"], in: fields, of: "A store", at: node)
        let path = self.text(fields["path"], "The path")
        let endpoint = self.text(fields["endpoint"], "'endpoint'")
        let provider = self.text(fields["provider"], "'provider'")
        let region = self.text(fields["region"], "'region'")
        let zones = self.texts(fields["zones"], "'zones'")
        guard let name = self.text(fields["name"], "The name"), let type = self.text(fields["type"], "The type") else {
            return nil
        }
        return Store(
            name: name, type: type, path: path, endpoint: endpoint, provider: provider, region: region,
            zones: zones ?? [])
    }

    static let environmentKeys = [
        "kind", "name", "provider", "region", "zones", "machine", "amortisation", "slots", "serving-slots", "store",
        "heartbeat", "term",
    ]

    private mutating func environment(_ node: YAMLNode) -> Environment? {
        let fields = self.fields(node, of: "An environment", keys: Self.environmentKeys)
        self.require(["name", "provider", "region", "store"], in: fields, of: "An environment", at: node)
        let name = self.text(fields["name"], "The name")
        let provider = self.text(fields["provider"], "'provider'")
        let region = self.text(fields["region"], "'region'")
        let store = self.text(fields["store"], "'store'")
        if fields["machine"] != nil, let amortisation = fields["amortisation"] {
            self.note(
                "An environment has a 'machine' or an 'amortisation', not both. Remove one.", at: amortisation.position)
        }
        let environment = Environment(
            name: name ?? "", provider: provider ?? "", region: region ?? "",
            zones: self.texts(fields["zones"], "'zones'") ?? [], machine: self.text(fields["machine"], "'machine'"),
            amortisation: fields["amortisation"].flatMap { self.amortisation($0) },
            slots: self.integer(fields["slots"], "'slots'"),
            servingSlots: self.integer(fields["serving-slots"], "'serving-slots'"), store: store ?? "",
            heartbeat: self.span(fields["heartbeat"], "'heartbeat'"), term: self.span(fields["term"], "'term'"))
        return name == nil || provider == nil || region == nil || store == nil ? nil : environment
    }

    mutating func amortisation(_ node: YAMLNode) -> Amortisation? {
        let keys = ["hardware", "depreciation", "utilisation", "watts", "electricity-per-kilowatt-hour"]
        let fields = self.fields(node, of: "'amortisation'", keys: keys)
        self.require(keys, in: fields, of: "'amortisation'", at: node)
        let hardware = self.money(fields["hardware"], "'hardware'")
        let depreciation = self.span(fields["depreciation"], "'depreciation'")
        let utilisation = self.number(fields["utilisation"], "'utilisation'")
        let watts = self.number(fields["watts"], "'watts'")
        let electricity = self.money(fields["electricity-per-kilowatt-hour"], "'electricity-per-kilowatt-hour'")
        guard let hardware, let depreciation, let utilisation, let watts, let electricity else { return nil }
        return Amortisation(
            hardware: hardware, depreciation: depreciation, utilisation: utilisation, watts: watts,
            electricityPerKilowattHour: electricity)
    }

    private mutating func endpoint(_ node: YAMLNode) -> Endpoint? {
        let fields = self.fields(node, of: "An endpoint", keys: ["kind", "name", "project", "revisions"])
        self.require(["name", "project", "revisions"], in: fields, of: "An endpoint", at: node)
        let revisions = self.list(fields["revisions"], "'revisions'") { $0.revision($1) }
        guard let name = self.text(fields["name"], "The name"),
            let project = self.text(fields["project"], "The project"),
            let revisions
        else { return nil }
        return Endpoint(name: name, project: project, revisions: revisions)
    }

    private mutating func revision(_ node: YAMLNode) -> Revision? {
        let keys = ["name", "model", "version", "step", "source", "traffic", "replicas"]
        let fields = self.fields(node, of: "A revision", keys: keys)
        self.require(["model", "version", "step", "traffic"], in: fields, of: "A revision", at: node)
        let step = fields["step"].map { self.step($0, named: "of the revision") }
        let source = self.source(fields["source"])
        let traffic = self.integer(fields["traffic"], "'traffic'")
        let replicas = self.integer(fields["replicas"], "'replicas'") ?? 1
        let name = self.text(fields["name"], "The name")
        guard let model = self.text(fields["model"], "'model'"),
            let version = self.integer(fields["version"], "'version'"),
            let step, let traffic
        else { return nil }
        return Revision(
            name: name ?? "\(model)-v\(version)", model: model, version: version, step: step, source: source,
            traffic: traffic,
            replicas: replicas)
    }

    private mutating func source(_ node: YAMLNode?) -> ContentDigest? {
        guard let node, let text = self.text(node, "'source'") else { return nil }
        guard let digest = ContentDigest(text) else {
            self.note("'source' is the digest of a tree here, 64 hex digits.", at: node.position)
            return nil
        }
        return digest
    }
}
