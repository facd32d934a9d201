"""Reads the raw scans, refuses what cannot be a digit, and writes the rows that are fit for use."""

import csv
import json
import os
from pathlib import Path

PIXELS = 64
DARKEST = 16


def problem(row: dict[str, str]) -> str | None:
    """What is wrong with a row, or nothing."""
    if not row["label"].isdigit() or not 0 <= int(row["label"]) <= 9:
        return f"label {row['label']!r}"
    pixels = [row[f"p{pixel}"] for pixel in range(PIXELS)]
    if not all(value.isdigit() and int(value) <= DARKEST for value in pixels):
        return "a pixel outside 0 to 16"
    return None


def main() -> None:
    with open(Path(os.environ["MARTLET_INPUTS"]) / "raw" / "digits.csv", newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        rows = list(reader)
    good = []
    for number, row in enumerate(rows, start=2):
        wrong = problem(row)
        if wrong:
            print(f"line {number}: {wrong}, left out")
        else:
            good.append(row)
    with open(Path(os.environ["MARTLET_OUTPUTS"]) / "digits.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(good)
    subjects = len({row["subject"] for row in good})
    print(json.dumps({"rows": len(good), "refused": len(rows) - len(good), "subjects": subjects}))


main()
