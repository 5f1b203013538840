"""A table of predictions, written and read again, gives the same scores."""

import numpy as np
import pytest

from percept.errors import UserError
from percept.evaluation.metrics import metrics_for, score
from percept.evaluation.outcome import decide
from percept.evaluation.prediction_table import MAX_CLASSES, outcome_of, read_table, save_table, table_of
from percept.evaluation.predictions import Predictions
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts

COUNTS = RowCounts(source=60, dropped={}, train=20, validation=0, test=40)
CLASSES = ('says "no", twice', "ärger\u2028next", "7")


def predictions_of(objective, classes=()) -> Predictions:
    random, names = np.random.default_rng(0), classes or objective.targets
    spec = DatasetSpec(
        task="task",
        raw_inputs=(RawInput(name="a", kind="numeric"),),
        shape=(1,),
        targets=objective.targets,
        classes=classes,
        rows=COUNTS,
    )
    if objective.kind == "regression":
        y = random.normal(size=(40, len(names)))
        return Predictions(objective, spec, {}, y, (y + random.normal(size=y.shape)).astype(np.float32), None)
    width = 1 if objective.kind == "binary" else len(names)
    predicted = random.random((40, width)).astype(np.float32)
    y = random.integers(0, 2, (40, width)) if objective.kind == "multilabel" else random.integers(0, len(names), 40)
    return Predictions(objective, spec, {}, y, predicted, decide(objective, predicted, (0.25,) * width))


def examples_of(predictions: Predictions, **arrays) -> Examples:
    return Examples(np.zeros((40, 1), np.float32), predictions.y, **arrays)


@pytest.mark.parametrize(
    ("objective", "classes", "header"),
    [
        (
            Binary(kind="binary", target="y", positive="1"),
            CLASSES[:2],
            ["actual", "predicted", f"probability of {CLASSES[1]}"],
        ),
        (
            Multiclass(kind="multiclass"),
            CLASSES,
            ["actual", "predicted", *(f"probability of {name}" for name in CLASSES)],
        ),
        (
            Multilabel(kind="multilabel", target=("p", "q")),
            (),
            [f"{start} {name}" for name in "pq" for start in ("actual", "predicted", "probability of")],
        ),
        (Regression(kind="regression", target="y"), (), ["actual", "predicted"]),
        (
            Regression(kind="regression", target=("p", "q")),
            (),
            ["actual p", "predicted p", "actual q", "predicted q"],
        ),
    ],
    ids=["binary", "multiclass", "multilabel", "regression", "regressions"],
)
def test_the_file_gives_the_scores_of_the_predictions_to_the_bit(tmp_path, objective, classes, header):
    predictions = predictions_of(objective, classes)
    rows = np.arange(40) + 100
    save_table(tmp_path / "table.csv", table_of(predictions, examples_of(predictions, row=rows)))
    found = read_table((tmp_path / "table.csv").read_text(encoding="utf-8"), "it")
    assert list(found) == ["row", *header] and found["row"] == [str(row) for row in rows]
    outcome = outcome_of(found, objective.kind)
    scores = {metric.name: metric.function(outcome) for metric in metrics_for(objective.kind)}
    expected = score(objective, predictions.spec.names, predictions.y, predictions.predicted, predictions.decisions)
    assert scores == {name: expected[name] for name in scores}


def test_of_many_classes_no_probabilities_are_kept():
    many = tuple(f"class {number}" for number in range(MAX_CLASSES + 1))
    predictions = predictions_of(Multiclass(kind="multiclass"), many)
    found = table_of(predictions, examples_of(predictions))
    assert list(found) == ["row", "actual", "predicted"] and found["row"].tolist() == list(range(1, 41))
    outcome = outcome_of({name: list(map(str, cells)) for name, cells in found.items()}, "multiclass")
    assert outcome.predicted.shape == (40, 0)
    assert (outcome.y == outcome.decisions).tolist() == (predictions.y == predictions.decisions).tolist()


def test_a_row_tells_its_group_where_there_are_groups():
    predictions = predictions_of(Regression(kind="regression", target="y"))
    found = table_of(predictions, examples_of(predictions, group=np.array(["a", "b"] * 20)))
    assert found["group"].tolist() == ["a", "b"] * 20


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "row,actual,predicted\n1,2\n"], ids=["empty", "other", "cut"])
def test_what_is_no_such_table_is_refused(text):
    with pytest.raises(UserError, match="a table of predictions"):
        read_table(text, "it")
