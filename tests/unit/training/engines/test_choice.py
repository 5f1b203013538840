import keras
import numpy as np
import pytest

from percept.training.engines import choice, keras_fit
from percept.training.fit_data import FitData
from percept.training.options import Fit

OPTIONS = Fit(epochs=10, batch_size=10, patience=None, weights="last", engine="auto", shuffle=True)


def rows(count: int) -> FitData:
    return FitData(np.zeros((count, 4), np.float32), np.zeros((count, 1), np.float32))


def network(*layers: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1)])


@pytest.mark.parametrize(
    ("layers", "count", "name", "reason"),
    [
        ([], 100, "graph", "about 100 steps are too few"),
        ([], 10_000, "compiled", "about 10,000 steps pay"),
        ([keras.layers.Reshape((4, 1)), keras.layers.Conv1D(2, 2), keras.layers.Flatten()], 10_000, "graph", "convol"),
    ],
    ids=["few steps", "many steps", "convolution"],
)
def test_auto_chooses_by_steps_and_layers_and_says_why(layers, count, name, reason):
    chosen, why = choice.choose(OPTIONS, network(*layers), rows(count), rows(0))
    assert chosen == name
    assert reason in why


def test_arrays_that_fill_the_memory_go_to_keras(monkeypatch):
    monkeypatch.setattr(keras_fit, "MEMORY_SHARE", 1e-12)
    chosen, why = choice.choose(OPTIONS, network(), rows(10_000), rows(10))
    assert chosen == "keras"
    assert "memory" in why


def test_a_named_engine_is_taken():
    assert choice.choose(OPTIONS.model_copy(update={"engine": "keras"}), network(), rows(1), rows(0))[0] == "keras"
