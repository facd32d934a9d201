"""A cross-validated search over one family of models, on one core; keeps the best, fitted on all training digits."""

import json
import os
import time
from pathlib import Path

import joblib
import numpy
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import ParameterGrid, RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import digits

FAMILIES = {
    # Support vectors on scaled pixels: slow to search, small to serve.
    "vectors": (
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": [0.1, 0.3, 1, 3, 10, 30, 100], "svc__gamma": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]},
    ),
    # Many random trees: nothing to scale, a larger model.
    "trees": (
        ExtraTreesClassifier(random_state=7),
        {"n_estimators": [80, 160, 260], "max_features": [4, 8, 16], "min_samples_leaf": [1, 2]},
    ),
}


def main() -> None:
    with open(os.environ["MARTLET_PARAMETERS"]) as file:
        parameters = json.load(file)
    pixels, labels = digits.read(Path(os.environ["MARTLET_INPUTS"]) / "split" / "train.csv")
    model, grid = FAMILIES[parameters["family"]]
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=parameters["repeats"], random_state=parameters["seed"])

    best, best_score = None, -1.0
    for number, choice in enumerate(ParameterGrid(grid)):
        candidate = clone(model).set_params(**choice)
        score = float(numpy.mean(cross_val_score(candidate, pixels, labels, cv=folds)))
        print(json.dumps({"step": number, "cv_accuracy": round(score, 5), "cpu_seconds": round(time.process_time(), 2)}), flush=True)
        if score > best_score:
            best, best_score = candidate, score
            print(f"best so far: {choice}", flush=True)

    folder = Path(os.environ["MARTLET_OUTPUTS"]) / "model"
    folder.mkdir()
    joblib.dump(best.fit(pixels, labels), folder / "model.joblib")
    print(json.dumps({"best_cv_accuracy": round(best_score, 5), "search_cpu_seconds": round(time.process_time(), 2)}))


main()
