import ArgumentParser
import Client
import Contract
import Kernel
import Transport

struct RunsLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "logs", abstract: "Print what a run printed.")

    @OptionGroup var run: RunArgument

    @Flag(name: .shortAndLong, help: "Go on until the run ends.")
    var follow = false

    @Option(help: ArgumentHelp("The attempt's number; the latest when left out.", valueName: "number"))
    var attempt: Int?

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let client = try self.global.client()
        let id = self.run.id
        if self.follow {
            let follower = RunFollower(client: client, global: self.global, id: id)
            let attempt = self.attempt
            return try await Interrupt.detaching(
                { "Left \(id), which goes on. End it with 'martlet runs cancel \(id)'." },
                { try await follower.printLog(attempt: attempt) })
        }
        var decoder = UTF8Chunks()
        for try await chunk in try await client.log(of: id, attempt: self.attempt).body {
            self.global.terminal.out(decoder.take(chunk))
        }
        self.global.terminal.out(decoder.finish())
    }
}

/// Text out of bytes that may be cut within a character.
struct UTF8Chunks {
    private var rest: [UInt8] = []

    mutating func take(_ bytes: [UInt8]) -> String {
        let all = self.rest + bytes
        // A character has at most four bytes; its first one says how many.
        let tail = all.indices.suffix(3).last { all[$0] & 0xC0 == 0xC0 }
        var end = all.count
        if let tail {
            let length = all[tail] >= 0xF0 ? 4 : all[tail] >= 0xE0 ? 3 : 2
            if tail + length > all.count { end = tail }
        }
        self.rest = Array(all[end...])
        return String(decoding: all[..<end], as: UTF8.self)
    }

    mutating func finish() -> String {
        defer { self.rest = [] }
        return String(decoding: self.rest, as: UTF8.self)
    }
}
