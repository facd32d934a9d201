import Search
import Testing

/// What a filter is read as. The cases are those that MLflow's own tests state, and what they leave open.
@Suite struct FilterTests {
    @Test(
        "a filter of runs is read into its comparisons",
        arguments: [
            ("metric.acc >= 0.94", SearchClause(.metric, "acc", .greaterOrEqual, .number(0.94))),
            ("metric.acc>=100", SearchClause(.metric, "acc", .greaterOrEqual, .number(100))),
            ("metrics.m = -1.5e-3", SearchClause(.metric, "m", .equal, .number(-0.0015))),
            ("metrics.m = .5", SearchClause(.metric, "m", .equal, .number(0.5))),
            ("params.m!='tf'", SearchClause(.parameter, "m", .notEqual, .text("tf"))),
            ("params.\"m\"!=\"tf\"", SearchClause(.parameter, "m", .notEqual, .text("tf"))),
            ("metric.\"legit name\" >= 0.243", SearchClause(.metric, "legit name", .greaterOrEqual, .number(0.243))),
            ("metrics.\"X//Y#$$@&Z\" = 3", SearchClause(.metric, "X//Y#$$@&Z", .equal, .number(3))),
            ("`metric`.a >= 0.1", SearchClause(.metric, "a", .greaterOrEqual, .number(0.1))),
            ("tags.version = 'commit-hash'", SearchClause(.tag, "version", .equal, .text("commit-hash"))),
            ("`tags`.source_name = 'a notebook'", SearchClause(.tag, "source_name", .equal, .text("a notebook"))),
            ("metrics.\"accuracy.2.0\" > 5", SearchClause(.metric, "accuracy.2.0", .greater, .number(5))),
            ("metrics.accuracy.2.0 > 5", SearchClause(.metric, "accuracy.2.0", .greater, .number(5))),
            ("metrics.`spacey name` > 5", SearchClause(.metric, "spacey name", .greater, .number(5))),
            ("tags.mlflow.source.name = 'x'", SearchClause(.tag, "mlflow.source.name", .equal, .text("x"))),
            ("attribute.artifact_uri = '1/23/4'", SearchClause(.attribute, "artifact_uri", .equal, .text("1/23/4"))),
            ("attribute.start_time >= 1234", SearchClause(.attribute, "start_time", .greaterOrEqual, .integer(1234))),
            ("created > 1.5", SearchClause(.attribute, "start_time", .greater, .number(1.5))),
            ("attributes.`Run Name` = 'x'", SearchClause(.attribute, "run_name", .equal, .text("x"))),
            ("run.status = 'RUNNING'", SearchClause(.attribute, "status", .equal, .text("RUNNING"))),
            ("dataset.name = 'my_dataset'", SearchClause(.dataset, "name", .equal, .text("my_dataset"))),
            (
                "datasets.digest not  in ('a',\n'b' , \"c\",)",
                SearchClause(.dataset, "digest", .notIn, .list(["a", "b", "c"]))
            ),
            ("run_id IN ('a')", SearchClause(.attribute, "run_id", .isIn, .list(["a"]))),
            ("tags.version IS NULL", SearchClause(.tag, "version", .isNull)),
            ("tags.version is  not null", SearchClause(.tag, "version", .isNotNull)),
            ("params.lr iLike '%x_'", SearchClause(.parameter, "lr", .ilike, .text("%x_"))),
            ("params.größe = 'naïve 東京'", SearchClause(.parameter, "größe", .equal, .text("naïve 東京"))),
        ])
    func reads(text: String, clause: SearchClause) throws {
        #expect(try SearchDialect.runs.filter(text) == [clause])
    }

