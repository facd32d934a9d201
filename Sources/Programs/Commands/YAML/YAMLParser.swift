import CYAML

/// YAML by libyaml's events, into positioned nodes.
///
/// It knows YAML and nothing of what the file is about. What it refuses beyond libyaml: keys that are no scalars, the same key
/// twice, and documents so large or so deep that no person wrote them. It stops at the first error, since what follows a
/// syntax error means nothing.
struct YAMLParser: ~Copyable {
    /// A file of declarations has some kilobytes.
    static let maximumBytes = 4 << 20
    /// With aliases resolved: a few nested aliases can stand for billions of nodes.
    static let maximumNodes = 200_000
    static let maximumDepth = 100

    private var parser = yaml_parser_t()
    private var event = yaml_event_t()
    private var anchors: [String: (node: YAMLNode, count: Int)] = [:]
    private var count = 0

    /// The documents of `text`, empty ones left out.
    ///
    /// - Throws: `YAMLSyntaxError` at the first thing that is not YAML.
    static func documents(_ text: String) throws(YAMLSyntaxError) -> [YAMLNode] {
        guard text.utf8.count <= Self.maximumBytes else {
            throw YAMLSyntaxError(.start, "The file is larger than 4 MiB. Split it.")
        }
        var parser = YAMLParser()
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<[YAMLNode], YAMLSyntaxError> in
            do throws(YAMLSyntaxError) { return .success(try parser.run(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private init() {
        yaml_parser_initialize(&self.parser)
    }

    deinit {
        var parser = self.parser
        yaml_parser_delete(&parser)
    }

    private mutating func run(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLSyntaxError) -> [YAMLNode] {
        yaml_parser_set_encoding(&self.parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&self.parser, bytes.baseAddress, bytes.count)
        var documents: [YAMLNode] = []
        while true {
            let event = try self.next()
            switch event.kind {
            case YAML_STREAM_END_EVENT: return documents
            case YAML_DOCUMENT_START_EVENT: self.anchors.removeAll()
            case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: break
            default:
                let node = try self.node(event, depth: 0)
                if !node.isNull { documents.append(node) }
            }
        }
    }

    // MARK: Nodes

    private mutating func node(_ event: Event, depth: Int) throws(YAMLSyntaxError) -> YAMLNode {
        guard depth <= Self.maximumDepth else { throw YAMLSyntaxError(event.position, "This is nested too deep.") }
        let before = self.count
        try self.add(1, at: event.position)
        let content: YAMLNode.Content
        switch event.kind {
        case YAML_ALIAS_EVENT:
            guard let target = self.anchors[event.anchor ?? ""] else {
                throw YAMLSyntaxError(event.position, "There is no anchor '&\(event.anchor ?? "")' before this.")
            }
            try self.add(target.count, at: event.position)
            return target.node
        case YAML_SCALAR_EVENT: content = .scalar(event.text, isPlain: event.isPlain)
        case YAML_SEQUENCE_START_EVENT: content = .sequence(try self.sequence(depth: depth))
        default: content = .mapping(try self.mapping(depth: depth))
        }
        let node = YAMLNode(content: content, position: event.position)
        if let anchor = event.anchor { self.anchors[anchor] = (node, self.count - before) }
        return node
    }

    private mutating func sequence(depth: Int) throws(YAMLSyntaxError) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try self.next()
            if event.kind == YAML_SEQUENCE_END_EVENT { return items }
            items.append(try self.node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(depth: Int) throws(YAMLSyntaxError) -> [YAMLPair] {
        var pairs: [YAMLPair] = []
        var seen: [String: YAMLPosition] = [:]
        while true {
            let event = try self.next()
            if event.kind == YAML_MAPPING_END_EVENT { return pairs }
            guard event.kind == YAML_SCALAR_EVENT else {
                throw YAMLSyntaxError(event.position, "A key is a plain text. Put a list or a map behind the colon.")
            }
            if let first = seen[event.text] {
                throw YAMLSyntaxError(
                    event.position,
                    "The key '\(event.text)' stands in line \(first.line) already. Remove one of the two.")
            }
            seen[event.text] = event.position
            let value = try self.node(try self.next(), depth: depth + 1)
            pairs.append(YAMLPair(key: event.text, position: event.position, value: value))
        }
    }

    private mutating func add(_ nodes: Int, at position: YAMLPosition) throws(YAMLSyntaxError) {
        self.count += nodes
        if self.count > Self.maximumNodes { throw YAMLSyntaxError(position, "The file has too many values. Split it.") }
    }

    // MARK: Events

    private struct Event {
        var kind: yaml_event_type_t
        var position: YAMLPosition
        var text = ""
        var isPlain = false
        var anchor: String?
    }

    private mutating func next() throws(YAMLSyntaxError) -> Event {
        guard yaml_parser_parse(&self.parser, &self.event) == 1 else { throw self.error() }
        defer { yaml_event_delete(&self.event) }
        var event = Event(kind: self.event.type, position: Self.position(self.event.start_mark))
        switch self.event.type {
        case YAML_SCALAR_EVENT:
            let scalar = self.event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            event.text = String(decoding: bytes, as: UTF8.self)
            event.isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            event.anchor = Self.string(scalar.anchor)
        case YAML_ALIAS_EVENT: event.anchor = Self.string(self.event.data.alias.anchor)
        case YAML_SEQUENCE_START_EVENT: event.anchor = Self.string(self.event.data.sequence_start.anchor)
        case YAML_MAPPING_START_EVENT: event.anchor = Self.string(self.event.data.mapping_start.anchor)
        default: break
        }
        return event
    }

    private func error() -> YAMLSyntaxError {
        let problem = self.parser.problem.map { String(cString: $0) } ?? "it cannot be read"
        if self.parser.error == YAML_READER_ERROR {
            return YAMLSyntaxError(.start, "This is not text in UTF-8: \(problem).")
        }
        return YAMLSyntaxError(Self.position(self.parser.problem_mark), "This is not YAML: \(problem).")
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLPosition {
        YAMLPosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: UnsafePointer<UInt8>($0)) }
    }
}

/// Where and why a file is not YAML.
struct YAMLSyntaxError: Error, Hashable {
    let issue: YAMLIssue

    init(_ position: YAMLPosition, _ message: String) {
        self.issue = YAMLIssue(position: position, message: message)
    }
}
