import Digest
import Kernel
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("key file")
final class KeyFileTests {
    private let folder: String
    private var path: String { self.folder + "/master.key" }

    init() {
        var template = Array("/tmp/martlet-digest-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(errno)") }
        self.folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        unlink(self.folder + "/link.key")
        unlink(self.path)
        rmdir(self.folder)
    }

    @Test("it is made once, for its owner alone, and read from then on")
    func made() throws {
        let key = try KeyFile.load(orCreateAt: self.path)
        var status = stat()
        #expect(stat(self.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(try KeyFile.load(orCreateAt: self.path).authenticate("x") == key.authenticate("x"))
    }

    @Test(
        "one that others can read is refused with the command that repairs it", arguments: [0o640, 0o604, 0o660, 0o644])
    func permissions(mode: Int) throws {
        _ = try KeyFile.load(orCreateAt: self.path)
        chmod(self.path, mode_t(mode))
        #expect(throws: KeyFileError.widePermissions(path: self.path, mode: String(mode, radix: 8))) {
            try KeyFile.load(orCreateAt: self.path)
        }
        do { _ = try KeyFile.load(orCreateAt: self.path) } catch {
            #expect(error.message.contains("chmod 600 '\(self.path)'"))
            #expect(error.kind == .invalid)
        }
    }

    @Test(
        "one that holds no key is refused and left alone", arguments: ["", "abc\n", String(repeating: "0", count: 65)])
    func damaged(content: String) throws {
        let descriptor = open(self.path, O_WRONLY | O_CREAT, 0o600)
        #expect(write(descriptor, content, content.utf8.count) == content.utf8.count)
        close(descriptor)
        #expect(throws: KeyFileError.damaged(path: self.path, reason: "it does not hold 64 hex digits")) {
            try KeyFile.load(orCreateAt: self.path)
        }
    }

    @Test("a symbolic link is refused")
    func link() throws {
        _ = try KeyFile.load(orCreateAt: self.path)
        #expect(symlink(self.path, self.folder + "/link.key") == 0)
        #expect(throws: KeyFileError.self) { try KeyFile.load(orCreateAt: self.folder + "/link.key") }
    }

    @Test("a folder that is not there is reported with the path")
    func noFolder() {
        #expect { try KeyFile.load(orCreateAt: "/nonexistent/master.key") } throws: {
            guard let error = $0 as? KeyFileError else { return false }
            return error.kind == .unavailable && error.message.contains("/nonexistent/master.key")
        }
    }
}
