"""Experiments and runs by the fluent and the client API, as a notebook uses them."""

import os

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Param, RunTag, ViewType
from mlflow.exceptions import MlflowException


def refused(call, code, words):
    """The call fails with this code, and its message has these words."""
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, error
        assert words in error.message, error.message
    else:
        raise AssertionError(f"nothing was refused: {words}")


client = MlflowClient()

# Experiments.
default = client.get_experiment("0")
assert default.name == "Default" and default.artifact_location == "mlflow-artifacts:/0"
experiment = mlflow.set_experiment("digits")
assert client.get_experiment_by_name("digits").experiment_id == experiment.experiment_id
assert client.get_experiment_by_name("no such") is None
refused(lambda: client.create_experiment("digits"), "RESOURCE_ALREADY_EXISTS", "Experiment(name=digits)")
refused(lambda: client.get_experiment("987654"), "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=987654 exists")
client.set_experiment_tag(experiment.experiment_id, "team", "ml")
assert client.get_experiment(experiment.experiment_id).tags == {"team": "ml"}
client.delete_experiment_tag(experiment.experiment_id, "team")
assert client.get_experiment(experiment.experiment_id).tags == {}
client.rename_experiment(experiment.experiment_id, "numbers")
assert client.get_experiment_by_name("numbers").experiment_id == experiment.experiment_id
client.rename_experiment(experiment.experiment_id, "digits")

# A run of the fluent API, with one inside it.
with mlflow.start_run(tags={"stage": "test"}, description="a try") as run:
    mlflow.log_param("depth", 3)
    mlflow.log_params({"rate": 0.5, "kind": "tree"})
    mlflow.set_tag("colour", "green")
    mlflow.set_tags({"a": "1", "b": "2"})
    with mlflow.start_run(nested=True, run_name="inner") as inner:
        mlflow.log_param("depth", 4)
got = mlflow.get_run(run.info.run_id)
assert got.info.status == "FINISHED" and got.info.end_time >= got.info.start_time > 0
assert len(got.info.run_name.split("-")) == 3 and got.data.tags["mlflow.runName"] == got.info.run_name
assert got.info.artifact_uri == f"mlflow-artifacts:/{experiment.experiment_id}/{run.info.run_id}/artifacts"
assert got.data.params == {"depth": "3", "rate": "0.5", "kind": "tree"}, got.data.params
assert got.data.tags["colour"] == "green" and got.data.tags["stage"] == "test" and got.data.tags["b"] == "2"
inside = mlflow.get_run(inner.info.run_id)
assert inside.info.run_name == "inner" and inside.data.tags["mlflow.parentRunId"] == run.info.run_id

# Changes by the client API.
other = client.create_run(experiment.experiment_id, run_name="other")
rid = other.info.run_id
client.log_batch(rid, params=[Param("p", "1")], tags=[RunTag("t", "1"), RunTag("t", "2")])
client.log_param(rid, "p", "1")
assert client.get_run(rid).data.tags["t"] == "2"
refused(lambda: client.log_batch(rid, params=[Param("p", "2"), Param("q", "0")]), "INVALID_PARAMETER_VALUE",
        "Changing param values is not allowed")
assert "q" not in client.get_run(rid).data.params
client.update_run(rid, status="FAILED", name="renamed")
assert client.get_run(rid).data.tags["mlflow.runName"] == "renamed"
client.set_tag(rid, "mlflow.runName", "again")
assert client.get_run(rid).info.run_name == "again" and client.get_run(rid).info.status == "FAILED"
client.delete_tag(rid, "t")
refused(lambda: client.delete_tag(rid, "t"), "RESOURCE_DOES_NOT_EXIST", f"No tag with name: t in run with id {rid}")
client.log_param(rid, "long", "x" * 6000)
assert client.get_run(rid).data.params["long"] == "x" * 6000

# Deleted and restored.
client.delete_run(rid)
assert client.get_run(rid).info.lifecycle_stage == "deleted"
refused(lambda: client.set_tag(rid, "t", "3"), "INVALID_PARAMETER_VALUE", "must be in the 'active' state")
client.restore_run(rid)
client.set_tag(rid, "t", "3")
client.delete_experiment(experiment.experiment_id)
assert client.get_run(rid).info.lifecycle_stage == "deleted"
refused(lambda: client.create_run(experiment.experiment_id), "INVALID_PARAMETER_VALUE", "must be in the 'active' state")
client.restore_experiment(experiment.experiment_id)
assert client.get_run(rid).info.lifecycle_stage == "active"

# Datasets that a run read.
import numpy

data = mlflow.data.from_numpy(numpy.arange(12.0).reshape(4, 3), name="twelve")
with mlflow.start_run() as reader:
    mlflow.log_input(data, context="training")
    mlflow.log_input(data, context="training")
inputs = mlflow.get_run(reader.info.run_id).inputs.dataset_inputs
assert [(i.dataset.name, i.tags[0].key, i.tags[0].value) for i in inputs] == [
    ("twelve", "mlflow.data.context", "training")], inputs
