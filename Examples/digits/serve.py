"""Serves a fitted model over plain HTTP on $MARTLET_PORT.

POST /predict                     {"pixels": [64 numbers 0…16]} or a list of such lists -> {"labels": [...]}
GET  /v2/health/ready, /v2/health/live, /v2/models/<name>[/ready]
POST /v2/models/<name>/infer      Open Inference Protocol V2, one FP64 input of shape [rows, 64], one INT64 output
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import joblib
import numpy

PIXELS = 64


class BadRequest(Exception):
    """The caller's mistake, in a sentence."""


def table(values: object, rows: int | None = None) -> numpy.ndarray:
    """Rows of 64 pixels, scaled as in training."""
    try:
        array = numpy.asarray(values, dtype=float).reshape(-1 if rows is None else rows, PIXELS)
    except (TypeError, ValueError):
        raise BadRequest(f"The pixels do not form rows of {PIXELS} numbers.") from None
    return array / 16


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet each; waiting to fill a packet would cost 40 ms an answer.
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_GET(self) -> None:
        if self.path in ("/v2/health/ready", "/v2/health/live"):
            return self.answer(200, {})
        if self.path.startswith("/v2/models/"):
            name, *rest = self.path.removeprefix("/v2/models/").split("/")
            if rest == ["ready"]:
                return self.answer(200, {"name": name, "ready": True})
            if not rest:
                tensor = {"name": "pixels", "datatype": "FP64", "shape": [-1, PIXELS]}
                labels = {"name": "labels", "datatype": "INT64", "shape": [-1]}
                return self.answer(200, {"name": name, "platform": "sklearn", "inputs": [tensor], "outputs": [labels]})
        self.answer(404, {"error": f"There is nothing at {self.path}."})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            document = json.loads(body)
            if self.path == "/predict":
                labels = self.server.model.predict(table(document["pixels"]))
                self.answer(200, {"labels": [int(label) for label in labels]})
            elif self.path.startswith("/v2/models/") and self.path.endswith("/infer"):
                self.answer(200, self.infer(self.path.split("/")[3], document))
            else:
                self.answer(404, {"error": f"There is nothing at {self.path}."})
        except BadRequest as error:
            self.answer(400, {"error": str(error)})
        except (KeyError, IndexError, TypeError, ValueError) as error:
            self.answer(400, {"error": f"The request cannot be read: {error!r}."})

    def infer(self, name: str, document: dict) -> dict:
        tensor = document["inputs"][0]
        labels = self.server.model.predict(table(tensor["data"], rows=int(tensor["shape"][0])))
        output = {"name": "labels", "datatype": "INT64", "shape": [len(labels)], "data": [int(label) for label in labels]}
        return {"model_name": name, "id": document.get("id", ""), "outputs": [output]}

    def log_message(self, *_: object) -> None:
        """A line for each request would be the log's only content."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = Server(("0.0.0.0", int(os.environ["MARTLET_PORT"])), Handler)
    server.model = joblib.load(next((Path(os.environ["MARTLET_INPUTS"]) / "model").rglob("model.joblib")))
    server.model.predict(numpy.zeros((1, PIXELS)))
    print("ready", flush=True)
    server.serve_forever()


main()
