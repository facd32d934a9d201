import CloudPorts
import Kernel

extension ObjectStoreConformance {
    static let copyChecks = [
        ObjectStoreConformance("a copy is an object of its own and replaces what was there", Self.copies),
        ObjectStoreConformance("racing copies to one key leave a whole object", Self.racingCopies),
    ]

    private static func copies(_ subject: ObjectStoreSubject) async throws {
        let (driver, bytes) = (subject.driver, sample(300_000))
        try await subject.put(bytes, at: "staging/x/source")
        try await subject.put([9], at: "there")
        for destination in ["new/place", "there", "new/place"] {
            try await driver.copy(subject.key("staging/x/source"), to: subject.key(destination))
            let isCopy = try await subject.holds(bytes, at: destination)
            try require(isCopy, "the copy at '\(destination)' has the bytes of its source")
        }
        try await driver.copy(subject.key("there"), to: subject.key("there"))
        let isSame = try await subject.holds(bytes, at: "there")
        try require(isSame, "a copy onto itself changes nothing")

        try await subject.put([1, 2], at: "staging/x/source")
        let first = try await subject.holds(bytes, at: "there")
        try require(first, "a copy does not change with its source")
        try await driver.delete(subject.key("staging/x/source"))
        let second = try await subject.holds(bytes, at: "new/place")
        try require(second, "a copy does not vanish with its source")
        try require(try await subject.list() == ["new/place", "there"], "copies leave nothing else")
    }

    private static func racingCopies(_ subject: ObjectStoreSubject) async throws {
        for source in 0..<4 {
            try await subject.put(sample(100_000, seed: UInt64(source)), at: "source/\(source)")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for racer in 0..<32 {
                group.addTask {
                    try await subject.driver.copy(subject.key("source/\(racer % 4)"), to: subject.key("target/k"))
                }
            }
            try await group.waitForAll()
        }
        let found = try await subject.read("target/k")
        try require(
            (0..<4).contains { found == sample(100_000, seed: UInt64($0)) }, "the object is one of the sources, whole")
        try require(try await subject.list().count == 5, "racing copies leave one object")
    }
}
