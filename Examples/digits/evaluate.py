"""Compares the variants on the test digits, with 95 % intervals from a paired bootstrap.

For each variant V it prints accuracy/V, accuracy_low/V and accuracy_high/V, and for each pair A, B the difference
accuracy_difference/A/B (A minus B on the same digits) with its interval. A pair whose interval holds 0 is not told apart.
"""

import itertools
import json
import os
from pathlib import Path

import joblib
import numpy

import digits


def interval(samples: numpy.ndarray) -> tuple[float, float]:
    low, high = numpy.percentile(samples, [2.5, 97.5])
    return float(low), float(high)


def metric(name: str, pair: str, value: float, samples: numpy.ndarray) -> None:
    low, high = interval(samples)
    print(json.dumps({f"{name}/{pair}": value, f"{name}_low/{pair}": low, f"{name}_high/{pair}": high}))


def main() -> None:
    with open(os.environ["MARTLET_PARAMETERS"]) as file:
        parameters = json.load(file)
    inputs = Path(os.environ["MARTLET_INPUTS"])
    pixels, labels = digits.read(inputs / "split" / "test.csv")
    chance = numpy.random.default_rng(parameters["seed"])
    draws = chance.integers(0, len(labels), size=(parameters["resamples"], len(labels)))

    right = {}
    for folder in sorted((inputs / "models").iterdir()):
        model = joblib.load(next(folder.rglob("model.joblib")))
        right[folder.name] = (model.predict(pixels) == labels).astype(float)

    for variant, hits in right.items():
        metric("accuracy", variant, float(hits.mean()), hits[draws].mean(axis=1))
    for first, second in itertools.combinations(right, 2):
        difference = right[first] - right[second]
        metric("accuracy_difference", f"{first}/{second}", float(difference.mean()), difference[draws].mean(axis=1))

    report = {variant: {"accuracy": float(hits.mean()), "rows": len(hits)} for variant, hits in right.items()}
    with open(Path(os.environ["MARTLET_OUTPUTS"]) / "report.json", "w") as file:
        json.dump(report, file, indent=2, sort_keys=True)


main()
