import CloudPorts
import Kernel

extension ObjectStoreConformance {
    static let readChecks = [
        ObjectStoreConformance("a range is clamped to the object's end", Self.ranges),
        ObjectStoreConformance("bytes come in chunks of at most 1 MiB", Self.chunks),
        ObjectStoreConformance("what is not there is told as such", Self.absent),
        ObjectStoreConformance("a delete removes, and succeeds where nothing is", Self.deletes),
    ]

    private static func ranges(_ subject: ObjectStoreSubject) async throws {
        let bytes = sample(600_001)
        try await subject.put(bytes, at: "k")
        let ranges: [Range<Int64>] = [
            0..<1, 0..<600_001, 1..<600_000, 262_143..<262_145, 600_000..<600_001, 599_999..<700_000, 600_001..<600_002,
            700_000..<800_000, 5..<5, 0..<0, 3..<Int64.max,
        ]
        for range in ranges {
            let found = try await subject.read("k", range: range)
            let clamped = range.clamped(to: 0..<600_001)
            let expected = Array(bytes[Int(clamped.lowerBound)..<Int(clamped.upperBound)])
            try require(
                found == expected,
                "bytes \(range) of 600,001 are \(expected.count) bytes, not \(found.count), or others")
        }
        try await subject.put([], at: "empty")
        try require(try await subject.read("empty", range: 0..<10).isEmpty, "any range of an empty object is empty")
    }

    private static func chunks(_ subject: ObjectStoreSubject) async throws {
        let bytes = sample(5 << 20)
        try await subject.put(bytes, at: "k")
        var all: [UInt8] = []
        for try await chunk in try await subject.driver.read(subject.key("k"), range: nil) {
            try require(chunk.count <= 1 << 20, "a chunk has at most 1 MiB, not \(chunk.count) bytes")
            all += chunk
        }
        try require(all == bytes, "the chunks are the object")
    }

    private static func absent(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([1], at: "there/k")
        for end in ["k", "there", "there/k/below", "there/other", "never/was"] {
            let key = subject.key(end)
            let description = try await subject.driver.head(key)
            try require(description == nil, "'\(end)' has no description")
            let expected = ObjectError.notFound(key: key)
            try await requireError("a read of '\(end)' is notFound", { $0 == expected }) {
                _ = try await subject.read(end)
            }
            try await requireError("a copy of '\(end)' is notFound", { $0 == expected }) {
                try await subject.driver.copy(key, to: subject.key("copy"))
            }
            let none = try await subject.holds(nil, at: "copy")
            try require(none, "a copy of nothing makes nothing")
        }
    }

    private static func deletes(_ subject: ObjectStoreSubject) async throws {
        for key in ["k", "never/was", "k/below"] { try await subject.driver.delete(subject.key(key)) }
        try await subject.put([1], at: "folder/k")
        try await subject.put([2], at: "folder/other")
        try await subject.driver.delete(subject.key("folder"))
        try require(
            try await subject.list() == ["folder/k", "folder/other"], "deleting the beginning of keys deletes none")
        try await subject.driver.delete(subject.key("folder/k"))
        try await subject.driver.delete(subject.key("folder/k"))
        try require(try await subject.list() == ["folder/other"], "a delete removes its object and no other")
        try await subject.driver.delete(subject.key("folder/other"))
        try await subject.put([3], at: "folder/k")
        let isBack = try await subject.holds([3], at: "folder/k")
        try require(isBack, "an object may come again after the last one beside it was deleted")
    }
}
