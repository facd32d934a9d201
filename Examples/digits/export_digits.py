"""The one-off export: writes scikit-learn's 1,797 handwritten digits as a CSV file with made-up subject ids.

Usage: export_digits.py FOLDER

It stands for the scanner in Helsinki. Nothing else here knows where the digits come from: whatever runs later reads the
bytes that travelled. Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), the test set.
"""

import csv
import hashlib
import sys
from pathlib import Path

from sklearn.datasets import load_digits

SUBJECTS = 43


def subject(row: int) -> str:
    """A made-up person, the same one on every export."""
    return "FI-" + hashlib.sha256(f"subject {row % SUBJECTS}".encode()).hexdigest()[:8]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    digits = load_digits()
    with open(folder / "digits.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["subject", "label"] + [f"p{pixel}" for pixel in range(digits.data.shape[1])])
        for row, (pixels, label) in enumerate(zip(digits.data, digits.target)):
            writer.writerow([subject(row), int(label)] + [int(pixel) for pixel in pixels])
    print(f"wrote {len(digits.target)} digits to {folder / 'digits.csv'}")


main()
