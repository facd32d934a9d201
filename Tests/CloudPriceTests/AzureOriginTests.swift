import Testing

@testable import Azure

@Suite struct AzureOriginTests {
    @Test(
        "addresses of one scheme, host and port have one origin",
        arguments: [
            "https://prices.azure.com", "https://prices.azure.com:443/api/retail/prices?$skip=100",
            "HTTPS://Prices.Azure.COM/", "https://prices.azure.com#x", "https://prices.azure.com?x=https://other",
        ])
    func same(url: String) {
        #expect(Origin(of: url) != nil)
        #expect(Origin(of: url) == Origin(of: "https://prices.azure.com"))
    }

    @Test(
        "any other address has another origin, or none",
        arguments: [
            "http://prices.azure.com", "https://prices.azure.com:8443", "https://prices.azure.com.evil.example",
            "https://prices.azure.com@evil.example/", "https://evil.example/?https://prices.azure.com",
            "https://evil.example\\@prices.azure.com", "//prices.azure.com/", "/api/retail/prices",
            "ftp://prices.azure.com",
            "https://", "", "https://[::1]:443",
        ])
    func other(url: String) {
        #expect(Origin(of: url) != Origin(of: "https://prices.azure.com"))
    }
}
