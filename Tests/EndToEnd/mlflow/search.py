"""Searches runs and experiments with MLflow's own client, and checks what is found.

    MLFLOW_TRACKING_URI=… search.py [OTHER_URI] [--seed N] [--rounds N]

Every operator is checked against what the data say. With a second server, MLflow's own say, the same data go to both and random
filters and orders must find the same there, or be refused with the same code.
"""

import argparse
import math
import os
import random
import sys

os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

KEYS = ["loss", "acc.top1", "with space", "batch-size"]
TEXTS = ["adam", "Adam", "sgd", "100%", "a_b", "axb", "it is", "ünï", "x" * 600]
NUMBERS = [-1.0, 0.0, 0.25, 1.0, 3.5, math.nan, 1e20]


class World:
    """The same runs on one server, told apart by a tag."""

    def __init__(self, uri, seed, name):
        self.client = MlflowClient(uri)
        generator = random.Random(seed)
        self.experiments = [
            self.client.create_experiment(f"{name}-{i}", tags={"team": generator.choice(TEXTS[:6]), "n": str(i)})
            for i in range(3)
        ]
        for number in range(45):
            self.make(number, generator)

    def make(self, number, generator):
        start = 1_700_000_000_000 + generator.choice([0, 1, 2]) * 1000 + number
        run = self.client.create_run(
            self.experiments[number % 3], start_time=start, run_name=generator.choice(TEXTS[:7]), tags={"n": f"{number:03}"})
        some = lambda: [key for key in KEYS if generator.random() < 0.6]
        self.client.log_batch(
            run.info.run_id,
            metrics=[Metric(key, generator.choice(NUMBERS), start, 1) for key in some()],
            params=[Param(key, generator.choice(TEXTS)) for key in some()],
            tags=[RunTag(key, generator.choice(TEXTS)) for key in some()])
        status = generator.choice(["FINISHED", "FAILED", "RUNNING", "KILLED"])
        if status != "RUNNING":
            self.client.set_terminated(run.info.run_id, status, end_time=start + generator.randrange(5000))
        if generator.random() < 0.15:
            self.client.delete_run(run.info.run_id)

    def runs(self, which, **search):
        """Numbers of the runs found, or the code of the refusal."""
        found, token = [], None
        try:
            while True:
                page = self.client.search_runs([self.experiments[i] for i in which], page_token=token, **search)
                found += [run.data.tags["n"] for run in page]
                token = page.token
                if not token:
                    return found
        except MlflowException as error:
            return error.error_code

    def find_experiments(self, **search):
        found, token = [], None
        try:
            while True:
                page = self.client.search_experiments(page_token=token, **search)
                found += [e.tags["n"] for e in page if e.experiment_id in self.experiments]
                token = page.token
                if not token:
                    return found
        except MlflowException as error:
            return error.error_code


