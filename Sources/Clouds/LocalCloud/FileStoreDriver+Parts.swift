package import CloudPorts
import Contract
import Digest
import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension FileStoreDriver: PartUploads {
    /// Uploads that may be open at once; more are refused until some end or are swept.
    static let maximumOpenUploads = 1000
    private static let doneSuffix = ".done"

    package func beginParts(of key: String, count: Int) async throws(ObjectError) -> String {
        let path = try self.path(of: key)
        guard (1...PartLimits.parts).contains(count) else {
            throw .corrupt(key: key, expected: "1 to \(PartLimits.parts) parts", found: "\(count)")
        }
        return try await BlockingWork.run { () throws(ObjectError) in
            try self.confine(path, of: key)
            let open = try FolderListing.names(in: self.incoming, for: self).count { $0.hasSuffix(PartFolder.suffix) }
            guard open < Self.maximumOpenUploads else {
                throw .unavailable(store: self.store, reason: "\(open) uploads in parts are open")
            }
            let upload = Hex.encode(Digest.randomBytes(16))
            try PartFolder(upload, of: self).make(key: key, count: count)
            return upload
        }
    }

    package func putPart(
        _ number: Int, of key: String, upload: String, length: Int64?, body: ByteStream
    ) async throws(ObjectError) -> String {
        let folder = try self.folder(upload, of: key)
        let limit = length ?? PartLimits.partBytes.bytes
        guard limit <= PartLimits.partBytes.bytes else {
            throw .corrupt(key: key, expected: "at most \(PartLimits.partBytes)", found: "\(limit) bytes")
        }
        let turn = "\(upload)/\(number)"
        let isAlone = self.writing.enter(turn)
        defer { if isAlone { self.writing.leave(turn) } }
        let (place, file) = try await BlockingWork.run { () throws(ObjectError) in
            try self.open(number, of: key, in: folder, length: length, isAlone: isAlone)
        }
        let store = self.store
        let pump = BodyPump(store: store, limit: limit, isHashed: true)
        let found = try await pump.run(body) { block, offset throws(ObjectError) in
            let code = SystemCalls.writeAll(block, to: file.descriptor, at: place.offset + offset)
            if code != 0 { throw self.fault(code) }
        }
        guard found.count == length ?? found.count, found.count <= limit, let digest = found.digest else {
            throw .corrupt(key: key, expected: "\(limit) bytes", found: "\(found.count) bytes")
        }
        try await BlockingWork.run { () throws(ObjectError) in
            try folder.put(PartFolder.Record(tag: digest.hex, place: place, length: found.count), for: number)
        }
        return digest.hex
    }

    package func completeParts(
        _ parts: [UploadedPart], of key: String, upload: String
    ) async throws(ObjectError) {
        let destination = try self.path(of: key)
        let folder = try self.folder(upload, of: key)
        let isDone = await BlockingWork.run { self.doneKey(of: upload) == key }
        if isDone { return }
        let records = try await BlockingWork.run { () throws(ObjectError) in
            try self.confine(destination, of: key)
            return try Self.records(parts, of: key, in: folder)
        }
        try await BlockingWork.run { () throws(ObjectError) in
            if folder.count(for: key) == parts.count, Self.isWhole(records) {
                try self.publishWhole(records, of: key, in: folder, at: destination, upload: upload)
            } else {
                try self.assemble(records, of: key, in: folder, at: destination)
            }
            let code = SystemCalls.replaceFile(self.donePath(of: upload), with: Array(key.utf8))
            if code != 0 { throw self.fault(code) }
            folder.remove()
        }
    }

    package func abortParts(of key: String, upload: String) async throws(ObjectError) {
        guard let folder = try? self.folder(upload, of: key) else { return }
        await BlockingWork.run { if folder.count(for: key) != nil { folder.remove() } }
    }

    /// The folder of an upload, whose id must be one that we could have made: it becomes a path.
    private func folder(_ upload: String, of key: String) throws(ObjectError) -> PartFolder {
        guard upload.utf8.count == 32, Hex.decode(upload) != nil else { throw .notFound(key: key) }
        return PartFolder(upload, of: self)
    }

    /// Chooses where a part goes and opens the file. What was there of it before counts no more.
    private func open(
        _ number: Int, of key: String, in folder: PartFolder, length: Int64?, isAlone: Bool
    ) throws(ObjectError) -> (PartFolder.Place, OpenFile) {
        guard let count = folder.count(for: key), (1...count).contains(number) else { throw .notFound(key: key) }
        var place = PartFolder.Place(file: "\(number).\(Hex.encode(Digest.randomBytes(4)))", offset: 0)
        if isAlone, let length, length > 0 {
            let others = number < count ? try folder.settleLength(length) : folder.length ?? (count == 1 ? 0 : nil)
            if let others, number == count || others == length {
                place = PartFolder.Place(file: PartFolder.whole, offset: Int64(number - 1) * others)
            }
        }
        folder.forget(number)
        let file = OpenFile(
            Self.openFile(folder.file(place.file), O_WRONLY | O_CREAT | O_CLOEXEC, self.layout.fileMode))
        guard file.descriptor >= 0 else { throw self.fault(errno) }
        return (place, file)
    }

    /// The records of the parts that the caller names, if those are the ones that are there.
    private static func records(
        _ parts: [UploadedPart], of key: String, in folder: PartFolder
    ) throws(ObjectError) -> [PartFolder.Record] {
        guard let count = folder.count(for: key) else { throw .notFound(key: key) }
        guard !parts.isEmpty, parts.count <= count, zip(parts, parts.dropFirst()).allSatisfy({ $0.number < $1.number })
        else {
            throw .corrupt(key: key, expected: "1 to \(count) parts in order", found: "\(parts.count)")
        }
        var records: [PartFolder.Record] = []
        for part in parts {
            guard let record = folder.record(part.number), record.tag == part.tag else {
                throw .corrupt(key: key, expected: "part \(part.number)", found: "none with the tag '\(part.tag)'")
            }
            records.append(record)
        }
        return records
    }

    /// Whether the parts lie one after another in `whole`.
    private static func isWhole(_ records: [PartFolder.Record]) -> Bool {
        var end: Int64 = 0
        for record in records {
            guard record.place == PartFolder.Place(file: PartFolder.whole, offset: end) else { return false }
            end += record.length
        }
        return true
    }

    private func publishWhole(
        _ records: [PartFolder.Record], of key: String, in folder: PartFolder, at destination: String, upload: String
    ) throws(ObjectError) {
        let path = folder.file(PartFolder.whole)
        let draft = try FileDraft(adopting: path, for: self)
        guard let draft else {
            // Another call with the same parts was faster.
            if self.doneKey(of: upload) == key { return }
            throw .notFound(key: key)
        }
        try draft.cut(to: records.reduce(0) { $0 + $1.length })
        try draft.commit(to: destination, key: key, ifAbsent: false)
    }

    /// Copies the parts into one file: for the rare upload whose parts are not of one length.
    private func assemble(
        _ records: [PartFolder.Record], of key: String, in folder: PartFolder, at destination: String
    ) throws(ObjectError) {
        let draft = try FileDraft(for: self)
        for record in records {
            let file = OpenFile(Self.openFile(folder.file(record.place.file), O_RDONLY | O_CLOEXEC, 0))
            guard file.descriptor >= 0 else { throw self.fault(errno) }
            var offset = record.place.offset
            let end = offset + record.length
            while offset < end {
                let count = Int(min(FileByteStream.chunkBytes, end - offset))
                let block = try FileByteStream.read(file, at: offset, count: count, store: self.store)
                guard !block.isEmpty else { throw .unavailable(store: self.store, reason: "a part ended early") }
                try draft.write(block)
                offset += Int64(block.count)
            }
        }
        try draft.commit(to: destination, key: key, ifAbsent: false)
    }

    private func donePath(of upload: String) -> String { "\(self.incoming)/\(upload)\(Self.doneSuffix)" }

    /// The key of an upload that has ended well lately.
    private func doneKey(of upload: String) -> String? {
        SystemCalls.readAll(self.donePath(of: upload)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The system's `open`, which the method of that name hides.
    private static func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, flags, mode)
        #else
            Darwin.open(path, flags, mode)
        #endif
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ text: String) -> Bool { self.suffix(text.utf8.count).elementsEqual(text.utf8) }
}
