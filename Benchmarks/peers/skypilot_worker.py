"""The process that is measured: SkyPilot with catalogs of ours, without network. See `skypilot_optimizer.py`.

Started as `skypilot_worker.py problem.json` with an empty home folder; writes what it learns as lines of JSON.
"""

import csv
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import skypilot_catalog

GIB = 1 << 30

Tell = Callable[[dict], None]


def build(tasks: list[dict], edges: list[list[str]]) -> tuple:
    """The graph as SkyPilot's `Dag`, and its tasks in the order given. Names are replaced: its solver confuses some."""
    import sky
    dag, made = sky.Dag(), {}
    for number, task in enumerate(tasks):
        made[task["name"]] = node = sky.Task(name=f"t{number}", run="true")
        choices = [choice.strip() for choice in task["gpu"].split("|")] if task.get("gpu") else [None]
        node.set_resources({sky.Resources(cpus=task["cpus"], memory=task["memory"], accelerators=choice)
                            for choice in choices})
        node.set_time_estimator(lambda _, seconds=task["duration_seconds"]: seconds)
        node.set_outputs("output", estimated_size_gigabytes=task["output_gib"])
        dag.add(node)
    for source, target in edges:
        dag.add_edge(made[source], made[target])
    return dag, list(made.values())


def cpu_seconds() -> float:
    """Processor time of this process and of those it has waited for."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def watch_network() -> list[str]:
    """Refuses every connection but local pipes from now on; the list grows by each attempt."""
    attempts: list[str] = []

    def refuse(event: str, arguments: tuple) -> None:
        if event in ("socket.getaddrinfo", "socket.gethostbyname") or (
                event in ("socket.connect", "socket.sendto") and not isinstance(arguments[1], (str, bytes))):
            attempts.append(f"{event} {arguments[1:]}")
            raise PermissionError("this benchmark is offline")
    sys.addaudithook(refuse)
    return attempts


def watch_solvers(tell: Tell) -> None:
    """Tells which of SkyPilot's two solvers is at work, over how many candidates, and the cost that it reports."""
    from sky.optimizer import Optimizer
    for name, method, position in (("_optimize_by_dp", "dynamic programming", 1),
                                   ("_optimize_by_ilp", "integer program", 2)):
        def solve(*arguments, own=getattr(Optimizer, name), method=method, position=position):
            candidates = sum(len(of) for task, of in arguments[position].items() if "dummy" not in task.name)
            tell({"method": method, "candidates": candidates})
            plan, cost = own(*arguments)
            tell({"cost": float(cost)})
            return plan, cost
        setattr(Optimizer, name, staticmethod(solve))


def prepare(problem: dict, folder: Path, tell: Tell) -> None:
    """Imports SkyPilot and gives it the offers, the clouds and the egress tables."""
    with open(folder / problem["offers"], newline="") as file:
        given = list(csv.DictReader(file))
    offers = [offer for offer in given if offer["on_demand"]]
    start = time.perf_counter()
    import sky
    import sky.check
    from sky.catalog import common
    imported = time.perf_counter()
    skypilot_catalog.write(Path(common.get_catalog_path("")), offers)
    skypilot_catalog.attach_accelerators(offers)
    skypilot_catalog.accept_every_name()
    if problem.get("families", "own") == "every":
        skypilot_catalog.admit_every_family(offers)
    clouds = {"aws": sky.clouds.AWS(), "azure": sky.clouds.Azure(), "gcp": sky.clouds.GCP()}
    sky.check.get_cached_enabled_clouds_or_refresh = lambda *_, **__: list(clouds.values())
    for name, tiers in problem.get("egress", {}).items():
        type(clouds[name]).get_egress_cost = skypilot_catalog.egress_cost(tiers)
    tell({"skypilot": sky.__version__, "offers": {"given": len(given), "used": len(offers)},
          "import_seconds": imported - start, "catalog_seconds": time.perf_counter() - imported})


def optimize(tasks: list[dict], edges: list[list[str]]) -> tuple[list, dict]:
    """SkyPilot's tasks with their resources chosen, and what choosing took."""
    import sky
    from sky.optimizer import Optimizer
    dag, nodes = build(tasks, edges)
    wall, cpu = time.perf_counter(), cpu_seconds()
    Optimizer.optimize(dag, minimize=sky.OptimizeTarget.COST, quiet=True)
    return nodes, {"wall_seconds": time.perf_counter() - wall, "cpu_seconds": cpu_seconds() - cpu}


def solve(problem: dict, folder: Path, tell: Tell) -> None:
    """Tells of each run, then of what the last one chose."""
    prepare(problem, folder, tell)
    tasks = problem["tasks"]
    tell({"first_seconds": optimize(tasks[:1], [])[1]["wall_seconds"]})
    watch_solvers(tell)
    resource.setrlimit(resource.RLIMIT_AS, (int(problem.get("memory_gib", 8) * GIB),) * 2)
    for _ in range(problem.get("runs", 1)):
        tell({"started": cpu_seconds()})
        nodes, run = optimize(tasks, problem["edges"])
        tell({"run": run})
    chosen = [(task, node.best_resources) for task, node in zip(tasks, nodes)]
    tell({"outcome": "solved", "reason": "", "tasks": [
        {"name": task["name"], "provider": str(of.cloud).lower(), "region": of.region, "type": of.instance_type,
         "cost": of.get_cost(task["duration_seconds"])} for task, of in chosen]})


def main() -> None:
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # SkyPilot prints spinners.

    def tell(part: dict) -> None:
        print(json.dumps(part), file=channel, flush=True)

    attempts = watch_network()
    file = Path(sys.argv[1])
    try:
        solve(json.loads(file.read_text()), file.parent, tell)
    except MemoryError:
        tell({"outcome": "memory limit", "reason": "it asked for more memory than was allowed"})
    except Exception as error:
        tell({"outcome": "failed", "reason": f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"})
    tell({"refused_connections": attempts})


if __name__ == "__main__":
    main()
