import CloudPorts

/// Where the object of a key lies below a store's folder.
///
/// A part of the key becomes a folder `<part>+`, the last part a file, so that `a` and `a/b` may both be objects. Bytes
/// other than `A–Z a–z 0–9 - . _ ~` are written `%XX`, and so is a dot at the beginning, so that no name is special to the
/// file system or to a shell. Long parts are cut into folders `<piece>=`, because a name has at most 255 bytes.
enum ObjectPath {
    /// As in S3, in bytes of UTF-8.
    static let maximumKeyBytes = 1024
    /// Bytes of a piece: three times as many, with the marker, stay below 255.
    private static let pieceBytes = 80

    /// What an entry of a folder stands for.
    enum Entry: Equatable {
        /// The end of a key.
        case object([UInt8])
        /// The beginning of keys: a whole part with its `/`, or a piece of one.
        case folder([UInt8])
    }

    /// - Throws: `invalidKey` for an absolute key, one with `.`, `..`, empty or NUL parts, or a longer one than allowed.
    static func encode(_ key: String) throws(ObjectError) -> String {
        let bytes = Array(key.utf8)
        let parts = bytes.split(separator: 0x2F, omittingEmptySubsequences: false)
        let isValid =
            !bytes.isEmpty && bytes.count <= self.maximumKeyBytes && !bytes.contains(0)
            && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
        guard isValid else { throw .invalidKey(key: key) }
        return parts.map(self.encode(part:)).joined(separator: "+/")
    }

    private static func encode(part: ArraySlice<UInt8>) -> String {
        stride(from: part.startIndex, to: part.endIndex, by: self.pieceBytes).map {
            self.encode(piece: part[$0..<min($0 + self.pieceBytes, part.endIndex)])
        }.joined(separator: "=/")
    }

    private static func encode(piece: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var name: [UInt8] = []
        for (position, byte) in piece.enumerated() {
            if self.isPlain(byte), position > 0 || byte != 0x2E {
                name.append(byte)
            } else {
                name += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    /// Nil for a name that `encode` does not make: somebody else put the file there.
    static func decode(name: [UInt8]) -> Entry? {
        switch name.last {
        case 0x2B: self.decode(piece: name.dropLast()).map { .folder($0 + [0x2F]) }
        case 0x3D: self.decode(piece: name.dropLast()).map { .folder($0) }
        default: self.decode(piece: name[...]).map { .object($0) }
        }
    }

    private static func decode(piece: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = piece
        while let byte = rest.popFirst() {
            if byte == 0x25 {
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else {
                    return nil
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                guard self.isPlain(byte) else { return nil }
                bytes.append(byte)
            }
        }
        return bytes.isEmpty ? nil : bytes
    }
}
