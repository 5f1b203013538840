"""plain_search DRAWS: the search that tutorials end with, by scikit-learn over stock Keras, on percept's prepared rows.

The space and the fits are those of conf/search/california.yaml: each draw is judged by three folds of the training
rows, and the best one is fitted once more to all of them.
"""

import json
import sys
import time
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.stats import loguniform, randint
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import RandomizedSearchCV

FOLDS, EPOCHS, PATIENCE = 3, 100, 10


def arrays(subset: str) -> tuple[NDArray, NDArray]:
    with np.load(f"data/prepared/{subset}.npz") as found:
        return found["x"], found["y"].ravel()


class Network(RegressorMixin, BaseEstimator):
    """Hidden layers of one width, trained by SGD until the validation loss has not fallen for some epochs."""

    def __init__(self, layers: int = 1, units: int = 30, learning_rate: float = 0.01) -> None:
        self.layers, self.units, self.learning_rate = layers, units, learning_rate

    def fit(self, x: NDArray, y: NDArray, validation: Any = None) -> "Network":
        hidden = [keras.layers.Dense(self.units, activation="relu") for _ in range(self.layers)]
        self.network_ = keras.Sequential([keras.Input(x.shape[1:]), *hidden, keras.layers.Dense(1)])
        self.network_.compile(keras.optimizers.SGD(self.learning_rate), "mse")
        stop = keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)
        self.network_.fit(x, y, epochs=EPOCHS, validation_data=validation, callbacks=[stop], verbose=0)
        return self

    def predict(self, x: NDArray) -> NDArray:
        return self.network_.predict(x, verbose=0).ravel()


keras.utils.set_random_seed(0)
begin_s = time.perf_counter()
space = {"layers": randint(1, 4), "units": randint(1, 101), "learning_rate": loguniform(3e-4, 3e-2)}
search = RandomizedSearchCV(
    Network(), space, n_iter=int(sys.argv[1]), cv=FOLDS, scoring="neg_mean_squared_error", random_state=0
)
search.fit(*arrays("train"), validation=arrays("validation"))
x, y = arrays("test")
told = {"mse": -search.best_score_, "test_mse": mean_squared_error(y, search.predict(x))}
print(json.dumps(told | {"search_s": time.perf_counter() - begin_s, "refit_s": search.refit_time_}))
