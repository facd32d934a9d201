import Client
import Contract
import Digest
import Foundation
import Kernel
import Testing

@Suite struct LocalFolderTests {
    @Test("a folder becomes a tree with any name, its digests, sizes and executable bits")
    func names() async throws {
        try await withFolder { root in
            let names = [
                "plain.py", "with space", "quo\"te's", "new\nline", "emoji 🙂", "deep/er/file", "ünï", "-rf",
                "back\\slash",
            ]
            for name in names { try write("content of \(name)", to: "\(root)/\(name)") }
            try write("", to: root + "/empty")
            chmod(root + "/plain.py", 0o755)
            let folder = try LocalFolder(root, rules: .source)
            #expect(folder.tree.entries.map(\.path).sorted() == (names + ["empty"]).sorted())
            for entry in folder.tree.entries where entry.path != "empty" {
                #expect(entry.sha256 == Digest.sha256("content of \(entry.path)"))
                #expect(entry.size.bytes == Int64("content of \(entry.path)".utf8.count))
                #expect(entry.executable == (entry.path == "plain.py"))
            }
            #expect(folder.files.count == names.count + 1)
        }
    }

    @Test("equal folders have equal digests, equal files are one blob")
    func content() async throws {
        try await withFolder { root in
            for copy in ["a", "b"] {
                try write("same", to: "\(root)/\(copy)/x")
                try write("same", to: "\(root)/\(copy)/y")
            }
            let a = try LocalFolder(root + "/a", rules: .outputs)
            let b = try LocalFolder(root + "/b", rules: .outputs)
            #expect(a.tree.digest == b.tree.digest)
            #expect(a.files.count == 1)
            try write("other", to: root + "/b/y")
            #expect(try LocalFolder(root + "/b", rules: .outputs).tree.digest != a.tree.digest)
        }
    }

    @Test(".martletignore is respected in sources, and nowhere else")
    func ignore() async throws {
        try await withFolder { root in
            try write("*.bin\ndata/\n!keep.bin\n", to: root + "/.martletignore")
            for name in ["a.bin", "keep.bin", "data/x", "a.py", ".git/HEAD", "p/__pycache__/m.pyc"] {
                try write("x", to: "\(root)/\(name)")
            }
            let source = try LocalFolder(root, rules: .source).tree.entries.map(\.path)
            #expect(source == [".martletignore", "a.py", "keep.bin"])
            #expect(try LocalFolder(root, rules: .dataset).tree.entries.count == 7)
        }
    }

    @Test("a link inside the folder is packed as what it points to")
    func innerLinks() async throws {
        try await withFolder { root in
            try write("x", to: root + "/real/file")
            symlink("real/file", root + "/link")
            symlink("real", root + "/folder")
            #expect(
                try LocalFolder(root, rules: .source).tree.entries.map(\.path) == ["folder/file", "link", "real/file"])
        }
    }

    @Test("links that leave, lead nowhere or go round are refused by name, unless they are left out")
    func badLinks() async throws {
        for (target, word) in [
            ("/etc/passwd", "leads out of the folder"), ("../..", "leads out"), ("nothing", "leads nowhere"),
            (".", "lies in"),
        ] {
            try await withFolder { root in
                try write("x", to: root + "/sub/file")
                symlink(target, root + "/sub/bad")
                let error = #expect(throws: FolderError.self) { _ = try LocalFolder(root, rules: .source) }
                #expect(error?.message.contains("'sub/bad'") == true)
                #expect(error?.message.contains(word) == true)
                try write("bad", to: root + "/.martletignore")
                #expect(try LocalFolder(root, rules: .source).tree.entries.count == 2)
            }
        }
    }

    @Test("sockets and pipes are refused")
    func special() async throws {
        try await withFolder { root in
            mkfifo(root + "/pipe", 0o600)
            let error = #expect(throws: FolderError.self) { _ = try LocalFolder(root, rules: .source) }
            #expect(error?.message.contains("'pipe' is a named pipe") == true)
        }
    }

    @Test("a source over 512 MiB is refused with its three largest files, before a byte is read")
    func tooLarge() async throws {
        try await withFolder { root in
            for (name, size) in [("a", 300), ("b", 200), ("c", 100), ("d", 1)] {
                try write("", to: "\(root)/\(name)")
                truncate("\(root)/\(name)", size << 20)
            }
            let error = #expect(throws: FolderError.self) { _ = try LocalFolder(root, rules: .source) }
            #expect(error?.kind == .invalid)
            #expect(error?.message.contains("has 601 MiB, above the limit of 512 MiB") == true)
            #expect(error?.message.contains("'a' (300 MiB), 'b' (200 MiB), 'c' (100 MiB)") == true)
            #expect(error?.message.contains("'d'") == false)
        }
    }

    @Test("a folder that is not there is refused")
    func missing() {
        let error = #expect(throws: FolderError.self) { _ = try LocalFolder("/nowhere/at/all", rules: .source) }
        #expect(error?.message == "'/nowhere/at/all' cannot be read: no such file or directory.")
    }
}
