/// Names for runs that were given none: an adjective, a noun and a number, such as `quiet-heron-214`.
package enum RunNames {
    /// The longest name that is made, in characters: it fits a column.
    package static let maximumLength = 20
    /// The number is below this.
    private static let numbers = 1000

    /// A name of two words and a number.
    package static func make(using random: inout some RandomNumberGenerator) -> String {
        let adjective = self.adjectives[Int(random.next(upperBound: UInt(self.adjectives.count)))]
        let noun = self.nouns[Int(random.next(upperBound: UInt(self.nouns.count)))]
        return "\(adjective)-\(noun)-\(random.next(upperBound: UInt(self.numbers)))"
    }

    // Adjectives of at most 8 letters, nouns of at most 7: with two dashes and three digits no name is longer than it may be.
    static let adjectives = [
        "agile", "airy", "amber", "ample", "ancient", "arctic", "autumn", "avid", "azure", "balmy", "blithe", "bold",
        "brave", "breezy", "bright", "brisk", "bronze", "candid", "cheery", "civil", "clear", "clever", "cobalt",
        "cosmic", "crimson", "crisp", "curious", "daring", "deft", "dusky", "eager", "early", "earnest", "fabled",
        "fleet", "fluent", "frosty", "gallant", "gentle", "gilded", "glad", "golden", "graceful", "grand", "hardy",
        "hazel", "honest", "humble", "indigo", "ivory", "jolly", "keen", "kind", "lively", "lofty", "lucid", "lunar",
        "mellow", "mighty", "misty", "modest", "mossy", "neat", "nimble", "noble", "northern", "opal", "patient",
        "placid", "plucky", "polar", "prompt", "proud", "quick", "quiet", "radiant", "ready", "robust", "royal",
        "rustic", "sage", "scarlet", "serene", "sharp", "silver", "sleek", "snowy", "solar", "spry", "steady",
        "stellar",
        "sunny", "swift", "tidy", "tranquil", "upbeat", "valiant", "velvet", "vivid", "warm", "windy", "witty", "young",
    ]

    static let nouns = [
        "auklet", "avocet", "bittern", "brant", "bunting", "condor", "coot", "cuckoo", "curlew", "dipper", "dunlin",
        "eagle", "egret", "eider", "falcon", "finch", "fulmar", "gannet", "godwit", "goshawk", "grebe", "grouse",
        "harrier", "heron", "hobby", "hoopoe", "ibis", "jackdaw", "jay", "kestrel", "kite", "knot", "lapwing", "linnet",
        "loon", "magpie", "mallard", "martin", "martlet", "merlin", "murre", "osprey", "ouzel", "owl", "petrel",
        "pipit", "plover", "puffin", "quail", "rail", "raven", "redwing", "robin", "rook", "ruff", "shrike", "siskin",
        "skua", "skylark", "smew", "snipe", "stilt", "stint", "stork", "swallow", "swan", "swift", "teal",
        "tern", "thrush", "turaco", "twite", "wagtail", "warbler", "waxwing", "wigeon", "wren", "wryneck",
    ]
}
