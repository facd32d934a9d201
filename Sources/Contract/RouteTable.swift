package import Kernel

/// Every route of the control plane. Adding one here without binding it stops the server from starting.
package enum RouteTable {
    package static let all: [RouteRow] =
        system + access + catalog + fleet + data + runs + pipelines + tracking + models + serving + costs

    static let system: [RouteRow] = [
        Routes.healthz.row, Routes.readyz.row, Routes.metrics.row, Routes.openAPI.row, Routes.events.row,
        Routes.journal.row,
    ]
    static let access: [RouteRow] = [
        Routes.whoami.row, Routes.issueToken.row, Routes.listTokens.row, Routes.revokeToken.row,
        Routes.checkToken.row,
    ]
    static let fleet: [RouteRow] = [
        Routes.listEnvironments.row, Routes.getEnvironment.row, Routes.putEnvironment.row, Routes.issueJoinToken.row,
        Routes.registerWorker.row, Routes.listWorkers.row, Routes.renewWorker.row, Routes.drainWorker.row,
        Routes.listPriceBooks.row, Routes.getPriceBook.row, Routes.putPriceBook.row,
    ]
    static let catalog: [RouteRow] = [Routes.searchCatalog.row, Routes.refreshCatalog.row]
    static let data: [RouteRow] = [
        Routes.listStores.row, Routes.getStore.row, Routes.putStore.row, Routes.requestUpload.row,
        Routes.listDatasets.row,
        Routes.listDatasetVersions.row, Routes.addDatasetVersion.row, Routes.listTransfers.row, Routes.getTree.row,
    ]
    static let runs: [RouteRow] = [
        Routes.submitRun.row, Routes.listRuns.row, Routes.getRun.row, Routes.cancelRun.row, Routes.runAttempts.row,
        Routes.runLeases.row, Routes.runLogs.row, Routes.runDownloads.row, Routes.claim.row, Routes.heartbeat.row,
        Routes.report.row,
        Routes.attemptDownloads.row, Routes.attemptUploads.row, Routes.appendLog.row, Routes.whatIf.row,
    ]
    static let pipelines: [RouteRow] = [
        Routes.plan.row, Routes.submitPipeline.row, Routes.listPipelineRuns.row, Routes.getPipelineRun.row,
        Routes.cancelPipelineRun.row,
    ]
    static let tracking: [RouteRow] = [Routes.appendMetrics.row, Routes.runMetrics.row]
    static let models: [RouteRow] = [
        Routes.listModels.row, Routes.getModel.row, Routes.listModelVersions.row, Routes.setModelAlias.row,
        Routes.deleteModelAlias.row,
    ]
    static let serving: [RouteRow] = [
        Routes.listEndpoints.row, Routes.getEndpoint.row, Routes.putEndpoint.row, Routes.deleteEndpoint.row,
        Routes.routing.row,
        Routes.reportServing.row, Routes.endpointStatistics.row,
    ]
    static let costs: [RouteRow] = [Routes.costReport.row, Routes.ledger.row, Routes.compareCosts.row]
}

