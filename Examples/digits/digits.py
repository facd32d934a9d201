"""What the steps share: how the prepared files are read."""

import csv
from pathlib import Path

import numpy


def read(path: Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Pixels, scaled to 0…1, shape (rows, 64), and labels."""
    with open(path, newline="") as file:
        _, *rows = csv.reader(file)
    table = numpy.array(rows, dtype=float)
    return table[:, 1:] / 16, table[:, 0].astype(int)
