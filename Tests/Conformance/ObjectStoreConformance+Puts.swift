import CloudPorts
import Contract
import Digest
import Kernel

extension ObjectStoreConformance {
    static let putChecks = [
        ObjectStoreConformance("a put replaces what was there", Self.replaces),
        ObjectStoreConformance("an empty object is an object", Self.empty),
        ObjectStoreConformance("fewer or more bytes than announced are corrupt and change nothing", Self.wrongSize),
        ObjectStoreConformance(
            "bytes with another digest than announced are corrupt and change nothing", Self.wrongDigest),
        ObjectStoreConformance("a put whose bytes fail changes nothing", Self.failingBody),
        ObjectStoreConformance("a put that is cancelled changes nothing", Self.cancelled),
        ObjectStoreConformance("a put if absent leaves an object that is there alone", Self.ifAbsent),
        ObjectStoreConformance("of many racing puts if absent exactly one wins, with all of its bytes", Self.race),
        ObjectStoreConformance("a reader sees the old object or the new one, never a part", Self.atomic),
    ]

    private static func isCorrupt(_ error: ObjectError) -> Bool { if case .corrupt = error { true } else { false } }

    private static func replaces(_ subject: ObjectStoreSubject) async throws {
        for (seed, size) in [3, 700_000, 0, 1, 2 << 20].enumerated() {
            let bytes = sample(size, seed: UInt64(seed))
            let before = subject.now()
            try await subject.driver.put(
                subject.key("k"), size: ByteCount(Int64(size)), sha256: Digest.sha256(bytes), ifAbsent: false,
                body: Bytes(stride(from: 0, to: size, by: 65_537).map { Array(bytes[$0..<min($0 + 65_537, size)]) }))
            let isRight = try await subject.holds(bytes, at: "k")
            try require(isRight, "the object is the one that was put last, of \(size) bytes")
            guard let object = try await subject.driver.head(subject.key("k")) else { continue }
            try require(object.key == subject.key("k"), "the description has the object's key")
            // A store's clock may differ from ours, and a file system's clock ticks.
            try require(object.modifiedAt > before - .minutes(10), "the description has the time of the last put")
        }
    }

    private static func empty(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([], at: "empty")
        let isThere = try await subject.holds([], at: "empty")
        try require(isThere, "an object without bytes is there and has none")
        try require(try await subject.list() == ["empty"], "an object without bytes is listed")
        try await requireError(
            "an empty object counts as present", { if case .alreadyExists = $0 { true } else { false } }
        ) {
            try await subject.put([1], at: "empty", ifAbsent: true)
        }
    }

    private static func wrongSize(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([7, 7], at: "old")
        for key in ["old", "new"] {
            for (announced, bytes) in [(5, sample(4)), (5, sample(6)), (0, sample(1)), (1, []), (9, sample(2 << 20))] {
                try await requireError("\(bytes.count) bytes announced as \(announced) are corrupt", Self.isCorrupt) {
                    try await subject.driver.put(
                        subject.key(key), size: ByteCount(Int64(announced)), sha256: nil, ifAbsent: false,
                        body: Bytes([bytes]))
                }
            }
        }
        try await self.requireUnchanged(subject, old: [7, 7])
    }

    private static func wrongDigest(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([7, 7], at: "old")
        for key in ["old", "new"] {
            try await requireError("bytes with another digest are corrupt", Self.isCorrupt) {
                try await subject.driver.put(
                    subject.key(key), size: ByteCount(3), sha256: Digest.sha256([1, 2, 4]), ifAbsent: false,
                    body: Bytes([[1, 2, 3]]))
            }
        }
        try await self.requireUnchanged(subject, old: [7, 7])
    }

    private static func failingBody(_ subject: ObjectStoreSubject) async throws {
        struct Broken: Error {}
        try await subject.put([7, 7], at: "old")
        let theirs = ObjectError.notFound(key: "elsewhere")
        for key in ["old", "new"] {
            for chunks in [[], [sample(100)], [sample(300_000), sample(300_000)]] {
                func put(_ error: any Error) async throws {
                    try await subject.driver.put(
                        subject.key(key), size: ByteCount(600_000), sha256: nil, ifAbsent: false,
                        body: Bytes(chunks, error: error))
                }
                try await requireError("a put whose bytes fail is unavailable", { $0.kind == .unavailable }) {
                    try await put(Broken())
                }
                try await requireError("an error of another store passes through", { $0 == theirs }) {
                    try await put(theirs)
                }
            }
        }
        try await self.requireUnchanged(subject, old: [7, 7])
    }

    private static func cancelled(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([7, 7], at: "old")
        for key in ["old", "new"] {
            let body = StallingBytes(first: sample(300_000))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await requireError("a cancelled put fails", { _ in true }) {
                        try await subject.driver.put(
                            subject.key(key), size: ByteCount(300_000), sha256: nil, ifAbsent: false, body: body)
                    }
                }
                for await _ in body.stalled { break }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        try await self.requireUnchanged(subject, old: [7, 7])
    }

    private static func requireUnchanged(_ subject: ObjectStoreSubject, old: [UInt8]) async throws {
        let isOld = try await subject.holds(old, at: "old")
        try require(isOld, "a put that failed leaves the object that was there as it was")
        let isNone = try await subject.holds(nil, at: "new")
        try require(isNone, "a put that failed leaves no object where none was")
        try require(try await subject.list() == ["old"], "a put that failed leaves nothing to be listed")
    }

    private static func ifAbsent(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([1], at: "k", ifAbsent: true)
        for bytes in [[1], [2], []] as [[UInt8]] {
            let expected = ObjectError.alreadyExists(key: subject.key("k"))
            try await requireError("a put if absent on an object is alreadyExists", { $0 == expected }) {
                try await subject.put(bytes, at: "k", ifAbsent: true)
            }
        }
        let isFirst = try await subject.holds([1], at: "k")
        try require(isFirst, "a put if absent leaves the object that was there as it was")
        try await subject.driver.delete(subject.key("k"))
        try await subject.put([3], at: "k", ifAbsent: true)
        let isThird = try await subject.holds([3], at: "k")
        try require(isThird, "a put if absent works again after a delete")
    }

    private static func race(_ subject: ObjectStoreSubject) async throws {
        for round in 0..<10 {
            let key = "race-\(round)/k"
            let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
                for racer in 0..<16 {
                    group.addTask {
                        do {
                            try await subject.put(sample(50_000 + racer, seed: UInt64(racer)), at: key, ifAbsent: true)
                            return racer
                        } catch ObjectError.alreadyExists { return nil }
                    }
                }
                return try await group.reduce(into: [Int]()) { winners, racer in if let racer { winners.append(racer) }
                }
            }
            try require(winners.count == 1, "of 16 racing puts if absent one succeeds, not \(winners.count)")
            let bytes = sample(50_000 + winners[0], seed: UInt64(winners[0]))
            let isWhole = try await subject.holds(bytes, at: key)
            try require(isWhole, "the object is the winner's, whole")
        }
    }

    private static func atomic(_ subject: ObjectStoreSubject) async throws {
        let versions = (0..<4).map { [UInt8](repeating: UInt8($0), count: 400_000 + $0) }
        try await subject.put(versions[0], at: "k")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for version in versions {
                group.addTask { for _ in 0..<10 { try await subject.put(version, at: "k") } }
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<20 {
                        let bytes = try await subject.read("k")
                        try require(versions.contains(bytes), "a read gives one of the objects that were put, whole")
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
