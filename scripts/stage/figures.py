"""Figures from what was measured: shares, intervals, quantiles. Nothing here knows a result."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

# Two-sided 95 % of the normal distribution.
Z95 = 1.959963984540054


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share. Source: Wilson, Probable Inference (JASA 22, 1927)."""
    if count == 0:
        return 0.0, 1.0
    share, spread = hits / count, Z95 * Z95 / count
    centre = (share + spread / 2) / (1 + spread)
    half = Z95 * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed; nan when there is none."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan


@dataclass
class RevisionFigures:
    """What one revision did."""

    revision: str
    count: int
    correct: int
    sites: dict[str, int]

    @property
    def accuracy(self) -> float:
        return self.correct / self.count


@dataclass
class PredictionFigures:
    """What came of all predictions."""

    count: int
    failed: int
    seconds: list[float]
    revisions: list[RevisionFigures]


def predictions(results: Path) -> PredictionFigures:
    """From the file that the predicting client wrote."""
    with open(results, newline="") as file:
        rows = list(csv.DictReader(file))
    answered = [row for row in rows if row["status"] == "200"]
    revisions = []
    for name in sorted({row["revision"] for row in answered}):
        own = [row for row in answered if row["revision"] == name]
        sites: dict[str, int] = {}
        for row in own:
            sites[row["site"]] = sites.get(row["site"], 0) + 1
        revisions.append(RevisionFigures(name, len(own), sum(int(row["correct"]) for row in own), sites))
    return PredictionFigures(
        len(rows), len(rows) - len(answered), [float(row["seconds"]) for row in answered], revisions)
