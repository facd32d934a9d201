#if canImport(Glibc)
    import Glibc
#endif

/// How this process keeps memory that it has given back.
enum ProcessMemory {
    /// The C library's settings by their numbers in `malloc.h`, which Swift does not import, with their values: blocks of
    /// 256 KiB and more come from the kernel and go back to it at once; 1 MiB may lie free at the end of an arena; two arenas,
    /// instead of one for nearly each thread that keeps what its largest answer took.
    private static let settings: [(number: Int32, value: Int32)] = [(-3, 256 << 10), (-1, 1 << 20), (-8, 2)]

    /// Makes memory follow what is held, not what was held at most. Without it a server that has once written a few long
    /// histories stays twice as large.
    static func bound() {
        #if canImport(Glibc)
            guard let symbol = dlsym(nil, "mallopt") else { return }
            let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
            for setting in Self.settings { _ = mallopt(setting.number, setting.value) }
        #endif
    }
}
