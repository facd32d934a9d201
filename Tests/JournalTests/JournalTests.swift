import Journal
import Testing

@Test("the journal has migrations")
func migrations() { #expect(!Journal.migrations.isEmpty) }
