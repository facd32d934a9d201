"""Sends digits to an endpoint through the gateway and writes what came of each to a CSV file.

Usage: predict.py GATEWAY ENDPOINT DIGITS.csv RESULTS.csv [--count 500] [--threads 4]

Standard library only. A line "<n> sent" on stdout after every 50 answers; MARTLET_TOKEN, where set, is the bearer token.
"""

import argparse
import csv
import http.client
import json
import os
import queue
import threading
import time
from urllib.parse import urlsplit

FIELDS = ["number", "status", "request", "revision", "site", "seconds", "label", "predicted", "correct", "sent_at"]
# Longer than the gateway's own two attempts together, so that its answer is waited for.
DEADLINE_SECONDS = 30


class Caller(threading.Thread):
    """One connection that is kept open, and the digits it takes from the queue."""

    def __init__(self, gateway: str, endpoint: str, work: queue.Queue, done: queue.Queue) -> None:
        super().__init__(daemon=True)
        self.address, self.endpoint, self.work, self.done = urlsplit(gateway).netloc, endpoint, work, done

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.address, timeout=DEADLINE_SECONDS)
        while True:
            try:
                number, label, pixels = self.work.get_nowait()
            except queue.Empty:
                return
            sent_at, began = time.time(), time.monotonic()
            result = {"number": number, "label": label, "sent_at": f"{sent_at:.3f}", "status": "", "correct": 0}
            try:
                result |= self.ask(connection, pixels)
                result["correct"] = int(str(result.get("predicted")) == label)
            except (OSError, http.client.HTTPException, ValueError) as error:
                result["status"] = type(error).__name__
                connection.close()
            self.done.put(result | {"seconds": f"{time.monotonic() - began:.6f}"})

    def ask(self, connection: http.client.HTTPConnection, pixels: list[int]) -> dict:
        headers = {"Content-Type": "application/json"}
        if os.environ.get("MARTLET_TOKEN"):
            headers["Authorization"] = "Bearer " + os.environ["MARTLET_TOKEN"]
        connection.request(
            "POST", f"/v1/endpoints/{self.endpoint}/predict", json.dumps({"pixels": pixels}), headers)
        response = connection.getresponse()
        body = response.read()
        result = {
            "status": response.status,
            "request": response.getheader("martlet-request-id", ""),
            "revision": response.getheader("martlet-revision", ""),
            "site": response.getheader("martlet-site", ""),
        }
        if response.status == 200:
            result["predicted"] = json.loads(body)["labels"][0]
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("gateway", "endpoint", "digits", "results"):
        parser.add_argument(name)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()

    work, done = queue.Queue(), queue.Queue()
    with open(options.digits, newline="") as file:
        _, *rows = csv.reader(file)
    for number, (label, *pixels) in enumerate(rows[: options.count]):
        work.put((number, label, [int(pixel) for pixel in pixels]))
    expected = work.qsize()
    for _ in range(options.threads):
        Caller(options.gateway, options.endpoint, work, done).start()

    with open(options.results, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, restval="", lineterminator="\n")
        writer.writeheader()
        for count in range(1, expected + 1):
            writer.writerow(done.get())
            if count % 50 == 0:
                print(f"{count} sent", flush=True)


main()
