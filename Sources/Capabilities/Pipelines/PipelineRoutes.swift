package import Contract
import Kernel

/// Plans and pipeline runs over HTTP.
package struct PipelineRoutes: Sendable {
    let pipelines: Pipelines

    package init(pipelines: Pipelines) { self.pipelines = pipelines }

    package var bound: [BoundRoute] {
        [
            Routes.plan.bind { call, request in try await self.pipelines.plan(request, by: call.principal) },
            Routes.submitPipeline.bind { call, submission in
                try await self.pipelines.submit(submission, by: call.principal)
            },
            Routes.listPipelineRuns.bind { call in try await self.pipelines.page(try call.page()) },
            Routes.getPipelineRun.bind { call in try await self.pipelines.get(try call.id()) },
            Routes.cancelPipelineRun.bind { call in
                try await self.pipelines.cancel(try call.id(), by: call.principal)
            },
        ]
    }
}
