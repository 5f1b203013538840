import keras
import numpy as np
import pytest

from percept.composition import load_config
from percept.errors import UserError
from percept.prepared.examples import Examples
from percept.training.fit_data import FitData
from percept.training.options import Fit
from percept.training.run import Training
from percept.tuning.range_test import losses_of_batches, run_range_test
from percept.tuning.trial import prepare_data

X = np.arange(14, dtype=np.float32).reshape(7, 2) / 10
RATES = np.geomspace(1e-4, 1e-1, 9)


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(5.0), "mse")
    return model


def losses(rows: FitData, batch_size: int, shuffle: bool = False, seed: int = 0) -> list[float]:
    options = Fit(epochs=1, batch_size=batch_size, shuffle=shuffle, patience=None, weights="last", engine="auto")
    return list(losses_of_batches(network(), rows, options, RATES, seed))


@pytest.mark.parametrize("weight", [None, np.arange(7, dtype=np.float32)])
def test_each_batch_is_trained_at_its_rate_and_the_rows_come_again(weight):
    y = X.sum(axis=1, keepdims=True)
    model = network()
    kernel, bias = (value.astype(np.float64) for value in model.get_weights())
    expected, rows = [], np.resize(np.arange(7), 9 * 3).reshape(9, 3)
    for rate, batch in zip(RATES, rows, strict=True):
        error = X[batch] @ kernel + bias - y[batch]
        counts = np.ones((3, 1)) if weight is None else weight[batch][:, np.newaxis]
        expected.append((counts * error**2).mean())
        kernel -= rate * 2 / 3 * X[batch].T @ (counts * error)
        bias -= rate * 2 / 3 * (counts * error).sum(axis=0)
    assert losses(FitData(X, y, weight), batch_size=3) == pytest.approx(expected, rel=1e-4)


def test_fewer_rows_than_a_batch_are_one_batch():
    assert len(losses(FitData(X, X[:, :1]), batch_size=100)) == len(RATES)


def test_shuffled_rows_follow_the_seed():
    rows = FitData(X, X[:, :1])
    first, again, other = (losses(rows, 3, shuffle=True, seed=seed) for seed in (0, 0, 1))
    assert first == again != other


def test_inputs_too_large_for_a_first_loss_are_refused_with_advice():
    config = load_config(["task=iris"])
    options = Training(config.model, config.optimizer, config.fit, config.objective, config.seed)
    prepared = prepare_data(config)
    train = prepared.examples["train"]
    assert len(run_range_test(train, prepared.spec, options, RATES).rates) == len(RATES)
    huge = Examples(np.full_like(train.x, np.inf), train.y)
    with pytest.raises(UserError, match=r"learning rate 0\.0001, is not finite[\s\S]*features\.scaling: standard"):
        run_range_test(huge, prepared.spec, options, RATES)
