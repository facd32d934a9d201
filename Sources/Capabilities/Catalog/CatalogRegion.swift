/// What is known of a provider's region. What is absent is unknown.
package struct CatalogRegion: Sendable, Hashable {
    package let provider: String
    package let code: String
    /// What the provider calls it for people.
    package let name: String
    package let coordinates: Coordinates?
    /// ISO 3166 alpha-2.
    package let country: String?
    /// Residency zones: `EU`, `EEA`, `UK` …, what `Environment.zones` holds.
    package let zones: [String]
    /// Grams of CO₂ equivalent per kilowatt-hour of the grid that feeds it, a year's mean.
    package let carbonGramsPerKilowattHour: Double?
    package let carbonSource: CatalogSource?
    package let locationSource: CatalogSource?

    init(_ table: CatalogTable, row: Int, provider: String) {
        let country = table.text(.regionCountry, row)
        self.provider = provider
        self.code = table.text(.regionCode, row)
        self.name = table.text(.regionName, row)
        self.country = country.isEmpty ? nil : country
        self.zones = table.list(.regionResidency, row)
        self.carbonGramsPerKilowattHour = table.shifted(.regionCarbon, row).map { TenThousandths($0).double }
        self.carbonSource = table.optionalSource(.regionCarbonSource, row)
        self.locationSource = table.optionalSource(.regionLocationSource, row)
        if let latitude = table.shifted(.regionLatitude, row), let longitude = table.shifted(.regionLongitude, row) {
            self.coordinates = Coordinates(
                latitude: Double(latitude - CatalogDraft.latitudeShift) / 1e6,
                longitude: Double(longitude - CatalogDraft.longitudeShift) / 1e6)
        } else {
            self.coordinates = nil
        }
    }

    /// Whether anything is known of it but its name.
    var hasFacts: Bool { self.coordinates != nil || self.country != nil || !self.zones.isEmpty }
}
