"""The model registry, prompts and webhooks by the unmodified client. MLFLOW_TRACKING_URI says where."""

import base64
import hashlib
import hmac
import json
import os
import queue
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

import mlflow
from mlflow import MlflowClient
from mlflow.entities.webhook import WebhookEvent, WebhookStatus
from mlflow.exceptions import MlflowException

SUFFIX = uuid.uuid4().hex[:8]


def named(name):
    return f"{name}-{SUFFIX}"


def refused(code, words, call):
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, error.message)
        assert words in error.message, error.message
        return
    raise AssertionError(f"{code} was expected: {words}")


def models_and_versions(client):
    name = named("Fraud Model")
    client.create_registered_model(name, tags={"team": "risk", "number": 5}, description="finds fraud")
    refused("RESOURCE_ALREADY_EXISTS", f"Registered Model (name={name}) already exists.",
            lambda: client.create_registered_model(name))
    model = client.get_registered_model(name)
    assert model.tags == {"team": "risk", "number": "5"} and model.description == "finds fraud"
    first = client.create_model_version(name, "s3://bucket/model/1", tags={"a": "1"}, description="first")
    second = client.create_model_version(name, "s3://bucket/model/2")
    assert (first.version, second.version) == ("1", "2") and first.status == "READY"
    assert client.get_model_version_download_uri(name, "2") == "s3://bucket/model/2"
    client.set_registered_model_alias(name, "champion", "1")
    assert client.get_registered_model(name).aliases == {"champion": "1"}
    assert client.get_model_version_by_alias(name, "champion") == client.get_model_version(name, "1")
    client.set_registered_model_alias(name, "champion", "2")
    assert client.get_model_version(name, "1").aliases == []
    refused("INVALID_PARAMETER_VALUE", "'latest' alias name (case insensitive) is reserved.",
            lambda: client.set_registered_model_alias(name, "Latest", "1"))
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    latest = {version.current_stage: version.version for version in client.get_latest_versions(name)}
    assert latest == {"Production": "2", "Archived": "1"}, latest
    client.set_model_version_tag(name, "1", "k", "v")
    client.delete_model_version_tag(name, "1", "a")
    assert client.get_model_version(name, "1").tags == {"k": "v"}
    client.update_model_version(name, "1", "other words")
    assert client.get_model_version(name, "1").description == "other words"
    copy = client.copy_model_version(f"models:/{name}@champion", named("Copy"))
    assert copy.source == f"models:/{name}/2", copy.source
    assert client.get_model_version_download_uri(named("Copy"), "1") == "s3://bucket/model/2"
    client.delete_model_version(name, "2")
    refused("RESOURCE_DOES_NOT_EXIST", f"Model Version (name={name}, version=2) not found",
            lambda: client.get_model_version(name, "2"))
    assert client.create_model_version(name, "s3://bucket/model/3").version == "3"
    client.rename_registered_model(name, named("renamed"))
    refused("RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={name} not found",
            lambda: client.get_registered_model(name))
    assert client.get_model_version(named("renamed"), "3").source == "s3://bucket/model/3"
    client.delete_registered_model(named("renamed"))
    client.delete_registered_model(named("Copy"))


def sources(client):
    name = named("sources")
    client.create_registered_model(name)
    for source in ["/etc/passwd", "file:///etc", "s3://bucket/a/../b", "models:/m-0", "ftp://host/x", "runs:/other/model"]:
        try:
            client.create_model_version(name, source)
        except MlflowException as error:
            assert error.error_code == "INVALID_PARAMETER_VALUE", (source, error.error_code)
        else:
            raise AssertionError(f"{source} was taken")
    client.delete_registered_model(name)


def searches(client):
    names = [named(f"search{number:02}") for number in range(7)]
    for number, name in enumerate(names):
        client.create_registered_model(name, tags={"parity": "even" if number % 2 == 0 else "odd", SUFFIX: "yes"})
        client.create_model_version(name, f"s3://bucket/{number}", tags={"n": str(number)})
    client.create_model_version(names[0], "s3://bucket/again", tags={"n": "again"})

    def found(text, **options):
        return [model.name for model in client.search_registered_models(text, **options)]

    here = f"tags.`{SUFFIX}` = 'yes'"
    assert found(here) == names
    assert found(f"{here} AND tags.parity = 'odd'") == names[1::2]
    assert found(f"{here} AND tags.parity != 'odd'") == names[0::2]
    assert found(f"name LIKE 'search%{SUFFIX}'") == names
    assert found(f"name LIKE 'SEARCH%{SUFFIX}'") == []
    assert found(f"name ILIKE 'SEARCH%{SUFFIX.upper()}'") == names
    assert found(f"name = '{names[3]}'") == [names[3]]
    assert found(here, order_by=["name DESC"]) == names[::-1]
    pages, token = [], None
    while True:
        page = client.search_registered_models(here, max_results=3, page_token=token)
        pages.append([model.name for model in page])
        token = page.token
        if not token:
            break
    assert pages == [names[:3], names[3:6], names[6:]], pages
    versions = client.search_model_versions(f"name = '{names[0]}'")
    assert [version.version for version in versions] == ["2", "1"]
    assert [version.version for version in client.search_model_versions(f"name = '{names[0]}' AND tags.n = 'again'")] == ["2"]
    assert [version.version for version in
            client.search_model_versions(f"name = '{names[0]}'", order_by=["version_number ASC"])] == ["1", "2"]
    assert [version.name for version in client.search_model_versions("source_path = 's3://bucket/again'")] == [names[0]]
    refused("INVALID_PARAMETER_VALUE", "", lambda: client.search_registered_models("evilname = 'x'"))
    refused("INVALID_PARAMETER_VALUE", "", lambda: client.search_model_versions(order_by=["run_id DESC"]))
    for name in names:
        client.delete_registered_model(name)


