"""The job, point by point. Every sentence states what the API, a command or the predicting client said."""

import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import figures
import leftovers
import sites
import tampering
from control import ControlPlane

SITES = ["onprem-helsinki", "aws-us-east-1", "gcp-europe-west4"]
STORES = {"onprem-helsinki": "onprem-store", "aws-us-east-1": "aws-store", "gcp-europe-west4": "gcp-store"}
PREDICTIONS = 500

# Deadlines in seconds: far above what is usual, so that a slow machine is waited for and a hung one is not.
JOIN_SECONDS = 30
NODE_SECONDS = 180
PIPELINE_SECONDS = 400
SERVING_SECONDS = 120


class Story:
    """One demo, from an empty folder to a platform that is left running."""

    def __init__(self, folder: Path, programs: Path, root: Path) -> None:
        self.folder, self.programs, self.root = folder, programs, root
        self.example = root / "Examples" / "digits"
        self.python = root / ".venv"
        self.began = time.monotonic()
        self.sites: list[sites.Site] = []
        self.control: ControlPlane | None = None

    def tell(self) -> None:
        self.set_up()
        self.bring_data()
        self.run_pipeline()
        self.show_models()
        self.predict()
        self.run_again()
        self.show_costs()
        self.verify_journal()
        self.write_environment()

    # Words

    def heading(self, text: str) -> None:
        print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)

    def say(self, text: str) -> None:
        print(text, flush=True)

    def act(self, text: str) -> None:
        """What the demo itself does or sees while a command is running: between that command's lines."""
        self.say(f"\033[1m>> {text}\033[0m" if sys.stdout.isatty() else f">> {text}")

    def show(self, *arguments: str, cwd: Path | None = None) -> None:
        """A command as one would type it, and what it prints."""
        self.say(f"$ martlet {' '.join(arguments)}")
        self.say(self.control.call(*arguments, cwd=cwd).rstrip())

    def show_heads(self, *arguments: str) -> None:
        """The same without the indented lines, which go into detail."""
        self.say(f"$ martlet {' '.join(arguments)}")
        for line in self.control.call(*arguments).splitlines():
            if not line.startswith(" "):
                self.say(line)

    # The stage

    def set_up(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        why_not = sites.why_no_namespaces()
        self.heading("Three sites, one control plane")
        self.sites = sites.build(SITES, self.folder / "sites", self.python, self.programs)
        self.control = ControlPlane(
            self.folder, self.programs, sites.free_port("0.0.0.0", 7070), sites.free_port("0.0.0.0", 7071))
        self.note()
        self.control.start({"localWorker": None, "gateway": True, "zones": ["FI", "EU"]})
        self.note()
        self.say(f"control plane   {self.control.server}, gateway {self.control.gateway}, data in {self.control.data}")

        declarations = (self.example / "environments.yaml").read_text()
        for site, wanted in zip(self.sites, re.findall(r"endpoint: (\S+)", declarations)):
            site.store_port = sites.free_port(site.host, int(wanted.rsplit(":", 1)[1]))
            declarations = declarations.replace(wanted, f"http://{site.host}:{site.store_port}")
            site.enclose([self.control.port, site.store_port])
        (self.folder / "environments.yaml").write_text(declarations)
        self.show_heads("apply", "-f", str(self.folder / "environments.yaml"))

        for site in self.sites:
            self.join(site)
        for site in self.sites:
            self.control.until(lambda: self.live_workers(site.name), JOIN_SECONDS, f"the worker of {site.name}")
            if site.isolated:
                ports = f"{site.host}:{self.control.port} and :{site.store_port}"
                self.say(f"{site.name:17} a network and mount namespace of its own, reaches {ports} only")
            else:
                self.say(f"{site.name:17} a process in a folder, because namespaces are not permitted here: {why_not}")

    def join(self, site: sites.Site) -> None:
        self.control.call("environments", "join", site.name, "--output-file", str(site.folder / "join.json"))
        self.start_worker(site)

    def start_worker(self, site: sites.Site) -> None:
        site.start_worker(f"http://{site.host}:{self.control.port}")
        self.note()

    def live_workers(self, environment: str) -> list[dict]:
        status = self.control.ask(f"/api/v1/environments/{environment}")
        return [worker for worker in status["workers"] if worker["status"] == "live"]

    # Points 1 and 2: data that stays, and a plan that says why

    def bring_data(self) -> None:
        self.heading("1  The raw data stays in Helsinki")
        raw = self.folder / "raw"
        subprocess.run([self.python / "bin" / "python3", self.example / "export_digits.py", raw], check=True)
        self.show("datasets", "add", "digits-raw", str(raw), "--store", "onprem-store", "--residency", "onprem")
        self.show("plan", "digits", cwd=self.example)

    # Point 3: a worker dies

    def run_pipeline(self) -> None:
        self.heading("2  The pipeline runs, and one worker is killed")
        self.say("$ martlet pipeline run digits")
        command = self.control.command("pipeline", "run", "digits", cwd=self.example)
        reader = threading.Thread(target=lambda: [self.say(line.rstrip()) for line in command.stdout], daemon=True)
        reader.start()
        (started,) = self.control.until(
            lambda: self.control.lines("pipeline.started"), JOIN_SECONDS, "the pipeline to start")
        self.pipeline = started["subject"]
        victim = self.control.until(self.training_run, NODE_SECONDS, "a train run that computes")
        site = next(site for site in self.sites if site.name == victim["environment"])
        killed_at = time.time()
        site.kill_worker()
        self.act(f"SIGKILL to the worker of {site.name} while {victim['node']} ran there, attempt {victim['attempt']}")
        lost = self.line_after(killed_at, "attempt.lost", NODE_SECONDS)
        self.act(f"attempt {victim['attempt']} declared lost {lost} when its lease had passed")
        again = self.control.until(
            lambda: self.later_attempt(victim), NODE_SECONDS, "the run to be tried elsewhere")
        self.act(f"{victim['node']} tried again in {again['environment']}, attempt {again['number']}")
        self.start_worker(site)
        self.control.until(lambda: self.live_workers(site.name), JOIN_SECONDS, f"the worker of {site.name}")
        self.act(f"the worker of {site.name} started by the same line, and live again")
        command.wait(PIPELINE_SECONDS)
        reader.join()
        if command.returncode:
            raise RuntimeError("The pipeline did not succeed.")
        for attempt in self.attempts(victim["id"]):
            self.say(
                f"{victim['node']} attempt {attempt['number']} in {attempt['environment']}: {attempt['status']}, "
                f"cost {dollars(attempt['cost'])}")
        self.show_transfers()

    def line_after(self, moment: float, kind: str, seconds: float) -> str:
        """How long after a moment the last line of a kind came, and which line that is."""
        def found() -> list[dict]:
            return [line for line in self.control.lines(kind) if clock(line["at"]) >= moment]

        line = self.control.until(found, seconds, f"the journal's line {kind}")[-1]
        return f"{clock(line['at']) - moment:.1f} s later (journal line {line['sequence']})"

    def attempts(self, run: str) -> list[dict]:
        return self.control.items(f"/api/v1/runs/{run}/attempts")

    def training_run(self) -> dict | None:
        """A train run that has reported a figure: it computes, and has not finished."""
        for run in self.control.items(f"/api/v1/runs?pipelineRun={self.pipeline}&status=running"):
            if run["name"] == "train" and self.control.ask(f"/api/v1/runs/{run['id']}/metrics?limit=1")["items"]:
                return run
        return None

    def later_attempt(self, run: dict) -> dict | None:
        """The attempt after the one that `run` was in, once there is one."""
        return next((each for each in self.attempts(run["id"]) if each["number"] > run["attempt"]), None)

    def show_transfers(self) -> None:
        done = [each for each in self.control.items("/api/v1/transfers") if each["status"] == "succeeded"]
        journeys = {(each["blob"], each["destination"]) for each in done}
        size = sum(each["size"] for each in done)
        twice = len(done) - len(journeys)
        self.say(
            f"{len(done)} files travelled from store to store by digest, {size:,} bytes; "
            f"{twice or 'none'} of them went the same way twice")

    # Point 4: models

    def show_models(self) -> None:
        self.heading("3  Two model versions, one endpoint")
        self.show("models", "list")
        self.control.until(lambda: self.endpoint()["steady"], SERVING_SECONDS, "every replica to be ready")
        self.show("endpoints", "list")

    def endpoint(self) -> dict:
        return self.control.ask("/api/v1/endpoints/digits")

    # Point 5: predictions through an outage

    def predict(self) -> None:
        self.heading(f"4  {PREDICTIONS} predictions, and a cable is cut")
        held_out = self.download("prepare", "heldout")
        site = self.champion_site()
        results = self.folder / "predictions.csv"
        client = subprocess.Popen(
            [sys.executable, self.example / "predict.py", self.control.gateway, "digits", held_out, results,
             "--count", str(PREDICTIONS)],
            env=self.control.environment(), stdout=subprocess.PIPE, text=True)
        for line in client.stdout:
            if line.split()[0] == str(PREDICTIONS // 2):
                break
        cut_at = time.time()
        posted_before = self.posted(site.name)
        self.say(f"after {PREDICTIONS // 2} predictions: {site.cut()}  ({site.name} serves the champion)")
        client.communicate(timeout=SERVING_SECONDS)
        self.control.until(lambda: not self.serves(site.name), SERVING_SECONDS, "the dead replica to leave the routes")
        self.control.until(lambda: self.endpoint()["steady"], SERVING_SECONDS, "the endpoint to be steady again")
        self.show_predictions(figures.predictions(results))
        self.say(f"steady again {self.line_after(cut_at, 'replica.ready', SERVING_SECONDS)}, with a new replica")
        self.say(f"{site.name} still cost {dollars(self.posted(site.name) - posted_before)} after the cut")
        site.restore()
        self.control.until(lambda: self.live_workers(site.name), SERVING_SECONDS, f"{site.name} to come back")
        self.say(f"cable restored, {site.name} is back")

    def champion_site(self) -> sites.Site:
        """A site that serves the champion; where there is a choice, one that does not serve the challenger too."""
        status = self.endpoint()
        share = {revision["name"]: revision["traffic"] for revision in status["endpoint"]["revisions"]}
        champion = max(share, key=share.get)
        serving: dict[str, set[str]] = {}
        for replica in status["replicas"]:
            if replica.get("url"):
                serving.setdefault(replica["environment"], set()).add(replica["revision"])
        name = min((name for name in serving if champion in serving[name]), key=lambda name: (len(serving[name]), name))
        return next(site for site in self.sites if site.name == name)

    def serves(self, environment: str) -> bool:
        return any(each.get("environment") == environment and each.get("url") for each in self.endpoint()["replicas"])

    def posted(self, environment: str) -> int:
        """Nano-dollars posted to the ledger for an environment."""
        rows = self.control.ask("/api/v1/costs?by=environment")["rows"]
        return sum(row["amount"] for row in rows if row["key"] == [environment])

    def download(self, node: str, path: str) -> Path:
        """Fetches a folder of what a node committed; returns its only file."""
        nodes = self.control.ask(f"/api/v1/pipeline-runs/{self.pipeline}")["nodes"]
        (run,) = [each["run"] for each in nodes if each["name"] == node]
        target = self.folder / "outputs" / node
        self.control.call("runs", "download", run, "--to", str(target))
        (file,) = (target / path).iterdir()
        return file

    def show_predictions(self, found: figures.PredictionFigures) -> None:
        for revision in found.revisions:
            low, high = figures.wilson(revision.correct, revision.count)
            share = f"{100 * revision.count / (found.count - found.failed):.1f} %"
            where = ", ".join(f"{site} {count}" for site, count in sorted(revision.sites.items()))
            self.say(
                f"{revision.revision:16}{revision.correct}/{revision.count} right, accuracy {revision.accuracy:.3f} "
                f"[{low:.3f}, {high:.3f}], share {share} ({where})")
        p50, p99 = (1000 * figures.quantile(found.seconds, share) for share in (0.5, 0.99))
        self.say(
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, slowest {1000 * max(found.seconds, default=math.nan):.0f} ms, "
            f"failed {found.failed} of {found.count}: a line for each in {self.folder / 'predictions.csv'}")

    # Point 3 again: the cache

    def run_again(self) -> None:
        self.heading("5  Once more: everything is there already")
        self.show("pipeline", "run", "digits", cwd=self.example)
        again = self.control.lines("pipeline.started")[-1]["subject"]
        nodes = self.control.ask(f"/api/v1/pipeline-runs/{again}")["nodes"]
        steps = [node for node in nodes if node.get("run")]
        cached = [node for node in steps if node["status"] == "cached"]
        self.say(f"{len(cached)} of {len(steps)} steps from the cache")
        if len(cached) != len(steps):
            raise RuntimeError("A step was not taken from the cache.")

    # Point 6: money

    def show_costs(self) -> None:
        self.heading("6  What it cost")
        self.show("costs", "--by", "environment,step,project")
        self.show("costs", "--pipeline-run", self.pipeline)
        runs = self.control.items(f"/api/v1/runs?pipelineRun={self.pipeline}")
        leases = [lease for run in runs for lease in self.control.items(f"/api/v1/runs/{run['id']}/leases")]
        entries = [entry for run in runs for entry in self.control.items(f"/api/v1/ledger?run={run['id']}")]
        compute = sum(entry["amount"] for entry in entries if entry["kind"] == "compute")
        of_runs, of_leases = sum(run["cost"] for run in runs), sum(lease["cost"] for lease in leases)
        of_ledger = sum(entry["amount"] for entry in entries)
        self.say(
            f"The sums: runs {dollars(of_runs)} = ledger {dollars(of_ledger)}, which is compute {dollars(compute)} "
            f"+ egress {dollars(of_ledger - compute)}; leases {dollars(of_leases)} = compute")
        if of_runs != of_ledger or of_leases != compute:
            raise RuntimeError("The sums are not equal.")

    # Point 7: the journal

    def verify_journal(self) -> None:
        self.heading("7  The journal")
        code, words = tampering.verify(self.programs, self.control.data)
        self.say(f"$ martletd journal verify --data {self.control.data}\n{words}")
        if code:
            raise RuntimeError("The journal does not verify.")
        last = self.control.journal[-1]["sequence"]
        for name, damage, line in (
            ("one bit flipped in line", tampering.flip_byte, last // 2),
            ("the tail cut off after line", tampering.cut_tail, last - 5),
        ):
            copy = tampering.copy(self.control.data, self.folder / "tampered")
            damage(copy, line)
            code, words = tampering.verify(self.programs, copy)
            self.say(f"a copy with {name} {line}: exit {code}\n{words}")
            if code == 0:
                raise RuntimeError("The damage was not seen.")
        shutil.rmtree(self.folder / "tampered")

    # The end

    def note(self) -> None:
        """Writes down what runs, so that `make demo-stop` can end it even if this process is gone."""
        processes = [site.worker.pid for site in self.sites if site.worker]
        processes += [self.control.process.pid] if self.control and self.control.process else []
        processes += [site.keeper.pid for site in self.sites if isinstance(site, sites.NamespaceSite)]
        cables = [(site.cable, site.chain) for site in self.sites if isinstance(site, sites.NamespaceSite)]
        leftovers.write(self.folder, processes, cables)

    def write_environment(self) -> None:
        file = self.folder / "env"
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            for name in ("MARTLET_SERVER", "MARTLET_TOKEN", "MARTLET_GATEWAY"):
                out.write(f"export {name}={self.control.environment()[name]}\n")
            out.write(f"export PATH={shlex.quote(str(self.programs))}:$PATH\n")

    def say_how_to_go_on(self) -> None:
        self.heading(f"Done in {time.monotonic() - self.began:.0f} s; the platform is left running")
        self.say(f"look     {self.control.server}/  (log in with the token in {self.control.data / 'admin.token'})")
        self.say(f"use      source {self.folder / 'env'} && martlet runs list")
        self.say("         or your own script: martlet run -- python my_train.py")
        self.say("stop     make demo-stop")

    def stop(self) -> None:
        leftovers.stop(self.folder)


def clock(text: str) -> float:
    """Seconds since 1970 of a time as the API writes it."""
    return datetime.fromisoformat(text).timestamp()


def dollars(nanodollars: int) -> str:
    """An amount in full, to the last nano-dollar."""
    sign, magnitude = "-" if nanodollars < 0 else "", abs(nanodollars)
    decimals = f"{magnitude % 1_000_000_000:09d}".rstrip("0").ljust(2, "0")
    return f"{sign}${magnitude // 1_000_000_000:,}.{decimals}"
