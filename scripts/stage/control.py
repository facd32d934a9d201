"""The control plane of a demo: its process, its API, its journal as it is written, and its command line."""

import json
import os
import signal
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import waiting

Value = TypeVar("Value")

# Nothing the demo asks takes the API longer.
REQUEST_SECONDS = 30
# From the start of the process to "ready"; a slow disk and a debug build included.
READY_SECONDS = 30


class CommandFailed(Exception):
    """A command that ended with an exit code other than 0."""


class ControlPlane:
    """`martletd` on a fresh data folder."""

    def __init__(self, folder: Path, programs: Path, port: int, gateway_port: int) -> None:
        self.folder, self.programs = folder, programs
        self.data, self.log = folder / "data", folder / "martletd.log"
        self.port, self.server = port, f"http://127.0.0.1:{port}"
        self.gateway_port, self.gateway = gateway_port, f"http://127.0.0.1:{gateway_port}"
        self.process: subprocess.Popen | None = None
        self.journal: list[dict] = []
        self.news = threading.Condition()

    def start(self, configuration: dict) -> None:
        """Starts it and waits for the line that says it accepts requests."""
        file = self.folder / "martletd.json"
        file.write_text(json.dumps(configuration, indent=2))
        command = [
            self.programs / "martletd", "--data", self.data, "--port", str(self.port),
            "--gateway-port", str(self.gateway_port), "--config", file,
        ]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        waiting.until(self._is_ready, READY_SECONDS, f"martletd's ready line in {self.log}")
        self.token = (self.data / "admin.token").read_text().strip()
        threading.Thread(target=self._follow_journal, daemon=True).start()

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"martletd ended with {self.process.returncode}: see {self.log}.")
        return "martletd ready" in self.log.read_text()

    # The API

    def ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """The decoded answer; an error's own sentence when it is refused."""
        request = urllib.request.Request(
            self.server + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode()}") from None

    def items(self, path: str) -> list[dict]:
        """All pages of a listing."""
        found, cursor, joint = [], None, "&" if "?" in path else "?"
        while True:
            more = "" if cursor is None else "&cursor=" + urllib.parse.quote(cursor)
            page = self.ask(f"{path}{joint}limit=1000{more}")
            found += page["items"]
            cursor = page.get("next")
            if not cursor:
                return found

    # The journal

    def _follow_journal(self) -> None:
        """Reads server-sent events for as long as the demo runs, and starts again where a stream broke."""
        while True:
            after = self.journal[-1]["sequence"] if self.journal else 0
            request = urllib.request.Request(
                f"{self.server}/api/v1/events?after={after}", headers={"Authorization": f"Bearer {self.token}"})
            try:
                with urllib.request.urlopen(request) as stream:
                    for line in stream:
                        if line.startswith(b"data: "):
                            with self.news:
                                self.journal.append(json.loads(line[6:]))
                                self.news.notify_all()
            except OSError:
                with self.news:
                    self.news.wait(waiting.LOOK_SECONDS)

    def until(self, condition: Callable[[], Value], seconds: float, what: str) -> Value:
        """Waits for a condition, looking at every new journal line."""
        return waiting.until(condition, seconds, what, self.news)

    def lines(self, kind: str, **fields: Any) -> list[dict]:
        """Journal lines of a kind so far, with these values."""
        wanted = fields | {"kind": kind}
        return [line for line in self.journal if all(line.get(name) == value for name, value in wanted.items())]

    # The command line

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "MARTLET_SERVER": self.server, "MARTLET_TOKEN": self.token, "MARTLET_GATEWAY": self.gateway,
            "PATH": f"{self.programs}:{os.environ['PATH']}",
        }

    def command(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen:
        """Starts a `martlet` command whose output is read line by line."""
        return subprocess.Popen(
            [self.programs / "martlet", *arguments], cwd=cwd, env=self.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def call(self, *arguments: str, cwd: Path | None = None) -> str:
        """What a `martlet` command prints."""
        process = self.command(*arguments, cwd=cwd)
        output = process.communicate()[0]
        if process.returncode:
            raise CommandFailed(f"martlet {' '.join(arguments)} ended with {process.returncode}:\n{output}")
        return output

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(READY_SECONDS)
