"""Which rows are shown, and how."""

import io

import numpy as np
import pytest
from PIL import Image

from percept.evaluation.predictions import Predictions
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.spec import DatasetSpec, PictureInput, RawInput, RowCounts
from percept.reporting.examples import MAX_SIDE, card, chosen, png


def predictions(objective, y, predicted, decisions=None, raw=None, classes=(), **spec) -> Predictions:
    raw = raw if raw is not None else {"a": np.arange(len(y), dtype=np.float32)[:, np.newaxis]}
    kind = "pixels" if "picture" in spec else "numeric"
    inputs = tuple(RawInput(name=name, kind=kind) for name in raw)
    rows = RowCounts(source=len(y) + 1, dropped={}, train=1, validation=0, test=len(y))
    spec = {"shape": (1,), "targets": objective.targets, "pixels": None} | spec
    described = DatasetSpec(task="t", raw_inputs=inputs, classes=classes, rows=rows, **spec)
    return Predictions(objective, described, raw, np.array(y), np.array(predicted, np.float32), decisions)


def test_of_classes_the_wrong_and_certain_come_first_and_the_right_by_the_smallest_margin():
    predicted = [[0.9, 0.1, 0], [0.4, 0.35, 0.25], [0.2, 0.7, 0.1], [0.05, 0.9, 0.05], [0.3, 0.3, 0.4]]
    y, decisions = [1, 0, 1, 0, 0], np.array([0, 0, 1, 1, 2])
    found = chosen(predictions(Multiclass(kind="multiclass"), y, predicted, decisions, classes=("a", "b", "c")))
    assert [group.rows.tolist() for group in found] == [[3, 0, 4], [1, 2], [2, 1]]


def test_of_two_classes_a_margin_is_how_far_the_probability_is_from_the_other_side():
    objective = Binary(kind="binary", target="y", positive="yes")
    decisions = np.array([1, 1, 0, 0])
    found = chosen(
        predictions(objective, [1, 1, 0, 1], [[0.6], [0.9], [0.2], [0.05]], decisions, classes=("no", "yes"))
    )
    assert [group.rows.tolist() for group in found] == [[3], [0, 2, 1], [1, 2, 0]]


def test_of_labels_the_surest_wrong_one_counts():
    objective = Multilabel(kind="multilabel", target=("a", "b"))
    decisions = np.array([[1, 0], [1, 1], [0, 0]])
    found = chosen(predictions(objective, [[0, 0], [0, 0], [0, 0]], [[0.6, 0.1], [0.9, 0.8], [0.1, 0.2]], decisions))
    assert found[0].rows.tolist() == [1, 0] and found[1].rows.tolist() == [2]


def test_of_values_the_largest_errors_come_first_and_no_row_twice():
    y = np.zeros((20, 1))
    found = chosen(predictions(Regression(kind="regression", target="y"), y, np.arange(20)[:, np.newaxis]))
    assert found[0].rows.tolist() == [19, 18, 17, 16, 15, 14, 13, 12]
    assert not {*found[0].rows.tolist()} & {*found[1].rows.tolist()}


def test_a_card_shows_the_cells_the_verdict_and_the_probability_of_what_it_is():
    predicted, classes = [[0.01, 0.02, 0.03, 0.04, 0.9]], tuple("<bcde")
    found = card(
        predictions(Multiclass(kind="multiclass"), [0], predicted, np.array([4]), classes=classes), 0, "line 7", ["a"]
    )
    assert "line 7" in found and "is &lt;, predicted e" in found and 'class="wrong"' in found
    assert found.count('class="bar"') == 4 and "0.010" in found and "<dt>a</dt><dd>0</dd>" in found


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_a_picture_has_its_levels_and_is_no_larger_than_shown(channels, mode):
    pixels = np.zeros((1, 200, 120, channels), np.uint8)
    pixels[:, :, 60:] = 16
    picture = PictureInput(size=(200, 120), color="grey" if channels == 1 else "rgb", white=16)
    spec = {"picture": picture, "pixels": {"scale": 1.0, "offset": 0.0}}
    objective = Multiclass(kind="multiclass")
    found = predictions(objective, [0], [[1.0]], np.array([0]), {"pixels": pixels}, ("a",), **spec)
    image = Image.open(io.BytesIO(png(found, 0)))
    assert image.mode == mode and max(image.size) == MAX_SIDE
    levels = np.asarray(image).reshape(*image.size[::-1], -1)
    assert levels[:, 0].max() == 0 and levels[:, -1].min() == 255
