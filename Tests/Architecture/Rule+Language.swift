extension Rule {
    static let language: [Rule] = [
        Rule(
            "the world is met with throw, not with a crash",
            catches: [
                SourceFile(path: "Sources/Kernel/A.swift", text: "let a = try! b()"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "fatalError(\"x\")"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "let a = b!.c"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "f(dictionary[\"a\"]!)"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "let a = b as! C"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "var a: Int!"),
            ],
            allows: [
                SourceFile(path: "Sources/Kernel/A.swift", text: "if !a, b != c { precondition(!d) } // try! it"),
                SourceFile(path: "Tests/KernelTests/A.swift", text: "let a = try! b()"),
            ]
        ) { file in
            guard !file.isTest else { return [] }
            return file.lines(
                matching: #"\btry!|\bas!|\bfatalError\b|\bpreconditionFailure\(\)|[\w\)\]\"]!(?!=)"#,
                "crashes on what the world may bring")
        },
        Rule(
            "an unchecked Sendable says why it is safe",
            catches: [SourceFile(path: "Sources/Kernel/A.swift", text: "final class A: @unchecked Sendable {}")],
            allows: [
                SourceFile(
                    path: "Sources/Kernel/A.swift",
                    text: "// SAFETY: guarded by `lock`.\nfinal class A: @unchecked Sendable {}")
            ]
        ) { file in
            let lines = file.lines
            return file.lines(
                matching: #"@unchecked\s+Sendable|nonisolated\(unsafe\)"#, "no `// SAFETY:` line beside it"
            ).filter { breach in
                !lines[max(0, breach.line - 6)..<min(lines.count, breach.line + 1)].contains {
                    $0.contains("// SAFETY:")
                }
            }
        },
        Rule(
            "concurrency is structured, or says why not",
            catches: [
                SourceFile(path: "Sources/Kernel/A.swift", text: "func a() {\n    Task { await b() }\n}"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "Task.detached { }"),
            ],
            allows: [
                SourceFile(
                    path: "Sources/Kernel/A.swift", text: "// NIO calls back outside any task.\nTask { await b() }"),
                SourceFile(path: "Sources/Kernel/A.swift", text: "while !Task.isCancelled {}"),
            ]
        ) { file in
            guard !file.isTest else { return [] }
            let lines = file.lines
            return file.lines(matching: #"\bTask(\.detached)?\s*(\([^)]*\))?\s*\{"#, "a loose task without a reason")
                .filter { breach in
                    !lines[max(0, breach.line - 4)..<breach.line].contains { $0.contains("//") }
                }
        },
        Rule(
            "everything is package or less",
            catches: [SourceFile(path: "Sources/Kernel/A.swift", text: "public struct A {}")],
            allows: [SourceFile(path: "Sources/Kernel/A.swift", text: "package struct A {}")]
        ) { file in
            file.isTest ? [] : file.lines(matching: #"^\s*(public|open)\s"#, "public: the house has no outside")
        },
        Rule(
            "no promise is left in the code",
            catches: [
                SourceFile(path: "Sources/Kernel/A.swift", text: "// TODO: later"),
                SourceFile(path: "Tests/KernelTests/A.swift", text: "// FIXME"),
            ],
            allows: [SourceFile(path: "Sources/Kernel/A.swift", text: "// what is to do is in the issues")]
        ) { file in
            guard file.target != "Architecture" else { return [] }
            return file.lines.enumerated().compactMap { offset, line in
                line.contains(#/\b(TODO|FIXME|XXX|HACK)\b/#) ? Breach(line: offset + 1, what: "an open promise") : nil
            }
        },
        Rule(
            "an option of TCP is set on TCP",
            catches: [
                SourceFile(path: "Sources/Kernel/A.swift", text: "ChannelOptions.socketOption(.tcp_nodelay)")
            ],
            allows: [SourceFile(path: "Sources/Kernel/A.swift", text: "ChannelOptions.tcpOption(.tcp_nodelay)")]
        ) { file in
            // At the socket's level its number means SO_DEBUG, which the kernel refuses to everybody but root.
            file.target == "Architecture" ? [] : file.lines(matching: #"socketOption\(\.tcp_"#, "sets SO_DEBUG")
        },
        Rule(
            "tests wait for events, they do not sleep",
            catches: [SourceFile(path: "Tests/KernelTests/A.swift", text: "sleep(1)\n")],
            allows: [
                SourceFile(
                    path: "Tests/EndToEnd/Wait.swift",
                    text: "// Between two looks at a condition with a deadline.\nusleep(1000)")
            ]
        ) { file in
            guard file.isTest, file.target != "Architecture" else { return [] }
            let lines = file.lines
            return file.lines(matching: #"(\bsleep\(|\busleep\(|Task\.sleep|Thread\.sleep)"#, "sleeps without a reason")
                .filter { breach in
                    !lines[max(0, breach.line - 5)..<breach.line].contains { $0.contains("//") }
                }
        },
    ]
}
