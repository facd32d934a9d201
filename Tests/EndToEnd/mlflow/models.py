"""Logged models: autolog, log_model and load_model, searches, metrics on datasets."""

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from sklearn.linear_model import LogisticRegression

client = MlflowClient()
experiment = mlflow.set_experiment("models").experiment_id
x = np.array([[0.0], [1.0], [2.0], [3.0]])
y = np.array([0, 0, 1, 1])

mlflow.sklearn.autolog(log_datasets=False)
with mlflow.start_run() as run:
    LogisticRegression().fit(x, y)
mlflow.sklearn.autolog(disable=True)
logged = client.get_run(run.info.run_id)
assert logged.data.params["fit_intercept"] == "True"
assert len(logged.outputs.model_outputs) == 1
autologged = mlflow.get_logged_model(logged.outputs.model_outputs[0].model_id)
assert autologged.status == "READY" and autologged.source_run_id == run.info.run_id
assert (mlflow.pyfunc.load_model(f"models:/{autologged.model_id}").predict(x) == y).all()

with mlflow.start_run() as run:
    info = mlflow.sklearn.log_model(LogisticRegression(C=0.5).fit(x, y), name="half", params={"C": 0.5})
    data = mlflow.data.from_pandas(pd.DataFrame({"x": x[:, 0], "y": y}), name="train", targets="y")
    mlflow.log_metric("accuracy", 0.75, model_id=info.model_id, dataset=data)
assert (mlflow.sklearn.load_model(info.model_uri).predict(x) == y).all()
half = mlflow.get_logged_model(info.model_id)
assert half.name == "half" and half.params == {"C": "0.5"}
assert [(m.key, m.value, m.dataset_name) for m in half.metrics] == [("accuracy", 0.75, "train")]

mlflow.set_logged_model_tags(info.model_id, {"kind": "linear", "gone": "1"})
client.delete_logged_model_tag(info.model_id, "gone")
assert mlflow.get_logged_model(info.model_id).tags["kind"] == "linear"

for filter_string, names in [
    ("name = 'half'", ["half"]),
    ("metrics.accuracy > 0.7", ["half"]),
    ("metrics.accuracy > 0.8", []),
    ("params.C = '0.5' AND tags.kind = 'linear'", ["half"]),
    ("name LIKE 'HALF'", []),
    ("name ILIKE 'HALF'", ["half"]),
]:
    found = mlflow.search_logged_models([experiment], filter_string=filter_string, output_format="list")
    assert [model.name for model in found] == names, (filter_string, found)
ordered = mlflow.search_logged_models(
    [experiment], order_by=[{"field_name": "metrics.accuracy", "ascending": False}], output_format="list"
)
assert ordered[0].name == "half" and len(ordered) == 2

version = mlflow.register_model(info.model_uri, "registered")
assert version.version in (1, "1")
assert (mlflow.pyfunc.load_model("models:/registered/1").predict(x) == y).all()
assert '"registered"' in mlflow.get_logged_model(info.model_id).tags["mlflow.modelVersions"]

external = mlflow.create_external_model(name="elsewhere")
assert external.status == "READY"
client.delete_logged_model(external.model_id)
try:
    mlflow.get_logged_model(external.model_id)
    raise AssertionError("a deleted model was found")
except mlflow.exceptions.MlflowException as error:
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST"

# A batch that names models: the run's history has the points, and each model has its own.
points = [
    mlflow.entities.Metric("loss", 0.5, 1000, 1, model_id=info.model_id),
    mlflow.entities.Metric("loss", 0.25, 2000, 2, model_id=info.model_id),
    mlflow.entities.Metric("other", 1.0, 2000, 0),
]
client.log_batch(run.info.run_id, metrics=points, params=[mlflow.entities.Param("batch", "1")])
client.log_batch(run.info.run_id, metrics=points)
assert [point.value for point in client.get_metric_history(run.info.run_id, "loss")] == [0.5, 0.25]
measured = [(m.key, m.value, m.step, m.run_id) for m in mlflow.get_logged_model(info.model_id).metrics]
assert [m for m in measured if m[0] == "loss"] == [
    ("loss", 0.5, 1, run.info.run_id),
    ("loss", 0.25, 2, run.info.run_id),
], measured
found = mlflow.search_logged_models([experiment], filter_string="metrics.loss < 0.3", output_format="list")
assert [model.name for model in found] == ["half"], found
on_train = mlflow.search_logged_models(
    [experiment],
    filter_string="metrics.accuracy >= 0.75",
    datasets=[{"dataset_name": "train", "dataset_digest": data.digest}],
    output_format="list",
)
assert [model.name for model in on_train] == ["half"], on_train

# Autologging a model's evaluation on its training data names the model.
mlflow.sklearn.autolog(log_datasets=True)
with mlflow.start_run() as run:
    LogisticRegression(C=2.0).fit(x, y)
mlflow.sklearn.autolog(disable=True)
trained = mlflow.get_logged_model(client.get_run(run.info.run_id).outputs.model_outputs[0].model_id)
assert any(m.key == "training_score" and m.value == 1.0 for m in trained.metrics), trained.metrics
