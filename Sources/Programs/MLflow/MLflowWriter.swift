package import Contract

/// Writes JSON as MLflow's server does: fields in the order of the proto, 64-bit integers as numbers, unset fields and
/// empty lists left out, two spaces of indentation.
///
/// It writes bytes as it goes and keeps nothing but the depth.
package struct MLflowWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private let isIndented: Bool
    private var depth = 0
    /// Whether something stands before the next element of the object or array that is open.
    private var isFirst = true

    package init(isIndented: Bool = true) { self.isIndented = isIndented }

    /// An answer with one object.
    package static func answer(isIndented: Bool = true, _ write: (inout MLflowWriter) throws -> Void) rethrows -> Answer
    {
        var writer = MLflowWriter(isIndented: isIndented)
        try writer.object(write)
        return Answer(contentType: "application/json", body: .bytes(writer.bytes))
    }

    /// The answer of a request that has nothing to say.
    package static let empty = Answer(contentType: "application/json", body: .bytes(Array("{}".utf8)))

    /// An object as the document, or as an element of a list.
    package mutating func object(_ write: (inout MLflowWriter) throws -> Void) rethrows {
        try self.nest(UInt8(ascii: "{"), UInt8(ascii: "}"), write)
    }

    /// An object as a field; there also when nothing is written into it.
    package mutating func object(_ name: StaticString, _ write: (inout MLflowWriter) throws -> Void) rethrows {
        self.key(name)
        try self.object(write)
    }

    /// A list as a field; left out when it is empty.
    package mutating func list<Items: Collection>(
        _ name: StaticString, _ items: Items, _ write: (inout MLflowWriter, Items.Element) throws -> Void
    ) rethrows {
        guard !items.isEmpty else { return }
        self.key(name)
        try self.nest(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
            for item in items {
                writer.separate()
                try write(&writer, item)
            }
        }
    }

    /// A list as a field, also when it is empty.
    package mutating func wholeList<Items: Collection>(
        _ name: StaticString, _ items: Items, _ write: (inout MLflowWriter, Items.Element) throws -> Void
    ) rethrows {
        guard items.isEmpty else { return try self.list(name, items, write) }
        self.key(name)
        self.bytes.append(contentsOf: "[]".utf8)
    }

    package mutating func field(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        self.key(name)
        self.write(value)
    }

    package mutating func field(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        self.key(name)
        self.bytes.append(contentsOf: String(value).utf8)
    }

    package mutating func field(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        self.key(name)
        self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Not-a-number and the infinities are strings, as proto JSON has them.
    package mutating func field(_ name: StaticString, _ value: Double?) {
        guard let value else { return }
        self.key(name)
        if value.isNaN {
            self.write("NaN")
        } else if value.isInfinite {
            self.write(value > 0 ? "Infinity" : "-Infinity")
        } else {
            self.bytes.append(contentsOf: value.description.utf8)
        }
    }

    /// A field whose name is data: an entry of a map.
    package mutating func field(key: String, _ value: String) {
        self.separate()
        self.write(key)
        self.bytes.append(contentsOf: self.isIndented ? [58, 32] : [58])
        self.write(value)
    }

    /// A string as an element of a list.
    package mutating func element(_ value: String) { self.write(value) }

    private mutating func nest(_ open: UInt8, _ close: UInt8, _ write: (inout MLflowWriter) throws -> Void) rethrows {
        self.bytes.append(open)
        self.depth += 1
        self.isFirst = true
        try write(&self)
        self.depth -= 1
        if !self.isFirst { self.newLine() }
        self.bytes.append(close)
        self.isFirst = false
    }

    private mutating func key(_ name: StaticString) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        self.bytes.append(contentsOf: self.isIndented ? [34, 58, 32] : [34, 58])
    }

    private mutating func separate() {
        if !self.isFirst { self.bytes.append(UInt8(ascii: ",")) }
        self.isFirst = false
        self.newLine()
    }

    private mutating func newLine() {
        guard self.isIndented else { return }
        self.bytes.append(10)
        for _ in 0..<self.depth { self.bytes.append(contentsOf: [32, 32]) }
    }

    /// A string in quotes (RFC 8259 §7).
    private mutating func write(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if utf8.allSatisfy({ $0 >= 32 && $0 != 34 && $0 != 92 }) {
                self.bytes.append(contentsOf: utf8)
            } else {
                for byte in utf8 { self.escape(byte) }
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 34, 92: self.bytes.append(contentsOf: [92, byte])
        case 10: self.bytes.append(contentsOf: [92, UInt8(ascii: "n")])
        case 0..<32:
            let hex = String(byte, radix: 16)
            self.bytes.append(contentsOf: "\\u\(hex.count == 1 ? "000" : "00")\(hex)".utf8)
        default: self.bytes.append(byte)
        }
    }
}
