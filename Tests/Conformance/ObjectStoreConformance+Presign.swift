import CloudPorts
import Contract
import Digest
import Kernel

extension ObjectStoreConformance {
    static let presignChecks = [
        ObjectStoreConformance("a presigned get gives the object, whatever its key", Self.presignedGet),
        ObjectStoreConformance("a presigned put takes exactly the announced bytes", Self.presignedPut),
        ObjectStoreConformance("a presigned request allows nothing else", Self.presignedOnly),
        ObjectStoreConformance("a presigned request is refused after its time", Self.presignedExpiry),
    ]

    private static func presignedGet(_ subject: ObjectStoreSubject) async throws {
        let bytes = sample(700_000)
        for end in ["k", "with space/and+plus", "line\nbreak", "🦢?x=1&y#z", "100%/%2F", "empty"] {
            let expected = end == "empty" ? [] : bytes
            try await subject.put(expected, at: end)
            let request = try subject.driver.presign(.get(key: subject.key(end)), expires: subject.now() + .minutes(5))
            try require(request.method == "GET", "a presigned get is a GET")
            let answer = try await subject.send(request, [])
            try require(
                answer.isSuccess && answer.body == expected, "the answer for \(end.debugDescription) is the object")
        }
        let absent = try subject.driver.presign(.get(key: subject.key("absent")), expires: subject.now() + .minutes(5))
        let answer = try await subject.send(absent, [])
        try require(answer.status == 404, "a presigned get of nothing is answered 404, not \(answer.status)")
    }

    private static func presignedPut(_ subject: ObjectStoreSubject) async throws {
        let bytes = sample(300_000)
        for end in ["k", "with space/and+plus", "🦢\n?x=1"] {
            let intent = PresignIntent.put(
                key: subject.key(end), size: ByteCount(300_000), sha256: Digest.sha256(bytes))
            let request = try subject.driver.presign(intent, expires: subject.now() + .minutes(5))
            try require(request.method == "PUT", "a presigned put is a PUT")
            var wrong = bytes
            wrong[150_000] ^= 1
            for other in [wrong, Array(bytes.dropLast()), bytes + [0], []] {
                let answer = try await subject.send(request, other)
                try require(!answer.isSuccess, "other bytes than announced are refused, \(other.count) of them")
                let isNone = try await subject.holds(nil, at: end)
                try require(isNone, "refused bytes leave nothing")
            }
            for _ in 0..<2 {
                let answer = try await subject.send(request, bytes)
                try require(
                    answer.isSuccess, "the announced bytes are taken, a second time too; status \(answer.status)")
            }
            let isThere = try await subject.holds(bytes, at: end)
            try require(isThere, "the object is what was put by the presigned request")
        }
    }

    private static func presignedOnly(_ subject: ObjectStoreSubject) async throws {
        let bytes: [UInt8] = [1, 2, 3]
        try await subject.put(bytes, at: "mine")
        try await subject.put(bytes, at: "other")
        let expires = subject.now() + .minutes(5)
        let get = try subject.driver.presign(.get(key: subject.key("mine")), expires: expires)
        let put = try subject.driver.presign(
            .put(key: subject.key("new"), size: ByteCount(3), sha256: Digest.sha256(bytes)), expires: expires)
        var forged: [PresignedRequest] = []
        for request in [get, put] {
            for (text, other) in [
                ("mine", "other"), ("new", "other"), ("expires=", "expires=9"), ("ignature=", "ignature=0"),
            ] {
                var changed = request
                changed.url = request.url.replacing(text, with: other)
                if changed.url != request.url { forged.append(changed) }
            }
            var swapped = request
            swapped.method = request.method == "GET" ? "PUT" : "GET"
            var bare = request
            bare.url = String(request.url.prefix { $0 != "?" })
            forged += [swapped, bare]
        }
        for request in forged {
            let answer = try await subject.send(request, bytes)
            try require(
                (400..<500).contains(answer.status), "a changed request is refused: \(request.method) \(request.url)")
        }
        let isNone = try await subject.holds(nil, at: "new")
        try require(isNone, "changed requests write nothing")
    }

    private static func presignedExpiry(_ subject: ObjectStoreSubject) async throws {
        try await subject.put([1], at: "k")
        let past = subject.now() - .seconds(1)
        let intents: [PresignIntent] = [
            .get(key: subject.key("k")), .put(key: subject.key("new"), size: ByteCount(1), sha256: Digest.sha256([1])),
        ]
        for intent in intents {
            let request = try subject.driver.presign(intent, expires: past)
            try require(request.expires == past, "a presigned request says when it expires")
            let answer = try await subject.send(request, [1])
            try require((400..<500).contains(answer.status), "a request whose time has passed is refused")
        }
        let isNone = try await subject.holds(nil, at: "new")
        try require(isNone, "a put whose time has passed writes nothing")
    }
}
