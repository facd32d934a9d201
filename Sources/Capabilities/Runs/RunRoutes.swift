package import Contract
import Fleet
import Kernel

/// Runs over HTTP: for people, and for workers.
package struct RunRoutes: Sendable {
    let runs: Runs

    package init(runs: Runs) { self.runs = runs }

    package var bound: [BoundRoute] { self.forPeople + self.forWorkers }

    private var forPeople: [BoundRoute] {
        [
            Routes.submitRun.bind { call, submission in try await self.runs.submit(submission, by: call.principal) },
            Routes.listRuns.bind { call in try await self.runs.page(try call.page(), filter: try call.runFilter()) },
            Routes.getRun.bind { call in try await self.runs.get(try call.id()) },
            Routes.cancelRun.bind { call in try await self.runs.cancel(try call.id(), by: call.principal) },
            Routes.runAttempts.bind { call in Page(items: try await self.runs.attempts(of: try call.id())) },
            Routes.runLeases.bind { call in Page(items: try await self.runs.leases(of: try call.id())) },
            Routes.runDownloads.bind { call, request in try await self.runs.outputDownloads(request, of: try call.id())
            },
            Routes.runLogs.bindRaw { call in try await self.logs(call) },
            Routes.whatIf.bind { _, question in try await self.runs.whatIf(question) },
        ]
    }

    private var forWorkers: [BoundRoute] {
        [
            Routes.claim.bind { call, request in try await self.runs.claim(request, by: try call.ownWorker()) },
            Routes.heartbeat.bind { call, request in try await self.runs.heartbeat(request, by: try call.ownWorker()) },
            Routes.report.bind { call, batch in try await self.runs.report(batch, by: try call.ownWorker()) },
            Routes.attemptDownloads.bind { call, request in
                try await self.runs.downloads(request, for: try call.id(), by: try call.asWorker())
            },
            Routes.attemptUploads.bind { call, request in
                try await self.runs.uploads(request, for: try call.id(), by: try call.asWorker())
            },
            Routes.appendLog.bindRaw { call in
                let receipt = try await self.runs.appendLog(
                    call.body, at: try call.required("offset"), fence: Int(try call.required("fence")),
                    to: try call.id(),
                    by: call.principal)
                return try .json(receipt)
            },
        ]
    }

    private func logs(_ call: IncomingCall) async throws -> Answer {
        let id: ID<Run> = try call.id()
        let offset = max(0, try call.integer("offset") ?? 0)
        _ = try await self.runs.get(id)
        let attempt = try call.integer("attempt").map(Int.init(clamping:))
        guard call.flag("follow") else {
            return Answer(
                contentType: "text/plain; charset=utf-8",
                body: .stream { writer in
                    try await self.runs.writeLog(of: id, attempt: attempt, from: offset, to: writer)
                })
        }
        return Answer(
            contentType: "text/event-stream", headers: ["Cache-Control": "no-store"],
            body: .stream { writer in
                try await self.runs.followLog(of: id, attempt: attempt, from: offset, to: writer)
            })
    }
}

extension IncomingCall {
    /// - Throws: `forbidden` when the token is no worker's.
    fileprivate func asWorker() throws -> ID<Worker> {
        guard self.principal.role == .worker, let id = ID<Worker>(self.principal.name) else {
            throw FleetError.notYours(worker: self.principal.name)
        }
        return id
    }

    fileprivate func required(_ name: String) throws -> Int64 {
        guard let value = try self.integer(name) else {
            throw PlainFault(.invalid, "The query parameter '\(name)' is missing. Add it.")
        }
        return value
    }

    fileprivate func runFilter() throws -> RunFilter {
        var filter = RunFilter(project: self.query["project"], endpoint: self.query["endpoint"])
        if let text = self.query["status"] {
            guard let status = RunStatus(rawValue: text) else {
                let known = RunStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw PlainFault(.invalid, "'\(text)' is not a status. There are: \(known).")
            }
            filter.status = status
        }
        if let text = self.query["pipelineRun"] {
            guard let id = ID<PipelineRun>(text) else {
                throw PlainFault(.invalid, "'\(text)' is not an id of the form pip_<26 characters>.")
            }
            filter.pipelineRun = id
        }
        return filter
    }
}
