"""keras_tuner_search DRAWS: as plain_search.py, by KerasTuner's random search."""

import json
import sys
import tempfile
import time
from typing import Any

import keras
import keras_tuner
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold
from stock_fit import FOLDS, arrays, fitted


def draw(parameters: Any) -> tuple[int, int, float]:
    """Return layers, units and learning rate."""
    return (
        parameters.Int("layers", 1, 3),
        parameters.Int("units", 1, 100),
        parameters.Float("learning_rate", 3e-4, 3e-2, sampling="log"),
    )


class InFolds(keras_tuner.RandomSearch):
    """Judges a draw by the mean of the folds."""

    def run_trial(self, trial: Any, x: NDArray, y: NDArray) -> float:
        setting = draw(trial.hyperparameters)
        folds = KFold(FOLDS).split(x)
        return float(np.mean([error(setting, x[rows], y[rows], x[left], y[left]) for rows, left in folds]))


def error(setting: tuple[int, int, float], x: NDArray, y: NDArray, new: NDArray, actual: NDArray) -> float:
    return mean_squared_error(actual, fitted(*setting, x, y).predict(new, verbose=0).ravel())


keras.utils.set_random_seed(0)
begin_s = time.perf_counter()
with tempfile.TemporaryDirectory() as folder:
    search = InFolds(max_trials=int(sys.argv[1]), seed=0, directory=folder)
    search.search(*arrays("train"))
    (best,) = search.oracle.get_best_trials(1)
refit_begin_s = time.perf_counter()
told = {"mse": best.score, "test_mse": error(draw(best.hyperparameters), *arrays("train"), *arrays("test"))}
end_s = time.perf_counter()
print()
print(json.dumps(told | {"search_s": end_s - begin_s, "refit_s": end_s - refit_begin_s}))
