package import Contract
import Database
import Kernel

/// Datasets over the API.
package struct DatasetRoutes: Sendable {
    private let datasets: Datasets

    package init(datasets: Datasets) { self.datasets = datasets }

    package var bound: [BoundRoute] {
        let datasets = self.datasets
        return [
            Routes.listDatasets.bind { call in
                let page = try call.page()
                return try await datasets.database.read { try datasets.list(page, in: $0) }
            },
            Routes.listDatasetVersions.bind { call in
                let page = try call.page()
                return try await datasets.database.read { try datasets.versions(of: call.name(), page, in: $0) }
            },
            Routes.addDatasetVersion.bind { call, submission in
                try await datasets.add(submission, to: call.name(), by: call.principal)
            },
        ]
    }
}