    @Test(
        "a quote within a text is doubled, follows a backslash, or is of the other kind",
        arguments: [
            ("'it''s'", "it's"), ("'it\\'s'", "it's"), ("\"L'Hosp\"", "L'Hosp"), ("'say \"hi\"'", "say \"hi\""),
            ("'C:\\'", "C:\\"), ("'a\\b'", "a\\b"), ("''", ""), ("'100%'", "100%"), ("'a''b\\'", "a'b\\"),
            ("\"a\"\"b\"", "a\"b"),
        ])
    func quotes(written: String, value: String) throws {
        #expect(
            try SearchDialect.runs.filter("params.m = \(written)") == [
                SearchClause(.parameter, "m", .equal, .text(value))
            ])
    }

    @Test(
        "clauses are joined by AND, in capitals or not, on one line or several",
        arguments: [
            "metrics.rmse < 1 and params.c = 'LR'", "metrics.rmse<1\nAND\tparams.c='LR'",
            "metrics.rmse < 1 And params.c = 'LR' AND ", "AND metrics.rmse < 1 AND AND params.c = 'LR'",
        ])
    func conjunction(text: String) throws {
        #expect(
            try SearchDialect.runs.filter(text) == [
                SearchClause(.metric, "rmse", .less, .number(1)), SearchClause(.parameter, "c", .equal, .text("LR")),
            ])
    }

    @Test("nothing is no filter", arguments: [nil, "", "  \n", "AND"] as [String?])
    func empty(text: String?) throws {
        #expect(try SearchDialect.runs.filter(text) == [])
    }

    @Test("each search has its own names")
    func dialects() throws {
        #expect(
            try SearchDialect.experiments.filter(
                "last_update_time > 5 AND attribute.name LIKE 'a%' AND experiment_id IN ('1')")
                == [
                    SearchClause(.attribute, "last_update_time", .greater, .integer(5)),
                    SearchClause(.attribute, "name", .like, .text("a%")),
                    SearchClause(.attribute, "experiment_id", .isIn, .list(["1"])),
                ])
        #expect(
            try SearchDialect.registeredModels.filter("name ilike 'x' AND tag.`mlflow.prompt.is_prompt` != 'true'") == [
                SearchClause(.attribute, "name", .ilike, .text("x")),
                SearchClause(.tag, "mlflow.prompt.is_prompt", .notEqual, .text("true")),
            ])
        #expect(
            try SearchDialect.modelVersions.filter("version_number >= '3' AND run_id IN ('a', 'b')") == [
                SearchClause(.attribute, "version_number", .greaterOrEqual, .integer(3)),
                SearchClause(.attribute, "run_id", .isIn, .list(["a", "b"])),
            ])
        #expect(
            try SearchDialect.loggedModels.filter("creation_time > 1 AND params.lr = 0.01 AND params.shape = '(1, 2)'")
                == [
                    SearchClause(.attribute, "creation_timestamp", .greater, .integer(1)),
                    SearchClause(.parameter, "lr", .equal, .text("0.01")),
                    SearchClause(.parameter, "shape", .equal, .text("(1, 2)")),
                ])
        #expect(
            try SearchDialect.evaluationDatasets.filter("name IN ('a') AND tags.x = 'y' AND created_time < 3") == [
                SearchClause(.attribute, "name", .isIn, .list(["a"])), SearchClause(.tag, "x", .equal, .text("y")),
                SearchClause(.attribute, "created_time", .less, .integer(3)),
            ])
    }

    @Test("what a trace keeps as a tag or as metadata is found there")
    func traces() throws {
        #expect(
            try SearchDialect.traces.filter(
                """
                trace.name RLIKE '^a' AND timestamp > 5 AND run_id = 'r' AND span.attributes.`a.b` LIKE 'x' AND \
                feedback.score > 0.5 AND feedback.ok = 'yes' AND metadata.k IS NULL AND text LIKE '%q%' AND issue.id = 'i'
                """) == [
                    SearchClause(.tag, "mlflow.traceName", .rlike, .text("^a")),
                    SearchClause(.attribute, "timestamp_ms", .greater, .integer(5)),
                    SearchClause(.metadata, "mlflow.sourceRun", .equal, .text("r")),
                    SearchClause(.span, "attributes.a.b", .like, .text("x")),
                    SearchClause(.feedback, "score", .greater, .number(0.5)),
                    SearchClause(.feedback, "ok", .equal, .text("yes")),
                    SearchClause(.metadata, "k", .isNull),
                    SearchClause(.span, "content", .like, .text("%q%")),
                    SearchClause(.issue, "id", .equal, .text("i")),
                ])
    }
}