/// The rows by name. Each noun's rows stand together.
package enum Routes {
    // System
    package static let healthz = Route<Nothing, PlainText>(.get, "/healthz", .open, "The process is alive.")
    package static let readyz = Route<Nothing, PlainText>(.get, "/readyz", .open, "The database can be written.")
    package static let metrics = Route<Nothing, PlainText>(.get, "/metrics", .role(.viewer), "Prometheus text format.")
    package static let openAPI = Route<Nothing, RawBytes>(
        .get, "/api/v1/openapi.json", .open, "This API in OpenAPI 3.1, made from the route table.")
    package static let events = Route<Nothing, Events<JournalLine>>(
        .get, "/api/v1/events", .gateway, "The journal as server-sent events, resumable by `Last-Event-ID`.",
        query: [
            QueryParameter("after", "Sequence number to start after; the present head when absent."),
            QueryParameter("kind", "Only lines whose kind starts with this."),
        ])
    package static let journal = Route<Nothing, Page<JournalLine>>(
        .get, "/api/v1/journal", .role(.viewer), "Journal lines, newest first.",
        query: QueryParameter.page + [
            QueryParameter("subject", "Only lines about this id or name."),
            QueryParameter("kind", "Only lines whose kind starts with this."),
        ])

    // Access
    package static let whoami = Route<Nothing, Principal>(.get, "/api/v1/whoami", .gateway, "Who the token stands for.")
    package static let issueToken = Route<TokenRequest, IssuedToken>(
        .post, "/api/v1/tokens", .role(.admin), "Issue a token; its secret is shown only here.")
    package static let listTokens = Route<Nothing, Page<AccessToken>>(
        .get, "/api/v1/tokens", .role(.admin), "Tokens, without their secrets.", query: QueryParameter.page)
    package static let revokeToken = Route<Nothing, AccessToken>(
        .delete, "/api/v1/tokens/{id}", .role(.admin), "Revoke a token.")
    package static let checkToken = Route<TokenCheck, TokenStanding>(
        .post, "/api/v1/token-checks", .gateway,
        "Whether a token that was presented to a gateway is good, and for whom.")

    // Catalog
    package static let searchCatalog = Route<Nothing, CatalogOffers>(
        .get, "/api/v1/catalog/offers", .role(.viewer),
        "What the clouds sell: machine types by region that match, the cheapest first, and how many there are.",
        query: CatalogQuery.parameters)

    package static let refreshCatalog = Route<CatalogRefreshRequest, CatalogRefresh>(
        .post, "/api/v1/catalog/refreshes", .role(.operator),
        "Read a provider's own price list; answers when it was read to its end, which takes minutes.")

    // Fleet
    static let dryRun = [QueryParameter("dryRun", "`true`: say what would change, change nothing.")]
    package static let listEnvironments = Route<Nothing, Page<EnvironmentStatus>>(
        .get, "/api/v1/environments", .role(.viewer), "Environments with their workers, by name.",
        query: QueryParameter.page)
    package static let getEnvironment = Route<Nothing, EnvironmentStatus>(
        .get, "/api/v1/environments/{name}", .role(.viewer), "One environment.")
    package static let putEnvironment = Route<Environment, ApplyResult>(
        .put, "/api/v1/environments/{name}", .role(.operator), "Declare an environment.", query: dryRun)
    package static let listPriceBooks = Route<Nothing, Page<PriceBook>>(
        .get, "/api/v1/price-books", .role(.viewer), "Price books, by name.")
    package static let getPriceBook = Route<Nothing, PriceBook>(
        .get, "/api/v1/price-books/{name}", .role(.viewer), "One price book.")
    package static let putPriceBook = Route<PriceBook, ApplyResult>(
        .put, "/api/v1/price-books/{name}", .role(.operator),
        "Declare a price book; environments are priced anew.", query: dryRun)
    package static let issueJoinToken = Route<JoinTokenRequest, JoinFile>(
        .post, "/api/v1/environments/{name}/join-tokens", .role(.operator),
        "Issue a one-time join token for one worker.")
    package static let registerWorker = Route<WorkerRegistration, WorkerCredentials>(
        .post, "/api/v1/workers", .joinToken, "Join an environment as a worker.")
    package static let listWorkers = Route<Nothing, Page<Worker>>(
        .get, "/api/v1/workers", .role(.viewer), "Workers, newest first.", query: QueryParameter.page)
    package static let renewWorker = Route<WorkerRegistration, WorkerCredentials>(
        .post, "/api/v1/workers/{id}/token", .worker,
        "Exchange a worker token for a fresh one, and say what the worker is now: its slots, its size, its address.")
    package static let drainWorker = Route<Nothing, Worker>(
        .post, "/api/v1/workers/{id}/drain", .worker, "Take no more work; sent by a worker that stops.")

    // Data
    package static let listStores = Route<Nothing, Page<StoreStatus>>(
        .get, "/api/v1/stores", .role(.viewer), "Stores and what lies in them, by name.", query: QueryParameter.page)
    package static let getStore = Route<Nothing, StoreStatus>(
        .get, "/api/v1/stores/{name}", .role(.viewer), "One store.")
    package static let putStore = Route<Store, ApplyResult>(
        .put, "/api/v1/stores/{name}", .role(.operator), "Declare a store.", query: dryRun)
    package static let requestUpload = Route<UploadRequest, UploadGrant>(
        .post, "/api/v1/uploads", .role(.developer), "Where to put the blobs that a store does not have.",
        limit: .mebibytes(16))
    package static let listDatasets = Route<Nothing, Page<DatasetVersion>>(
        .get, "/api/v1/datasets", .role(.viewer), "The latest version of each dataset, by name.",
        query: QueryParameter.page)
    package static let listDatasetVersions = Route<Nothing, Page<DatasetVersion>>(
        .get, "/api/v1/datasets/{name}/versions", .role(.viewer), "Versions, newest first.", query: QueryParameter.page)
    package static let addDatasetVersion = Route<DatasetSubmission, DatasetVersion>(
        .post, "/api/v1/datasets/{name}/versions", .role(.developer),
        "Add a version whose blobs were uploaded; an unchanged tree gives the version that is there.",
        limit: .mebibytes(32))
    package static let listTransfers = Route<Nothing, Page<Transfer>>(
        .get, "/api/v1/transfers", .role(.viewer), "Transfers, newest first.",
        query: QueryParameter.page + [QueryParameter("run", "Only those that this run asked for.")])
    package static let getTree = Route<Nothing, Tree>(
        .get, "/api/v1/trees/{digest}", .role(.viewer), "The files of a tree.")

    // Runs
    package static let submitRun = Route<RunSubmission, Run>(
        .post, "/api/v1/runs", .role(.developer), "Submit a run.", limit: .mebibytes(32))
    package static let listRuns = Route<Nothing, Page<Run>>(
        .get, "/api/v1/runs", .role(.viewer), "Runs, newest first.",
        query: QueryParameter.page + [
            QueryParameter("status", "Only runs in this status."), QueryParameter("project", "Only this project's."),
            QueryParameter("pipelineRun", "Only this pipeline run's."),
            QueryParameter("endpoint", "Only this endpoint's replicas."),
        ])
    package static let getRun = Route<Nothing, Run>(.get, "/api/v1/runs/{id}", .role(.viewer), "One run.")
    package static let cancelRun = Route<Nothing, Run>(
        .post, "/api/v1/runs/{id}/cancel", .role(.developer), "Cancel a run; a second time changes nothing.")
    package static let runAttempts = Route<Nothing, Page<Attempt>>(
        .get, "/api/v1/runs/{id}/attempts", .role(.viewer), "Attempts, first first.", query: QueryParameter.page)
    package static let runLeases = Route<Nothing, Page<Lease>>(
        .get, "/api/v1/runs/{id}/leases", .role(.viewer), "Leases, first first.", query: QueryParameter.page)
    package static let runLogs = Route<Nothing, RawBytes>(
        .get, "/api/v1/runs/{id}/logs", .role(.viewer), "What the command printed, stdout and stderr in order.",
        query: [
            QueryParameter(
                "follow", "`true`: server-sent events until the run ends; each event's data is a JSON string."),
            QueryParameter("attempt", "The attempt's number; the latest when absent."),
            QueryParameter("offset", "Byte to start at."),
        ])
    package static let runDownloads = Route<DownloadRequest, DownloadGrant>(
        .post, "/api/v1/runs/{id}/downloads", .role(.viewer), "Where to get blobs of the run's outputs.",
        limit: .mebibytes(8))
    package static let claim = Route<ClaimRequest, ClaimResponse>(
        .post, "/api/v1/workers/{id}/claim", .worker, "Take attempts for free slots; held back while there are none.")
    package static let heartbeat = Route<HeartbeatRequest, HeartbeatResponse>(
        .post, "/api/v1/workers/{id}/heartbeat", .worker, "Renew the leases of these attempts and learn which to stop.")
    package static let report = Route<ReportBatch, ReportVerdicts>(
        .post, "/api/v1/workers/{id}/reports", .worker, "Commit outputs, or say how an attempt ended. Idempotent.",
        limit: .mebibytes(32))
    package static let attemptDownloads = Route<DownloadRequest, DownloadGrant>(
        .post, "/api/v1/attempts/{id}/downloads", .worker, "Where to get the source and inputs of an attempt.",
        limit: .mebibytes(8))
    package static let attemptUploads = Route<UploadRequest, UploadGrant>(
        .post, "/api/v1/attempts/{id}/uploads", .worker, "Where to stage the outputs of an attempt.",
        limit: .mebibytes(16))
    package static let appendLog = Route<RawBytes, LogReceipt>(
        .post, "/api/v1/attempts/{id}/logs", .worker,
        "Store a chunk of the log; one that is there already changes nothing.",
        query: [
            QueryParameter("offset", "Byte at which the chunk starts."),
            QueryParameter("fence", "The attempt's number."),
        ])
    package static let whatIf = Route<WhatIf, WhatIfReport>(
        .post, "/api/v1/what-ifs", .role(.viewer),
        "What the recorded runs of a period would have cost over other offers.")

    // Pipelines
    package static let plan = Route<PlanRequest, Plan>(
        .post, "/api/v1/plans", .role(.viewer), "Where each task would run, for how much, and why.",
        limit: .mebibytes(32))
    package static let submitPipeline = Route<PipelineSubmission, PipelineRun>(
        .post, "/api/v1/pipeline-runs", .role(.developer), "Run a pipeline.", limit: .mebibytes(32))
    package static let listPipelineRuns = Route<Nothing, Page<PipelineRun>>(
        .get, "/api/v1/pipeline-runs", .role(.viewer), "Pipeline runs, newest first.", query: QueryParameter.page)
    package static let getPipelineRun = Route<Nothing, PipelineRun>(
        .get, "/api/v1/pipeline-runs/{id}", .role(.viewer), "One pipeline run with its nodes.")
    package static let cancelPipelineRun = Route<Nothing, PipelineRun>(
        .post, "/api/v1/pipeline-runs/{id}/cancel", .role(.developer), "Cancel a pipeline run and its runs.")

    // Tracking
    package static let appendMetrics = Route<MetricBatch, Acknowledgement>(
        .post, "/api/v1/attempts/{id}/metrics", .worker, "Record metric points of an attempt.")
    package static let runMetrics = Route<Nothing, Page<MetricPoint>>(
        .get, "/api/v1/runs/{id}/metrics", .role(.viewer), "Metric points in the order they came.",
        query: QueryParameter.page + [QueryParameter("name", "Only this metric.")])

    // Models
    package static let listModels = Route<Nothing, Page<Model>>(
        .get, "/api/v1/models", .role(.viewer), "Registered models, by name.", query: QueryParameter.page)
    package static let getModel = Route<Nothing, Model>(
        .get, "/api/v1/models/{name}", .role(.viewer), "A model: its aliases and tags.")
    package static let listModelVersions = Route<Nothing, Page<ModelVersion>>(
        .get, "/api/v1/models/{name}/versions", .role(.viewer), "Versions, newest first.", query: QueryParameter.page)
    package static let setModelAlias = Route<AliasAssignment, Model>(
        .put, "/api/v1/models/{name}/aliases/{alias}", .role(.developer), "Move an alias to a version.")
    package static let deleteModelAlias = Route<Nothing, Model>(
        .delete, "/api/v1/models/{name}/aliases/{alias}", .role(.developer), "Remove an alias.")

    // Serving
    package static let listEndpoints = Route<Nothing, Page<EndpointStatus>>(
        .get, "/api/v1/endpoints", .role(.viewer), "Endpoints with their replicas, by name.", query: QueryParameter.page
    )
    package static let getEndpoint = Route<Nothing, EndpointStatus>(
        .get, "/api/v1/endpoints/{name}", .role(.viewer), "One endpoint.")
    package static let putEndpoint = Route<Endpoint, ApplyResult>(
        .put, "/api/v1/endpoints/{name}", .role(.developer), "Declare an endpoint.", query: dryRun)
    package static let deleteEndpoint = Route<Nothing, EndpointStatus>(
        .delete, "/api/v1/endpoints/{name}", .role(.developer), "Remove an endpoint and stop its replicas.")
    package static let routing = Route<Nothing, RoutingTable>(
        .get, "/api/v1/routing", .gateway, "What gateways route by.")
    package static let reportServing = Route<ServingReport, Acknowledgement>(
        .post, "/api/v1/serving-reports", .role(.gateway), "A gateway's running totals.")
    package static let endpointStatistics = Route<Nothing, Page<ServingStatistics>>(
        .get, "/api/v1/endpoints/{name}/statistics", .role(.viewer),
        "What gateways served of it, by revision and environment.")

    // Costs
    package static let costReport = Route<Nothing, CostReport>(
        .get, "/api/v1/costs", .role(.viewer), "Money by any of environment, step, project, user, kind, run, day.",
        query: [
            QueryParameter("by", "Dimensions, comma-separated; `environment` when absent."),
            QueryParameter("pipelineRun", "Only this pipeline run's."),
            QueryParameter("project", "Only this project's."),
            QueryParameter("run", "Only this run's."),
        ])
    package static let ledger = Route<Nothing, Page<LedgerEntry>>(
        .get, "/api/v1/ledger", .role(.viewer), "Postings, newest first.",
        query: QueryParameter.page + [QueryParameter("run", "Only this run's.")])
    package static let compareCosts = Route<Nothing, CostComparison>(
        .get, "/api/v1/pipeline-runs/{id}/costs", .role(.viewer), "What it cost, and what it would have cost elsewhere."
    )
}
