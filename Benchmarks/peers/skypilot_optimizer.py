"""SkyPilot's own `Optimizer` on one planning problem, offline, on the offers that Martlet's planner gets.

    .bench/skypilot/bin/python Benchmarks/peers/skypilot_optimizer.py problem.json > answer.json

The problem:

    {"offers": "offers.csv",        beside problem.json, or absolute; a line for each provider, region and type; columns
                                    provider (aws | azure | gcp), region, type, vcpus, memory_gib, accelerator,
                                    accelerator_count, on_demand, spot: US dollars an hour; empty means unknown
     "tasks": [{"name": "t0", "cpus": "8+", "memory": "32+", "gpu": "A100:8 | H100:8" or null,
                "duration_seconds": 3600, "output_gib": 50}],
     "edges": [["t0", "t1"]],       all of t0's output goes to t1; paid once for each edge that leaves a cloud
     "egress": {"aws": [[100, 0.0], [null, 0.09]]},
                                    optional: marginal tiers, each up to so many GiB of one transfer, in dollars a GiB;
                                    a cloud that is not named keeps SkyPilot's own table
     "families": "own" | "every",   optional: see below
     "runs": 1,                     optional: the same graph so many times, each built anew
     "limit_seconds": 180, "memory_gib": 8}                 optional: for each run; for the process's address space

The answer, on standard output; what was not measured is left out. The exit code is 0 also when nothing was solved.

    {"skypilot": "0.14.1", "outcome": "solved" | "time limit" | "memory limit" | "failed", "reason": "" or why,
     "method": "dynamic programming" | "integer program",   the first for chains only
     "runs": [{"wall_seconds", "cpu_seconds"}],             of `optimize` alone, its CBC solver included
     "unfinished": null | {"wall_seconds", "cpu_seconds"},  of the run that met a limit
     "import_seconds", "catalog_seconds", "first_seconds",  not in "runs": imports; our writing of its catalog files;
                                    a first `optimize` of one task, which reads them
     "peak_gib": largest resident memory of one process,
     "offers": {"given", "used"},   those with an on-demand price are used; those of unknown shape never match
     "candidates": how many (task, region) pairs it chose among,
     "cost": dollars as SkyPilot counts them, its egress included; that of a task is its compute alone,
     "tasks": [{"name", "provider", "region", "type", "cost"}],
     "refused_connections": attempts to reach the network; all are refused}

What differs between the two planners, and in whose favour:
- For each demand SkyPilot looks at one machine type of each cloud, the one that is cheapest in its cheapest region, in
  all regions that offer it. For a demand without accelerator it moreover considers a handful of families only (such as
  m6i, r6i, c6i, m7i). "families": "every" lifts the second restriction, which real use cannot; the first is its design.
- Its egress costs something between clouds only, by the source cloud alone; between regions of a cloud it is 0. Its
  tables are per transfer. "egress" replaces the tables and cannot replace the model.
- Its real catalogs have a line for each zone, and for Google Cloud it plans by zone. Here every region has one zone:
  fewer lines and fewer candidates, which makes it faster.
- Google Cloud's accelerators are priced apart from their host machine in its catalog. Our prices are of both together:
  the host's line carries the whole price, the accelerator's line costs 0, and SkyPilot's built-in list of which host
  carries which accelerator is replaced by that of the offers. The sum that it computes is the offer's price.
- Its parser of Azure names dies of some in the price list: dedicated hosts and a few M types. It is mended.
- Prices are on-demand. Clouds are enabled without credentials, in the way of its own unit tests.
- It runs in a home folder of its own, after a first `optimize` has warmed its imports and catalogs.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

KIB_PER_GIB = 1 << 20
WORKER = Path(__file__).resolve().with_name("skypilot_worker.py")
# So long may imports, catalogs and the first optimize take on a slow machine.
PATIENCE_SECONDS = 300.0


def group_cpu_seconds(group: int) -> float:
    """Processor time so far of the living processes of a group, its solver's too."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


class Watch:
    """Kills a worker and all that it started when a stage takes too long, and keeps the processor time it had used."""

    def __init__(self, group: int):
        self.group, self.timer, self.cpu = group, None, None

    def allow(self, seconds: float) -> None:
        """Begins a stage."""
        self.cancel()
        self.began = time.perf_counter()
        self.timer = threading.Timer(seconds, self.end)
        self.timer.start()

    def cancel(self) -> None:
        if self.timer:
            self.timer.cancel()

    def end(self) -> None:
        self.cpu = group_cpu_seconds(self.group)
        os.killpg(self.group, signal.SIGKILL)


def supervise(problem_file: Path, home: Path) -> dict:
    """Runs the worker in a process of its own and collects its lines into the answer."""
    limit = json.loads(problem_file.read_text()).get("limit_seconds", 180)
    answer: dict = {"outcome": "failed", "reason": "it ended without an answer", "runs": [], "unfinished": None}
    environment = os.environ | {"HOME": str(home), "TMPDIR": str(home), "SKYPILOT_DISABLE_USAGE_COLLECTION": "1"}
    command = [sys.executable, "-B", str(WORKER), str(problem_file)]
    worker = subprocess.Popen(command, cwd=home, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
    watch, used = Watch(worker.pid), None
    watch.allow(PATIENCE_SECONDS)
    try:
        for line in worker.stdout:
            part = json.loads(line)
            if "started" in part:
                used = part["started"]
                watch.allow(limit)
            elif "run" in part:
                answer["runs"].append(part["run"])
                watch.allow(PATIENCE_SECONDS)
                used = None
            else:
                answer |= part
    except BaseException:
        watch.end()
        raise
    finally:
        watch.cancel()
    _, status, usage = os.wait4(worker.pid, 0)
    worker.returncode = os.waitstatus_to_exitcode(status)
    if watch.cpu is not None:
        stage = "a run" if used is not None else "imports, catalogs and the first optimize"
        answer |= {"outcome": "time limit", "reason": f"{stage} took longer than was allowed"}
    if used is not None:
        cpu = usage.ru_utime + usage.ru_stime if watch.cpu is None else watch.cpu
        answer["unfinished"] = {"wall_seconds": time.perf_counter() - watch.began, "cpu_seconds": cpu - used}
    return answer | {"peak_gib": usage.ru_maxrss / KIB_PER_GIB}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: skypilot_optimizer.py problem.json")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="skypilot-") as home:
        print(json.dumps(supervise(Path(sys.argv[1]).resolve(), Path(home)), indent=1))


if __name__ == "__main__":
    main()
