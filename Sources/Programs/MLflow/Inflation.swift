import CZlib
import Kernel

/// Unpacks bodies that were sent packed.
enum Inflation {
    private static let chunk = 256 << 10
    /// What `inflateInit2` wants: 15 bits of window; 32 more to tell gzip from zlib by their heads; negative for neither.
    private static let anyHead: Int32 = 15 + 32
    private static let noHead: Int32 = -15

    /// - Parameters:
    ///   - encoding: `gzip`, or `deflate`, which some send without its head.
    ///   - limit: what comes out may be no larger: a bomb is refused before it is unpacked.
    /// - Throws: `contentEncoding`, `compression`, `tooLarge`.
    static func unpack(_ bytes: [UInt8], _ encoding: String, upTo limit: ByteCount) throws(OTLPError) -> [UInt8] {
        switch encoding {
        case "identity": return bytes
        case "gzip":
            guard let unpacked = try self.inflate(bytes, bits: self.anyHead, upTo: limit) else {
                throw .compression(encoding)
            }
            return unpacked
        case "deflate":
            if let unpacked = try self.inflate(bytes, bits: self.anyHead, upTo: limit) { return unpacked }
            guard let unpacked = try self.inflate(bytes, bits: self.noHead, upTo: limit) else {
                throw .compression(encoding)
            }
            return unpacked
        default: throw .contentEncoding(encoding)
        }
    }

    /// Nil when the bytes are not packed so, or end too early.
    private static func inflate(_ bytes: [UInt8], bits: Int32, upTo limit: ByteCount) throws(OTLPError) -> [UInt8]? {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, bits, ZLIB_VERSION, size) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: Self.chunk)
        var isTooLarge = false
        let status = input.withUnsafeMutableBufferPointer { source -> Int32 in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            while true {
                let status = piece.withUnsafeMutableBufferPointer { target -> Int32 in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    return CZlib.inflate(&stream, Z_NO_FLUSH)
                }
                let count = piece.count - Int(stream.avail_out)
                output.append(contentsOf: piece[..<count])
                isTooLarge = Int64(output.count) > limit.bytes
                if status != Z_OK || isTooLarge || (count == 0 && stream.avail_in == 0) { return status }
            }
        }
        guard !isTooLarge else { throw .tooLarge(limit) }
        return status == Z_STREAM_END ? output : nil
    }
}
