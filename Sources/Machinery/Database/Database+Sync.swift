extension Database {
    /// Sees to it that every change that was acknowledged before the call survives a power cut, `relaxed` ones too.
    ///
    /// A durable commit syncs the log with everything that stands before it. Nothing is done when the last commit was one.
    ///
    /// - Throws: as `probe`.
    package func sync() async throws {
        if self.statistics.unsyncedChanges > 0 { try await self.probe() }
    }
}
