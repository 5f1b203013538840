"""Targets as the loss takes them."""

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from percept.errors import UserError
from percept.objective import Binary, Multiclass, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts
from percept.training.fit_data import fit_data, smoothed

ONE_HOT = Multiclass(kind="multiclass", one_hot=True)


def spec(num_classes: int) -> DatasetSpec:
    return DatasetSpec(
        task="toy",
        raw_inputs=(RawInput(name="x", kind="numeric"),),
        shape=(1,),
        classes=tuple(map(str, range(num_classes))),
        rows=RowCounts(source=2, dropped={}, train=1, validation=0, test=1),
    )


class Network:
    output = None


def test_one_hot_rows_have_a_1_at_their_class():
    y = np.array([2, 0, 1, 2])
    found = fit_data(Examples(np.zeros((4, 1), np.float32), y), spec(3), ONE_HOT, Network())
    np.testing.assert_array_equal(found.y, np.eye(3)[y])
    assert found.y.dtype == np.float32


def test_one_hot_rows_of_thousands_of_classes_are_refused_before_they_fill_the_memory():
    y = np.zeros(100_000, np.int64)
    with pytest.raises(UserError, match=r"5,000 classes and 100,000 rows: 1\.9 GiB[\s\S]*leave it at its default"):
        fit_data(Examples(np.zeros((100_000, 1), np.float32), y), spec(5000), ONE_HOT, Network())


SMOOTH = {
    "binary": Binary(kind="binary", target="y", positive="b", label_smoothing=0.2),
    "multiclass": Multiclass(kind="multiclass", label_smoothing=0.2),
    "one_hot": Multiclass(kind="multiclass", label_smoothing=0.2, one_hot=True),
}


@pytest.mark.parametrize("outputs", [None, {"main": 0, "auxiliary": 0}], ids=["one output", "two outputs"])
@pytest.mark.parametrize("name", SMOOTH)
def test_the_loss_of_smoothed_labels_is_that_of_keras(name, outputs):
    objective = SMOOTH[name]
    random = np.random.default_rng(0)
    y, network = random.integers(2 if name == "binary" else 4, size=9), Network()
    network.output = outputs
    plain = fit_data(Examples(np.zeros((9, 1), np.float32), y), spec(4), objective, network)
    said = random.dirichlet(np.ones(4), 9).astype(np.float32)[:, : 1 if name == "binary" else 4]
    of_keras = {"binary": keras.losses.BinaryCrossentropy}.get(name, keras.losses.CategoricalCrossentropy)
    for part in smoothed(plain, objective).y.values() if outputs else [smoothed(plain, objective).y]:
        assert part.dtype == np.float32
        hard = y[:, np.newaxis] if name == "binary" else np.eye(4)[y]
        expected = of_keras(label_smoothing=0.2)(hard.astype(np.float32), said)
        assert float(keras.losses.get(objective.loss)(part, said).numpy().mean()) == pytest.approx(float(expected))


def test_labels_that_are_not_smoothed_are_the_same_arrays():
    data = fit_data(Examples(np.zeros((2, 1), np.float32), np.array([0, 1])), spec(2), ONE_HOT, Network())
    assert smoothed(data, ONE_HOT) is data
    values = Regression(kind="regression", target="y")
    assert smoothed(data, values) is data


def test_a_smoothing_that_leaves_nothing_of_the_label_is_refused():
    for share in (-0.1, 1.0):
        with pytest.raises(ValidationError, match="label_smoothing"):
            Multiclass(kind="multiclass", label_smoothing=share)
