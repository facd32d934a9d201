"""Artifacts through the proxy: small and empty ones, odd names, folders, and files that go in parts."""
import hashlib
import os
import pathlib
import tempfile

import requests

# A part of 5 MiB and a file of four of them show what 10 MB and 500 MB would.
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(16 << 20)
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 << 20)
os.environ["MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE"] = str(6 << 20)

import mlflow  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository  # noqa: E402

uri = os.environ["MLFLOW_TRACKING_URI"]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
    run_id = run.info.run_id
    repository = get_artifact_repository(run.info.artifact_uri)
    here = pathlib.Path(folder)

    # Text, dictionaries, an empty file, names that need encoding.
    mlflow.log_text("hello", "a.txt")
    mlflow.log_dict({"x": 1}, "deep/er/d.json")
    names = ["empty.bin", "sp ace é.txt", "plus+.txt"]
    for name in names:
        (here / name).write_bytes(b"" if name == "empty.bin" else name.encode())
        mlflow.log_artifact(here / name, "odd")
    assert mlflow.artifacts.load_text(run.info.artifact_uri + "/a.txt") == "hello"
    assert mlflow.artifacts.load_dict(run.info.artifact_uri + "/deep/er/d.json") == {"x": 1}
    assert [(f.path, f.is_dir) for f in repository.list_artifacts()] == [
        ("a.txt", False), ("deep", True), ("odd", True)]
    assert [f.path for f in repository.list_artifacts("odd")] == sorted(f"odd/{n}" for n in names)
    assert repository.list_artifacts("a.txt") == []
    assert {f.path: f.file_size for f in repository.list_artifacts("odd")}["odd/empty.bin"] in (0, None)
    target = here / "back"
    target.mkdir()
    got = pathlib.Path(repository.download_artifacts("odd", target))
    for name in names:
        assert (got / name).read_bytes() == (here / name).read_bytes(), name

    # The same by the routes that pages use.
    answer = requests.get(f"{uri}/get-artifact", params={"run_id": run_id, "path": "a.txt"})
    assert answer.text == "hello" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer.headers["Content-Disposition"]
    answer = requests.get(f"{uri}/get-artifact", params={"run_id": run_id, "path": "../../x"})
    assert answer.status_code == 400 and answer.json()["message"] == "Invalid path", answer.text

    # A file that goes in parts: the server says that it takes them, so the client needs no setting.
    big = here / "big.bin"
    size = (20 << 20) + 12345
    big.write_bytes(os.urandom(1 << 20) * 20 + os.urandom(12345))
    mlflow.log_artifact(str(big), "parts")
    [listed] = repository.list_artifacts("parts")
    assert listed.path == "parts/big.bin" and listed.file_size == size, listed
    fetched = repository.download_artifacts("parts/big.bin", target)
    assert digest(fetched) == digest(big)

    # An upload that breaks off leaves nothing.
    begun = repository.create_multipart_upload("half.bin", 2, "parts")
    part = requests.put(begun.credentials[0].url, data=b"half")
    assert part.status_code == 200 and part.headers["ETag"], part.text
    forged = begun.credentials[0].url.replace("part=1", "part=2")
    assert requests.put(forged, data=b"half").status_code == 403
    repository.abort_multipart_upload("half.bin", begun.upload_id, "parts")
    assert requests.put(begun.credentials[0].url, data=b"half").status_code == 404
    assert [f.path for f in repository.list_artifacts("parts")] == ["parts/big.bin"]

    # Ranges, as browsers and resumed downloads ask for them.
    path = run.info.artifact_uri.split("mlflow-artifacts:/")[1]
    proxy = f"{uri}/api/2.0/mlflow-artifacts/artifacts/{path}/parts/big.bin"
    ranged = requests.get(proxy, headers={"Range": "bytes=5-9"})
    assert ranged.status_code == 206 and ranged.content == big.read_bytes()[5:10]
    assert requests.head(proxy).headers["Content-Length"] == str(size)

    # Deleted is gone, with all below it.
    repository.delete_artifacts("odd")
    assert repository.list_artifacts("odd") == []
    try:
        mlflow.artifacts.load_text(run.info.artifact_uri + "/odd/empty.bin")
        raise AssertionError("a deleted artifact was read")
    except MlflowException:
        pass

print("artifacts: fine")
