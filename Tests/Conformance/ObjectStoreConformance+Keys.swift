import CloudPorts
import Contract
import Digest
import Kernel

extension ObjectStoreConformance {
    static let keyChecks = [
        ObjectStoreConformance("any text without '.', '..' and empty parts is a key", Self.anyText),
        ObjectStoreConformance("a key may be the beginning of another", Self.beginnings),
        ObjectStoreConformance("a key may have 1,024 bytes, in one part or many", Self.longKeys),
        ObjectStoreConformance("a key that is no relative path is refused and nothing is touched", Self.refusals),
    ]

    private static let texts = [
        "plain", "with space", " leading and trailing ", "it's \"quoted\"", "line\nbreak", "tab\tand\rreturn",
        "emoji 🦢/👩🏽‍🔬",
        "ümlaut", "u\u{308}mlaut", "back\\slash", "100%", "%2F", "a+b", "a=b", "a?b&c=d#e", "...", ".hidden", "x..y",
        "..z",
        "-rf", "~", "*", "$HOME", "UPPER", "upper", "semi;colon", "\u{1}", "日本語/テスト", "trailing.",
    ]

    private static func anyText(_ subject: ObjectStoreSubject) async throws {
        for (number, text) in self.texts.enumerated() { try await subject.put(sample(number + 1), at: text) }
        for (number, text) in self.texts.enumerated() {
            let isRight = try await subject.holds(sample(number + 1), at: text)
            try require(isRight, "the object at \(text.debugDescription) is what was put there")
        }
        let listed = Set(try await subject.list().map { Array($0.utf8) })
        try require(listed == Set(self.texts.map { Array($0.utf8) }), "a listing has every key exactly as it was given")
    }

    private static func beginnings(_ subject: ObjectStoreSubject) async throws {
        let keys = ["a", "a/b", "a/b/c", "a-b", "a.b", "a0", "a/b.c"]
        for (number, key) in keys.enumerated() { try await subject.put(sample(number + 10), at: key) }
        for (number, key) in keys.enumerated() {
            let isRight = try await subject.holds(sample(number + 10), at: key)
            try require(isRight, "'\(key)' is an object beside \(keys)")
        }
        try await subject.driver.delete(subject.key("a"))
        let child = try await subject.holds(sample(11), at: "a/b")
        try require(child, "deleting 'a' leaves 'a/b' alone")
    }

    private static func longKeys(_ subject: ObjectStoreSubject) async throws {
        let room = 1024 - subject.prefix.utf8.count
        let keys = [
            String(repeating: "x", count: room), String(repeating: "🦢", count: room / 4),
            String(repeating: "y/", count: room / 2 - 1) + "z", String(repeating: "p", count: 80),
            String(repeating: "p", count: 81),
            String(repeating: "p", count: 80) + "/" + String(repeating: "p", count: 160),
        ]
        for (number, key) in keys.enumerated() { try await subject.put(sample(number), at: key) }
        for (number, key) in keys.enumerated() {
            let isRight = try await subject.holds(sample(number), at: key)
            try require(
                isRight,
                "the key of \(key.utf8.count) bytes that begins with '\(key.prefix(4))' holds what was put there")
        }
        let listed = try await subject.list()
        try require(Set(listed) == Set(keys), "a listing has the long keys whole")
    }

    private static func refusals(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([1], at: "kept")
        let driver = subject.driver
        let bad = [
            "", "/", "/absolute", "..", ".", "../up", "a/../b", "a/./b", "./a", "a//b", "a/", "a/..", "nul\0byte",
            subject.key("../kept"), subject.key("x/../kept"), subject.key("kept/"), subject.key(""),
        ]
        for key in bad {
            let sentence = "\(key.debugDescription) is refused as a key"
            func refused(_ body: () async throws -> Void) async throws {
                try await requireError(sentence, { if case .invalidKey = $0 { true } else { false } }, from: body)
            }
            try await refused { _ = try await driver.head(key) }
            try await refused { _ = try await driver.read(key, range: nil) }
            try await refused { try await driver.put(key, size: .zero, sha256: nil, ifAbsent: false, body: Bytes([])) }
            try await refused { try await driver.copy(subject.key("kept"), to: key) }
            try await refused { try await driver.copy(key, to: subject.key("copied")) }
            try await refused { try await driver.delete(key) }
            try await refused { _ = try driver.presign(.get(key: key), expires: subject.now() + .minutes(1)) }
            let intent = PresignIntent.put(key: key, size: .zero, sha256: Digest.sha256(""))
            try await refused { _ = try driver.presign(intent, expires: subject.now() + .minutes(1)) }
        }
        let kept = try await subject.holds([1], at: "kept")
        try require(kept, "refused keys touch nothing")
        try require(try await subject.list() == ["kept"], "refused keys leave nothing")
    }
}
