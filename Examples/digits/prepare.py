"""Drops the subject ids and divides the digits into train, test and held-out ones, each class in proportion."""

import csv
import json
import os
import random
from pathlib import Path


def divide(rows: list[list[str]], test: int, held_out: int, seed: int) -> dict[str, list[list[str]]]:
    """Shuffles within each class and deals the classes out evenly, so that every part has the same mix."""
    chance = random.Random(seed)
    by_label: dict[str, list[list[str]]] = {}
    for row in rows:
        by_label.setdefault(row[0], []).append(row)
    dealt = []
    for label in sorted(by_label):
        chance.shuffle(by_label[label])
        share = len(by_label[label])
        dealt += [((place + 0.5) / share, label, row) for place, row in enumerate(by_label[label])]
    ordered = [row for _, _, row in sorted(dealt, key=lambda entry: entry[:2])]
    return {"heldout": ordered[:held_out], "test": ordered[held_out:held_out + test], "train": ordered[held_out + test:]}


def main() -> None:
    with open(os.environ["MARTLET_PARAMETERS"]) as file:
        parameters = json.load(file)
    with open(Path(os.environ["MARTLET_INPUTS"]) / "digits" / "digits.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[0] == "subject"
    columns, rows = header[1:], [row[1:] for row in rows]

    outputs = Path(os.environ["MARTLET_OUTPUTS"])
    (outputs / "split").mkdir()
    (outputs / "heldout").mkdir()
    for part, content in divide(rows, parameters["test"], parameters["held-out"], parameters["seed"]).items():
        folder = outputs / ("heldout" if part == "heldout" else "split")
        with open(folder / f"{part}.csv", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(content)
        print(json.dumps({f"{part}_rows": len(content)}))


main()