def prompts():
    name = named("greeting")
    first = mlflow.genai.register_prompt(name=name, template="Hello {{name}}", commit_message="first", tags={"a": "1"})
    assert first.version == 1
    second = mlflow.genai.register_prompt(name=name, template="Good morning {{name}}")
    assert second.version == 2
    mlflow.genai.set_prompt_alias(name, alias="production", version=1)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@production").template == "Hello {{name}}"
    assert mlflow.genai.load_prompt(name, version=2).format(name="Ada") == "Good morning Ada"
    client = MlflowClient()
    assert name in [prompt.name for prompt in mlflow.genai.search_prompts(f"name = '{name}'")]
    assert client.search_registered_models(f"name = '{name}'") == []
    refused("RESOURCE_ALREADY_EXISTS", "already taken by a prompt", lambda: client.create_registered_model(name))
    client.create_registered_model(named("model"))
    refused("INVALID_PARAMETER_VALUE", "", lambda: mlflow.genai.register_prompt(name=named("model"), template="x"))
    client.delete_registered_model(named("model"))


class Receiver(BaseHTTPRequestHandler):
    """Verifies what comes as MLflow's documentation has receivers do."""

    secret = "s3cret-" + SUFFIX
    received = queue.Queue()
    failures = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if type(self).failures > 0:
            type(self).failures -= 1
            self.send_response(503)
            self.end_headers()
            return
        identifier, timestamp = self.headers["X-MLflow-Delivery-Id"], self.headers["X-MLflow-Timestamp"]
        digest = hmac.new(self.secret.encode(), f"{identifier}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        genuine = hmac.compare_digest(expected, self.headers.get("X-MLflow-Signature", ""))
        self.received.put((genuine, identifier, json.loads(body)))
        self.send_response(200 if genuine else 401)
        self.end_headers()
        self.wfile.write(b"taken")

    def log_message(self, *_):
        pass


def webhooks(client):
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/in?token=t"
    try:
        webhook = client.create_webhook(
            name="hook", url=address, secret=Receiver.secret, description="tells",
            events=[WebhookEvent("registered_model", "created"), WebhookEvent("model_version_alias", "created")])
        assert webhook.secret is None
        tested = client.test_webhook(webhook.webhook_id)
        assert tested.success and tested.response_status == 200 and tested.response_body == "taken", tested
        genuine, _, body = Receiver.received.get(timeout=20)
        assert genuine and body["data"]["name"] == "example_model", body
        # The receiver is away at first: the message comes a second time, and once only.
        Receiver.failures = 1
        name = named("hooked")
        client.create_registered_model(name, description="d", tags={"a": "b"})
        genuine, _, body = Receiver.received.get(timeout=20)
        assert genuine and body["entity"] == "registered_model" and body["action"] == "created", body
        assert body["data"] == {"name": name, "description": "d", "tags": {"a": "b"}}, body
        client.create_model_version(name, "s3://bucket/x")
        client.set_registered_model_alias(name, "champion", "1")
        genuine, _, body = Receiver.received.get(timeout=20)
        assert genuine and body["data"] == {"name": name, "alias": "champion", "version": "1"}, body
        changed = client.update_webhook(webhook.webhook_id, name="other", status=WebhookStatus.DISABLED)
        assert changed.name == "other" and changed.url == address and changed.status == WebhookStatus.DISABLED
        client.set_registered_model_alias(name, "second", "1")
        assert webhook.webhook_id in [found.webhook_id for found in client.list_webhooks()]
        client.delete_webhook(webhook.webhook_id)
        refused("RESOURCE_DOES_NOT_EXIST", f"Webhook with ID {webhook.webhook_id} not found.",
                lambda: client.get_webhook(webhook.webhook_id))
        assert Receiver.received.empty()
        client.delete_registered_model(name)
    finally:
        server.shutdown()


def main():
    client = MlflowClient()
    models_and_versions(client)
    sources(client)
    searches(client)
    prompts()
    webhooks(client)
    print("registry: all is well")


if __name__ == "__main__":
    main()
