"""The tracing API: decorators, sessions, feedback and expectations, searches, links to runs, deletion."""

import mlflow
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, Feedback

client = MlflowClient()
experiment = mlflow.set_experiment("traces").experiment_id
human = AssessmentSource("HUMAN", "ada")


@mlflow.trace(span_type="LLM", attributes={"model": "m-1"})
def answer(question):
    span = mlflow.get_current_active_span()
    span.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7})
    return {"text": "où ?", "scores": [1, 2.5, None, True]}


@mlflow.trace
def agent(question, user="u"):
    mlflow.update_current_trace(tags={"team": "blue"}, metadata={"mlflow.trace.session": "s1"})
    return answer(question + "?")


with mlflow.start_run() as run:
    agent("why")
mlflow.flush_trace_async_logging()
trace_id = mlflow.get_last_active_trace_id()

trace = mlflow.get_trace(trace_id)
assert [span.name for span in trace.data.spans] == ["agent", "answer"]
assert trace.data.spans[1].outputs == {"text": "où ?", "scores": [1, 2.5, None, True]}
assert list(trace.data.spans[0].inputs) == ["question", "user"], "the order of arguments is kept"
assert trace.info.token_usage == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
assert trace.info.tags["team"] == "blue" and trace.info.state == "OK"

good = mlflow.log_feedback(trace_id=trace_id, name="good", value=True, rationale="it is", source=human)
mlflow.log_expectation(trace_id=trace_id, name="expected", value={"text": "ici"}, source=human)
mlflow.update_assessment(trace_id, good.assessment_id, Feedback(name="good", value=0.5))
assert mlflow.get_assessment(trace_id, good.assessment_id).value == 0.5
better = mlflow.override_feedback(trace_id=trace_id, assessment_id=good.assessment_id, value=0.7, source=human)
assert not mlflow.get_assessment(trace_id, good.assessment_id).valid
mlflow.set_trace_tag(trace_id, "extra", "1")
mlflow.delete_trace_tag(trace_id, "extra")

for filter_string, count in [
    ("tags.team = 'blue'", 1),
    ("tags.team = 'red'", 0),
    ("trace.status = 'OK'", 1),
    ("span.name = 'answer' AND span.type = 'LLM'", 1),
    ("span.name = 'agent' AND span.type = 'LLM'", 0),
    ("span.attributes.model LIKE '%m-1%'", 1),
    ("feedback.good > 0.6", 1),
    ("feedback.good > 0.8", 0),
    ("trace.text LIKE '%où%'", 1),
    ("metadata.`mlflow.trace.session` = 's1'", 1),
    (f"attributes.run_id = '{run.info.run_id}'", 1),
]:
    found = mlflow.search_traces(locations=[experiment], filter_string=filter_string, return_type="list")
    assert len(found) == count, (filter_string, len(found))

try:
    with mlflow.start_span("broken"):
        raise ValueError("boom")
except ValueError:
    pass
mlflow.flush_trace_async_logging()
broken = mlflow.get_trace(mlflow.get_last_active_trace_id())
assert broken.info.state == "ERROR" and broken.data.spans[0].events[0].name == "exception"

page = client.search_traces(locations=[experiment], max_results=1)
rest = client.search_traces(locations=[experiment], max_results=1, page_token=page.token)
assert {page[0].info.trace_id, rest[0].info.trace_id} == {trace_id, broken.info.trace_id}
assert client.delete_traces(experiment_id=experiment, trace_ids=[trace_id]) == 1
assert len(mlflow.search_traces(locations=[experiment], return_type="list")) == 1
