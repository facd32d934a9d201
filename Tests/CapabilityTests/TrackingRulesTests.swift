import Contract
import Kernel
import Testing
import Tracking

@Suite struct TrackingRulesTests {
    private func refusal(_ work: () throws(TrackingError) -> Void) -> String? {
        do { try work() } catch { return error.message }
        return nil
    }

    @Test(
        "keys of letters and digits of any script are taken",
        arguments: ["a", "loss/train", "learning rate", "a.b-c_d:e", "größe", "学习率", "x²"])
    func goodKeys(key: String) {
        #expect(self.refusal { () throws(TrackingError) in try TrackingRules.checkKey(key, at: "key") } == nil)
    }

    @Test("other characters are named in MLflow's words", arguments: ["a#", "x\u{1}", "a%b", "🙂"])
    func badCharacters(key: String) {
        let sentence = self.refusal { () throws(TrackingError) in try TrackingRules.checkKey(key, at: "params[0].key") }
        #expect(sentence?.hasPrefix("Invalid value \"") == true)
        #expect(
            sentence?.contains("for parameter 'params[0].key' supplied: Names may only contain alphanumerics") == true)
    }

    @Test(
        "a key must be what it resolves to as a path",
        arguments: [
            ("", "."), (".", "."), ("..", ".."), ("../b", "../b"), ("a/../b", "b"), ("a//b", "a/b"), ("a/", "a"),
            ("/a", "/a"), ("./a", "a"), ("//a", "//a"), ("///a", "/a"), ("a/..", "."), ("/..", "/"),
        ])
    func paths(key: String, resolved: String) {
        let sentence = self.refusal { () throws(TrackingError) in try TrackingRules.checkKey(key, at: "key") }
        #expect(sentence?.hasSuffix("This name would resolve to '\(resolved)'") == true, "\(sentence ?? "taken")")
    }

    @Test("long values are cut and long keys refused")
    func lengths() throws {
        let cut = try TrackingRules.parameter(KeyValue(key: "a", value: String(repeating: "ö", count: 7000)))
        #expect(cut.value.unicodeScalars.count == 6000)
        #expect(
            try TrackingRules.runTag(KeyValue(key: "a", value: String(repeating: "x", count: 8001))).value.count == 8000
        )
        let key = KeyValue(key: String(repeating: "k", count: 251), value: "")
        #expect(
            self.refusal { () throws(TrackingError) in _ = try TrackingRules.parameter(key) }
                == "'Param key' exceeds the maximum length of 250 characters")
        #expect(
            self.refusal { () throws(TrackingError) in _ = try TrackingRules.runTag(key, at: "tags[2]") }
                == "'tags[2].key' exceeds the maximum length of 250 characters")
    }

    @Test("a batch has limits of its own and keys that differ")
    func batches() {
        #expect(
            self.refusal { () throws(TrackingError) in
                try TrackingRules.checkBatch(metrics: 900, parameters: 50, tags: 50)
            } == nil)
        #expect(
            self.refusal { () throws(TrackingError) in
                try TrackingRules.checkBatch(metrics: 0, parameters: 101, tags: 0)
            }
                == "A batch logging request can contain at most 100 params. Got 101 params. Please split up params across "
                + "multiple requests and try again.")
        #expect(
            self.refusal { () throws(TrackingError) in
                try TrackingRules.checkBatch(metrics: 1000, parameters: 1, tags: 0)
            }?
            .contains("at most 1000 metrics, params, and tags. Got 1001") == true)
        let twice = [KeyValue(key: "d", value: "1"), KeyValue(key: "d", value: "2")]
        #expect(
            self.refusal { () throws(TrackingError) in try TrackingRules.checkUnique(twice) }?
                .hasPrefix("Duplicate parameter keys have been submitted: ['d'].") == true)
    }

    @Test("text is quoted as Python quotes it")
    func quotes() {
        #expect(PythonText.quoted("it's") == "\"it's\"")
        #expect(PythonText.quoted("it's \"so\"") == #"'it\'s "so"'"#)
        #expect(PythonText.quoted("a\\\n\u{1}") == #"'a\\\n\x01'"#)
        #expect(PythonText.json("é\"🙂") == #""\u00e9\"\ud83d\ude42""#)
    }

    @Test("artifacts lie below the experiment's place, before its query")
    func artifacts() {
        #expect(ArtifactLocation.append(["r", "artifacts"], to: "s3://b/p?x=1") == "s3://b/p/r/artifacts?x=1")
        #expect(ArtifactLocation.append(["3"], to: "mlflow-artifacts:/") == "mlflow-artifacts:/3")
        #expect(ArtifactLocation.append(["r"], to: "/abs/dir") == "/abs/dir/r")
    }

    @Test("run names are short, of three parts, and differ")
    func names() {
        var random = SeededRandom(seed: 7)
        let names = (0..<2000).map { _ in RunNames.make(using: &random) }
        #expect(names.allSatisfy { $0.split(separator: "-").count == 3 && $0.count <= RunNames.maximumLength })
        #expect(Set(names).count > 1950)
    }

    @Test("an id is the same 128 bits in MLflow's digits")
    func hexadecimal() {
        let id = ID<Run>(raw: 0x0123_4567_89AB_CDEF_0011_2233_4455_66FF)
        #expect(id.hexadecimal == "0123456789abcdef00112233445566ff")
        #expect(ID<Run>(hexadecimal: id.hexadecimal) == id)
        for text in [
            "", "0123", "0123456789ABCDEF00112233445566FF", id.hexadecimal + "0", "g" + id.hexadecimal.dropFirst(),
        ] {
            #expect(ID<Run>(hexadecimal: text) == nil)
        }
    }
}
