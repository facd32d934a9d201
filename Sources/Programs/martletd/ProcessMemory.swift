#if canImport(Glibc)
    import Glibc
#endif

/// How this process keeps memory that it has given back.
enum ProcessMemory {
    /// Blocks of this size and more come from the kernel and go back to it at once. In bytes.
    private static let wholeBlock: Int32 = 256 << 10
    /// So much may lie free at the end of an arena. In bytes.
    private static let slack: Int32 = 1 << 20
    /// The C library gives nearly each thread an arena of its own, and each keeps what its largest answer took.
    private static let arenas: Int32 = 2

    /// Makes memory follow what is held, not what was held at most. Without it a server that has once written a few long
    /// histories stays twice as large.
    static func bound() {
        #if canImport(Glibc)
            mallopt(M_MMAP_THRESHOLD, Self.wholeBlock)
            mallopt(M_TRIM_THRESHOLD, Self.slack)
            mallopt(M_ARENA_MAX, Self.arenas)
        #endif
    }
}
