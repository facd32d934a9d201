import Contract
import Kernel
import Testing

@testable import Placement

@Suite("What-if selections")
struct WhatIfSelectionTests {
    private func select(_ question: WhatIf, added: [PlacementOffer] = []) throws -> WhatIfSelection {
        try WhatIfSelection(question, today: Sites.all, added: added)
    }

    @Test("'without' removes all that any of its lists names, wildcards included")
    func without() throws {
        var selection = try self.select(WhatIf(without: WhatIfFilter(providers: ["aws"], regions: ["europe-*"])))
        #expect(selection.kept.map(\.environment) == ["onprem-helsinki"])
        #expect(selection.removed == ["aws-us-east-1", "gcp-europe-west4"])
        selection = try self.select(WhatIf())
        #expect(selection.kept == Sites.all && selection.removed.isEmpty)
    }

    @Test("'only' keeps what each of its lists names, and may name what is new")
    func only() throws {
        let new = Sites.offer("stockholm", "aws", "eu-north-1", ["EU"], price: 1)
        let selection = try self.select(WhatIf(only: WhatIfFilter(regions: ["eu-north-1"])), added: [new])
        #expect(selection.kept.isEmpty)
        #expect(selection.removed.count == 3)
        let both = try self.select(WhatIf(only: WhatIfFilter(providers: ["aws", "gcp"], regions: ["us-*"])))
        #expect(both.kept.map(\.environment) == ["aws-us-east-1"])
    }

    @Test("a name that nothing has is told with the nearest one")
    func unknown() {
        let error = #expect(throws: WhatIfError.self) {
            try self.select(WhatIf(without: WhatIfFilter(environments: ["aws-us-east-l"])))
        }
        #expect(error?.message.hasSuffix("Did you mean 'aws-us-east-1'?") == true)
        let far = #expect(throws: WhatIfError.self) {
            try self.select(WhatIf(only: WhatIfFilter(providers: ["digitalocean"])))
        }
        #expect(
            far?.message
                == "'only' names the provider 'digitalocean', and no environment has it. There are: aws, gcp, onprem.")
    }

    @Test("a new environment needs a name of its own, and something must be left")
    func names() {
        #expect(throws: WhatIfError.nameTaken("aws-us-east-1")) { try self.select(WhatIf(), added: [Sites.aws]) }
        #expect(throws: Never.self) {
            try self.select(WhatIf(without: WhatIfFilter(providers: ["aws"])), added: [Sites.aws])
        }
        let new = Sites.offer("new", "onprem", "espoo", ["EU"], price: 1)
        #expect(throws: WhatIfError.addedTwice("new")) { try self.select(WhatIf(), added: [new, new]) }
        #expect(throws: WhatIfError.nothingLeft) {
            try self.select(WhatIf(without: WhatIfFilter(environments: ["*"])))
        }
    }
}
