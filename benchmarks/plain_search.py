"""plain_search DRAWS: the search that tutorials end with, by scikit-learn over stock Keras, on percept's prepared rows.

The space and the fits are those of conf/search/california.yaml: each draw is judged by three folds of the training
rows, and the best one is fitted once more to all of them.
"""

import json
import sys
import time

import keras
from numpy.typing import NDArray
from scipy.stats import loguniform, randint
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import RandomizedSearchCV
from stock_fit import FOLDS, arrays, fitted


class Network(RegressorMixin, BaseEstimator):
    """What is fitted, as an estimator."""

    def __init__(self, layers: int = 1, units: int = 30, learning_rate: float = 0.01) -> None:
        self.layers, self.units, self.learning_rate = layers, units, learning_rate

    def fit(self, x: NDArray, y: NDArray) -> "Network":
        self.network_ = fitted(self.layers, self.units, self.learning_rate, x, y)
        return self

    def predict(self, x: NDArray) -> NDArray:
        return self.network_.predict(x, verbose=0).ravel()


keras.utils.set_random_seed(0)
begin_s = time.perf_counter()
space = {"layers": randint(1, 4), "units": randint(1, 101), "learning_rate": loguniform(3e-4, 3e-2)}
search = RandomizedSearchCV(
    Network(), space, n_iter=int(sys.argv[1]), cv=FOLDS, scoring="neg_mean_squared_error", random_state=0
)
search.fit(*arrays("train"))
x, y = arrays("test")
told = {"mse": -search.best_score_, "test_mse": mean_squared_error(y, search.predict(x))}
print(json.dumps(told | {"search_s": time.perf_counter() - begin_s, "refit_s": search.refit_time_}))
