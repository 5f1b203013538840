"""The example in docs/models.md is a model that works, and its table of models is complete."""

import re
from typing import get_args

import numpy as np

from percept.evaluation.metrics import METRICS
from percept.models import Model
from percept.objective import Multiclass, Objective
from percept.paths import ROOT
from percept.prepared.spec import DatasetSpec, Pixels, RawInput, RowCounts

PAGE = (ROOT / "docs/models.md").read_text(encoding="utf-8")


def test_the_example_builds_and_predicts():
    names = {}
    exec(re.search(r'```python\n("""residual.*?)```', PAGE, re.S)[1], names)
    spec = DatasetSpec(
        task="t",
        raw_inputs=(RawInput(name="pixels", kind="pixels"),),
        shape=(4, 5, 1),
        pixels=Pixels(scale=1 / 255, offset=0.0),
        classes=("a", "b", "c"),
        rows=RowCounts(source=2, dropped={}, train=1, validation=0, test=1),
    )
    config = names["Residual"](kind="residual", width=6, depth=3)
    model = config.build(spec, Multiclass(kind="multiclass"))
    assert np.asarray(model(np.zeros((2, 4, 5, 1), np.uint8))).shape == (2, 3)


def test_the_table_has_every_kind_of_model():
    kinds = {get_args(variant.model_fields["kind"].annotation)[0] for variant in get_args(get_args(Model)[0])}
    assert set(re.findall(r"^\| `(\w+)` \| (?:tables|pictures)", PAGE, re.M)) == kinds


def test_the_table_of_metrics_is_the_registry():
    rows = re.findall(r"^\| `(\w+)` +\| (higher|lower) +\| (.*?) +\| (.*?) +\| (.*?) *\|$", PAGE, re.M)
    assert rows == [
        (
            name,
            "higher" if metric.higher_is_better else "lower",
            metric.unit,
            *map(", ".join, (metric.kinds, metric.of_each)),
        )
        for name, metric in METRICS.items()
    ]


def test_the_table_of_task_kinds_names_every_kind():
    kinds = {get_args(variant.model_fields["kind"].annotation)[0] for variant in get_args(get_args(Objective)[0])}
    assert kinds == set(re.findall(r"^\| `(binary|multi\w+|regression)` \|", PAGE, re.M))
