import Contract
import Testing

@Suite struct NearestNameTests {
    static let known = ["command", "inputs", "outputs", "resources", "retry", "timeout", "x"]

    @Test(
        "what was probably meant is found, and what was not is left alone",
        arguments: [
            ("comand", "command"), ("input", "inputs"), ("ouptuts", "outputs"), ("Retry", "retry"),
            ("time-out", "timeout"),
            ("resorces", "resources"), ("banana", nil), ("", nil), ("y", nil), ("zz", nil),
        ] as [(String, String?)])
    func nearest(name: String, expected: String?) { #expect(NearestName.of(name, among: Self.known) == expected) }
}

@Suite struct InputReferenceTests {
    @Test(
        "references are understood",
        arguments: [
            ("prepare", .output(node: "prepare", variant: nil, path: "")),
            ("prepare.split", .output(node: "prepare", variant: nil, path: "split")),
            ("prepare.split/train.csv", .output(node: "prepare", variant: nil, path: "split/train.csv")),
            ("train[small]", .output(node: "train", variant: "small", path: "")),
            ("train[small].model", .output(node: "train", variant: "small", path: "model")),
            ("dataset://digits", .dataset(name: "digits", version: nil)),
            ("dataset://digits@latest", .dataset(name: "digits", version: nil)),
            ("dataset://digits@12", .dataset(name: "digits", version: 12)),
        ] as [(String, InputReference)])
    func understood(text: String, expected: InputReference) { #expect(InputReference(text) == expected) }

    @Test(
        "anything else is refused",
        arguments: [
            "", ".x", "a.", "a[", "a[]", "a[b", "a[b]c", "dataset://", "dataset://a@", "dataset://a@0",
            "dataset://a@-1", "dataset://a@1@2", "dataset://@1",
        ])
    func refused(text: String) { #expect(InputReference(text) == nil) }
}
