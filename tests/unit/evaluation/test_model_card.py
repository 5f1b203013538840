"""The model card says what the run was: its numbers are those of the metrics, and its groups those of the rows."""

import re

import numpy as np
import pytest

from percept.dataset.contract import Category, Contract, Number
from percept.evaluation.findings import Findings
from percept.evaluation.groups import scored
from percept.evaluation.metrics import METRICS, Metric, intervals_of, score
from percept.evaluation.model_card import model_card
from percept.evaluation.outcome import decide
from percept.evaluation.predictions import Predictions
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.quality import AffectedRows, Quality
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts

NUM_ROWS = 200
PARAMS = {"model": {"kind": "mlp"}, "optimizer": {"kind": "adam"}, "seed": 7}
OBJECTIVES = {
    "binary": Binary(kind="binary", target="left", positive="yes"),
    "multiclass": Multiclass(kind="multiclass", target="plan"),
    "multilabel": Multilabel(kind="multilabel", target=("tea", "coffee")),
    "regression": Regression(kind="regression", target=("rent", "price"), primary="mae"),
}


def card_of(kind: str, num_rows: int = NUM_ROWS, **report) -> tuple[str, dict]:
    random, objective = np.random.default_rng(0), OBJECTIVES[kind]
    classes = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c")}.get(kind, ())
    predicted = random.random((num_rows, {"binary": 1, "multiclass": 3}.get(kind, 2)))
    y = random.integers(0, 2, num_rows if classes else (num_rows, 2))
    city = np.where(np.arange(num_rows) % 4 == 0, "서울", "Oslo | West")[:, np.newaxis]
    if kind == "binary":
        predicted[:, 0] = np.where(city[:, 0] == "서울", 1 - y, y)  # wrong in one of the cities
    columns = {"age": Number(type="number", min=0), "city": Category(type="category", values=("서울",))}
    spec = DatasetSpec(
        task="t",
        raw_inputs=(RawInput(name="age", kind="numeric"), RawInput(name="city", kind="category")),
        shape=(3,),
        targets=objective.targets,
        classes=classes,
        contract=Contract(columns=columns),
        ranges={"age": Number(type="number", min=18, max=90)},
        rows=RowCounts(source=num_rows + 40, dropped={"age is missing": 10}, train=20, validation=10, test=num_rows),
    )
    decisions = None if kind == "regression" else decide(objective, predicted)
    raw = {"age": np.arange(num_rows, dtype=np.float64)[:, np.newaxis], "city": city}
    predictions = Predictions(objective, spec, raw, y, predicted, decisions)
    found = score(objective, spec.names, y, predicted, decisions)
    report = {"task": "t", "primary": objective.primary, "test": found, "validation": {}} | report
    findings = Findings(
        task="t",
        objective=objective,
        params=PARAMS,
        beside={},
        intervals=intervals_of(predictions.outcome),
        groups=tuple(scored(predictions)),
        importances=(),
        effects=(),
        versions={"keras": "3"},
        machine={},
        sha256=64 * "0",
        achieved="In environment 12345678 the run gives these very bits again.",
    )
    quality = Quality(
        unit="line", test=AffectedRows(count=3, of=num_rows, first=(5, 9)), contradicting=AffectedRows(count=0, of=9)
    )
    card = model_card(predictions, report, findings, quality)
    return re.sub(r" +\|", " |", card), found  # columns are aligned


def groups_of(card: str) -> list[str]:
    """The lines of the table of groups, after the header and the line below it."""
    found = [line for line in card.partition("## Where it is worse")[2].partition("##")[0].splitlines() if "|" in line]
    return [found[0], *found[2:]]


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_the_card_has_every_metric_of_the_test_rows(kind):
    card, found = card_of(kind)
    for name, value in found.items():
        if not isinstance(value, dict):
            assert f"| {name} | {value:.4g} |" in card
    for name, metrics in found.get("by_target", {}).items():
        assert f"| {name} | {' | '.join(f'{value:.4g}' for value in metrics.values())} |" in card


def test_the_group_that_is_told_worst_stands_first():
    card, _ = card_of("binary")
    _, first, *others, last, _ = groups_of(card)
    assert (first, last) == ("| city = 서울 | 50 | 0 |", "| city = Oslo \\| West | 150 | 1 |")
    assert len(others) == 4 and all("| age " in line for line in others)  # quarters


def test_a_metric_that_is_added_to_the_registry_has_its_interval_and_orders_the_groups(monkeypatch):
    def errors(outcome):
        return float((outcome.y != outcome.decisions).sum())

    metric = Metric("errors", errors, False, "rows", ("binary",), interval=lambda outcome: (1.0, len(outcome.y)))
    monkeypatch.setitem(METRICS, "errors", metric)
    monkeypatch.setitem(OBJECTIVES, "binary", OBJECTIVES["binary"].model_copy(update={"primary": "errors"}))
    card, found = card_of("binary")
    assert f"| errors | {found['errors']:.4g} | 1 to {NUM_ROWS} |" in card
    header, first, *_, last, _ = groups_of(card)
    assert (header, first) == ("| group | rows | errors |", "| city = 서울 | 50 | 50 |")
    assert last == "| city = Oslo \\| West | 150 | 0 |"


def test_small_groups_are_left_out():
    card, _ = card_of("binary", num_rows=70)
    assert "서울 |" not in card.partition("## Where it is worse")[2].partition("## Rows")[0]


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_the_card_accounts_for_every_row_and_column(kind):
    card, _ = card_of(kind)
    for line in (
        "dropped: age is missing | 10",
        "trained on | 20",
        "tested on | 200",
        "age | numbers from 18 to 90",
    ):
        assert f"| {line} |" in card


def test_the_card_says_how_exactly_the_run_can_be_made_again():
    head = card_of("binary")[0].partition("## Scores")[0]
    assert head.rstrip().endswith("\nIn environment 12345678 the run gives these very bits again.")


def test_the_card_says_how_decisions_are_made():
    card, _ = card_of("binary", threshold=0.25, temperature=1.5)
    assert "| threshold | yes above 0.25 |" in card and "| temperature | 1.5," in card


def test_few_test_rows_are_a_limit():
    assert "70 test rows are few" in card_of("binary", num_rows=70)[0]


def test_what_was_noticed_about_the_rows_is_a_limit():
    limits = card_of("binary")[0].partition("## Limits")[2]
    assert "3 of 200 test rows also stand in the training rows (first: lines 5, 9)" in limits
