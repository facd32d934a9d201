"""Users and permissions: basic credentials, tokens, and what MLflow's own auth client calls."""
# martletd: --basic-auth
import os
import sys
import types

import mlflow
import mlflow.server
import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

# The client alone: its package also holds the server, which wants more installed than a client has.
package = types.ModuleType("mlflow.server.auth")
package.__path__ = [os.path.join(os.path.dirname(mlflow.server.__file__), "auth")]
sys.modules["mlflow.server.auth"] = package
from mlflow.server.auth.client import AuthServiceClient  # noqa: E402

uri = os.environ["MLFLOW_TRACKING_URI"]
mlflow.set_tracking_uri(uri)


def act_as(name, password):
    os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"] = name, password


def refused(work, words):
    try:
        work()
    except (MlflowException, requests.HTTPError) as error:
        assert words in str(error), error
        return
    raise AssertionError(f"nothing said '{words}'")


auth, client = AuthServiceClient(uri), MlflowClient(uri)

# Nobody, and somebody else.
for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"):
    os.environ.pop(name, None)
refused(lambda: client.get_experiment("0"), "You are not authenticated.")
answer = requests.get(f"{uri}/api/2.0/mlflow/users/current")
assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == 'Basic realm="mlflow"'
act_as("admin", "wrong password")
refused(lambda: client.get_experiment("0"), "You are not authenticated.")

# The admin makes users.
act_as("admin", "password1234")
user = auth.create_user("ada", "a long password")
assert user.username == "ada" and not user.is_admin
refused(lambda: auth.create_user("ada", "a long password"), "RESOURCE_ALREADY_EXISTS")
refused(lambda: auth.create_user("bob", "short"), "Password must be at least 12 characters.")
auth.create_user("eve", "a long password")
experiment = client.create_experiment("of the admin")
run = client.create_run(experiment)

# A user reads, and changes nothing of others.
act_as("ada", "a long password")
assert auth.get_user("ada").id == user.id
refused(lambda: auth.get_user("admin"), "Permission denied")
refused(lambda: auth.update_user_admin("ada", True), "Permission denied")
assert client.get_run(run.info.run_id).info.experiment_id == experiment
refused(lambda: client.set_tag(run.info.run_id, "x", "1"), "Permission denied")
refused(lambda: client.log_text(run.info.run_id, "x", "x.txt"), "Permission denied")
refused(lambda: client.delete_experiment(experiment), "Permission denied")

# What they make is theirs, until they share it.
own = client.create_experiment("of ada")
own_run = client.create_run(own)
client.set_tag(own_run.info.run_id, "x", "1")
client.log_text(own_run.info.run_id, "x", "x.txt")
act_as("eve", "a long password")
refused(lambda: client.set_tag(own_run.info.run_id, "x", "1"), "Permission denied")
refused(lambda: auth.grant_user_permission("eve", "experiment", own, "MANAGE"), "Permission denied")
act_as("ada", "a long password")
auth.grant_user_permission("eve", "experiment", own, "EDIT")
refused(lambda: auth.grant_user_permission("eve", "experiment", own, "READ"), "RESOURCE_ALREADY_EXISTS")
act_as("eve", "a long password")
client.set_tag(own_run.info.run_id, "x", "2")
refused(lambda: client.delete_experiment(own), "Permission denied")
assert auth.get_user_permission("eve", "experiment", own).permission == "EDIT"

# A role for many, and a veto.
act_as("admin", "password1234")
role = auth.create_role("default", "blind", "sees nothing")
assert role.name == "blind" and auth.get_role(role.id).description == "sees nothing"
entry = auth.add_role_permission(role.id, "experiment", experiment, "DENY")
refused(lambda: auth.add_role_permission(role.id, "run", "one", "READ"), "supports only wildcard")
assignment = auth.assign_role("eve", role.id)
assert [a.id for a in auth.list_role_users(role.id)] == [assignment.id]
assert role.id in [r.id for r in auth.list_user_roles("eve")]
act_as("eve", "a long password")
refused(lambda: client.get_experiment(experiment), "Permission denied")
act_as("admin", "password1234")
assert auth.update_role_permission(entry.id, "READ").permission == "READ"
act_as("eve", "a long password")
assert client.get_experiment(experiment).name == "of the admin"
act_as("admin", "password1234")
auth.remove_role_permission(entry.id)
auth.unassign_role("eve", role.id)
auth.delete_role(role.id)
auth.revoke_user_permission("eve", "experiment", own)
act_as("eve", "a long password")
refused(lambda: client.set_tag(own_run.info.run_id, "x", "3"), "Permission denied")

# Passwords: one's own with the old one, another's as an admin; a new one holds at once.
act_as("ada", "a long password")
refused(lambda: auth.update_user_password("ada", "another password"), "Current password is required")
auth.update_user_password("ada", "another password", current_password="a long password")
refused(lambda: auth.get_user("ada"), "You are not authenticated.")
act_as("ada", "another password")
assert auth.get_user("ada").username == "ada"
act_as("admin", "password1234")
auth.update_user_password("ada", "a third password")
auth.update_user_admin("ada", True)
act_as("ada", "a third password")
assert auth.get_user("ada").is_admin
client.delete_experiment(experiment)
refused(lambda: auth.delete_user("ada"), "cannot delete their own account")
auth.delete_user("eve")
act_as("eve", "a long password")
refused(lambda: client.get_experiment("0"), "You are not authenticated.")

print("auth: fine")