class Searches:
    """Random filters and orders. Half of them are right."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def key(self):
        key = self.pick(*KEYS, "never")
        return f"`{key}`" if " " in key or "-" in key or self.random.random() < 0.5 else key

    def text(self):
        quote = self.pick("'", '"')
        return quote + self.pick(*TEXTS[:8], "a%", "%d%", "_dam", "A_B", "nothing", "x" * 600) + quote

    def number(self):
        return self.pick("0", "0.25", "1", "-1", "3.5", "1e19", "-0.5", ".25")

    def clause(self):
        sign = self.pick("=", "!=", "<", "<=", ">", ">=")
        like = self.pick("=", "!=", "LIKE", "ILIKE", "like", "ilike")
        return self.pick(
            lambda: f"{self.pick('metrics', 'metric')}.{self.key()} {sign} {self.number()}",
            lambda: f"{self.pick('params', 'param', 'parameters')}.{self.key()} {like} {self.text()}",
            lambda: f"{self.pick('tags', 'tag')}.{self.key()} {like} {self.text()}",
            lambda: f"{self.pick('tags', 'params')}.{self.key()} IS {self.pick('', 'NOT ')}NULL",
            lambda: f"{self.pick('attributes.', 'run.', '')}start_time {sign} 1700000001000",
            lambda: f"end_time {sign} 1700000002500",
            lambda: f"{self.pick('status', 'attributes.run_name', '`run name`')} {like} {self.pick(chr(39) + 'FINISHED' + chr(39), self.text())}",
            lambda: f"run_id {self.pick('NOT IN', 'IN', '!=')} {self.pick('(' + chr(39) + 'a' + chr(39) + ')', chr(39) + 'a' + chr(39))}",
            lambda: f"user_id != {self.text()}",
            lambda: self.pick(
                "metrics.loss", "metrics.loss = 'x'", "params.loss > 'a'", "params.loss = 1", "foo.loss = 1", "nothing = 'x'",
                "tags.loss = adam", "metrics.loss IS NULL", "status IN ('FINISHED')", "run_id IN ()", "start_time LIKE 'x'",
                "metrics.loss > 1 OR metrics.loss < 0", "(metrics.loss > 1)", "tags.'loss = 'x'", "metrics.batch-size > 1"),
        )()

    def filter(self):
        return f" {self.pick('AND', 'and')} ".join(self.clause() for _ in range(self.random.randrange(4)))

    def orders(self):
        fields = ["start_time", "end_time", "status", "attributes.run_id", "created", "nonsense", "metrics.loss foo"]
        fields = [f for f in fields if f != "attributes.run_id"]
        fields += [f"{entity}.{self.key()}" for entity in ("metrics", "params", "tags", "metrics") for _ in range(3)]
        return [self.random.choice(fields) + self.pick("", " ASC", " DESC", " desc") for _ in range(self.random.randrange(3))]

    def experiment_filter(self):
        clauses = [
            lambda: f"name {self.pick('=', '!=', 'LIKE', 'ILIKE')} {self.pick(chr(39) + '%-1' + chr(39), self.text())}",
            lambda: f"tags.team {self.pick('=', '!=', 'LIKE', 'ILIKE')} {self.text()}",
            lambda: f"tags.{self.pick('team', 'none')} IS {self.pick('', 'NOT ')}NULL",
            lambda: f"creation_time {self.pick('>', '<', '>=')} {self.pick('0', '9999999999999', '1.5')}",
            lambda: self.pick("name > 'a'", "params.x = 'y'", "name IS NULL", "experiment_id LIKE 'a'", "wrong = 'a'"),
        ]
        return " AND ".join(self.random.choice(clauses)() for _ in range(self.random.randrange(3)))


def check_facts(world):
    """What every operator finds, as the data say."""
    everything = world.client.search_runs(world.experiments, run_view_type=ViewType.ALL)
    number = lambda run: run.data.tags["n"]
    facts = {
        "metrics.loss > 0.25": lambda r: r.data.metrics.get("loss", math.nan) > 0.25,
        "metrics.`acc.top1` != 1": lambda r: "acc.top1" in r.data.metrics and r.data.metrics["acc.top1"] != 1,
        "params.loss = 'adam'": lambda r: r.data.params.get("loss") == "adam",
        "params.`with space` LIKE 'a_b'": lambda r: r.data.params.get("with space") in ("a_b", "axb"),
        "tags.loss ILIKE 'ADAM'": lambda r: r.data.tags.get("loss") in ("adam", "Adam"),
        "tags.loss LIKE '%dam'": lambda r: r.data.tags.get("loss", "").endswith("dam"),
        "tags.`batch-size` IS NULL": lambda r: "batch-size" not in r.data.tags,
        "params.`batch-size` IS NOT NULL": lambda r: "batch-size" in r.data.params,
        "status = 'FAILED'": lambda r: r.info.status == "FAILED",
        "end_time > 0": lambda r: r.info.end_time is not None,
        "run_name = 'Adam'": lambda r: r.info.run_name == "Adam",
        f"run_id IN ('{everything[3].info.run_id}', '{everything[7].info.run_id}')":
            lambda r: r.info.run_id in (everything[3].info.run_id, everything[7].info.run_id),
    }
    for text, holds in facts.items():
        found = world.runs([0, 1, 2], filter_string=text, run_view_type=ViewType.ALL)
        assert sorted(found) == sorted(number(run) for run in everything if holds(run)), (text, found)
    return len(facts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("other", nargs="?")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    ours = World(os.environ["MLFLOW_TRACKING_URI"], options.seed, f"search-{options.seed}")
    print(f"{check_facts(ours)} facts hold")
    if not options.other:
        return 0
    theirs = World(options.other, options.seed, f"search-{options.seed}")
    searches, differences = Searches(options.seed), 0
    for _ in range(options.rounds):
        search = {
            "filter_string": searches.filter(), "order_by": searches.orders(), "max_results": searches.pick(3, 10, 1000),
            "run_view_type": searches.pick(ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL)}
        which = searches.pick([0, 1, 2], [0], [1, 2])
        a, b = ours.runs(which, **search), theirs.runs(which, **search)
        differences += report(a, b, which, search)
        search = {
            "filter_string": searches.experiment_filter(), "max_results": searches.pick(2, 1000),
            "order_by": searches.pick([], ["name"], ["name DESC"], ["creation_time"], ["tags.team"], ["wrong DESC"])}
        a, b = ours.find_experiments(**search), theirs.find_experiments(**search)
        differences += report(a, b, "experiments", search)
    print(f"{differences} differences in {options.rounds} rounds, seed {options.seed}")
    return 1 if differences else 0


def report(ours, theirs, what, search):
    # What MLflow's server passes on to its database, to fail there, is refused here before.
    same = ours == theirs or (theirs in ("INTERNAL_ERROR", "BAD_REQUEST") and ours == "INVALID_PARAMETER_VALUE")
    if not same:
        print(f"{what} {search}\n  ours   {ours}\n  theirs {theirs}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
