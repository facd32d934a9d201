import Database
import Kernel
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("data folder")
struct DataFolderTests {
    private let parent = TemporaryFolder()

    @Test("it is made for its owner alone")
    func made() throws {
        let folder = try DataFolder.open(self.parent.file("data"))
        #expect(try mode(folder.path) == 0o700)
        #expect(try mode(folder.file(DataFolder.lockName)) == 0o600)
    }

    @Test("a second control plane is refused, with the folder and the process that holds it")
    func locked() throws {
        let path = self.parent.file("data")
        let first = try DataFolder.open(path)
        #expect(throws: DataFolderError.inUse(path: path, process: "\(getpid())")) { try DataFolder.open(path) }
        do { _ = try DataFolder.open(path) } catch {
            #expect(error.kind == .conflict)
            #expect(error.message.contains(path))
            #expect(error.message.contains("process id \(getpid())"))
        }
        withExtendedLifetime(first) {}
    }

    @Test("the lock ends with its holder")
    func released() throws {
        let path = self.parent.file("data")
        do { _ = try DataFolder.open(path) }
        let again = try DataFolder.open(path)
        #expect(again.path == path)
    }

    @Test("a file in the folder's place is refused with the reason")
    func notAFolder() throws {
        try write([1], to: self.parent.file("data"))
        #expect { try DataFolder.open(self.parent.file("data")) } throws: {
            ($0 as? DataFolderError)?.message.contains("not a directory") == true
        }
    }
}
