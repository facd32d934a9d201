"""Evaluation datasets and scorers."""

import mlflow
from mlflow.genai.datasets import create_dataset, delete_dataset, get_dataset, search_datasets
from mlflow.genai.scorers import Guidelines, delete_scorer, get_scorer, list_scorers

experiment = mlflow.set_experiment("datasets").experiment_id

dataset = create_dataset(name="questions", experiment_id=experiment, tags={"kind": "small"})
dataset.merge_records(
    [
        {"inputs": {"question": "why?"}, "expectations": {"answer": "because"}},
        {"inputs": {"question": "who?"}, "expectations": {"answer": "ada"}},
    ]
)
dataset.merge_records([{"inputs": {"question": "who?"}, "expectations": {"source": "book"}}])
rows = get_dataset(dataset_id=dataset.dataset_id).to_df()
assert len(rows) == 2
who = rows[rows["inputs"].apply(lambda inputs: inputs["question"] == "who?")].iloc[0]
assert who["expectations"] == {"answer": "ada", "source": "book"}, who["expectations"]

assert [d.name for d in search_datasets(filter_string="name LIKE 'quest%'")] == ["questions"]
assert [d.name for d in search_datasets(filter_string="tags.kind = 'large'")] == []
assert get_dataset(dataset_id=dataset.dataset_id).experiment_ids == [experiment]
delete_dataset(dataset_id=dataset.dataset_id)
assert list(search_datasets(filter_string="name = 'questions'")) == []

Guidelines(name="tone", guidelines="be kind").register(name="tone", experiment_id=experiment)
Guidelines(name="tone", guidelines="be kinder").register(name="tone", experiment_id=experiment)
assert [scorer.name for scorer in list_scorers(experiment_id=experiment)] == ["tone"]
assert get_scorer(name="tone", experiment_id=experiment).guidelines == "be kinder"
assert get_scorer(name="tone", experiment_id=experiment, version=1).guidelines == "be kind"
delete_scorer(name="tone", experiment_id=experiment, version="all")
assert list_scorers(experiment_id=experiment) == []
