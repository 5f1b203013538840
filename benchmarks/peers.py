"""What percept is compared with on tables, each with its own defaults, 2 threads, raw columns and native categories.

A peer is imported when it is asked for. scikit-learn's are always there, LightGBM, XGBoost and CatBoost with the extra
`bench`; pytabkit's networks and AutoGluon are taken where someone has installed them, here or in another environment
(other_python.py): they want older packages than percept.
"""

import pickle
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from table_columns import Kind, as_typed, is_number
from threadpoolctl import threadpool_limits

THREADS = 2
SEED = 0
AUTOGLUON_S = 60


class Measured(NamedTuple):
    """Answers for the test rows, and what they cost."""

    predicted: NDArray[np.float64]  # (rows,) values, or (rows, classes) probabilities
    fit_s: float
    predict_s: float
    num_bytes: int


class Peer(NamedTuple):
    """A way to learn from a table."""

    module: str
    build: Callable[[Kind, pd.DataFrame], Any]  # a model to fit, for such columns

    @property
    def is_installed(self) -> bool:
        return find_spec(self.module) is not None

    @property
    def version(self) -> str:
        """Return the distribution that the module is of, and its version."""
        name = packages_distributions()[self.module][0]
        return f"{name} {version(name)}"

    def measure(
        self, kind: Kind, train: pd.DataFrame, y: NDArray, test: pd.DataFrame, num_classes: int = 0
    ) -> Measured:
        """Learn and predict. A class that no training row has gets a probability of 0."""
        train, test = as_typed(train, test)
        found, codes = (None, y) if kind == "regression" else np.unique(y, return_inverse=True)
        model = self.build(kind, train)
        with threadpool_limits(THREADS):  # for what takes its threads from OpenMP alone
            start = time.perf_counter()
            model.fit(train, codes)
            fitted = time.perf_counter()
            answers = model.predict(test) if found is None else model.predict_proba(test)
            done = time.perf_counter()
        predicted = np.asarray(answers, np.float64)
        if found is not None:
            predicted = np.zeros((len(test), num_classes))
            predicted[:, found] = answers
        num_bytes = model.num_bytes if isinstance(model, AutoGluon) else len(pickle.dumps(model))
        return Measured(predicted, fitted - start, done - fitted, num_bytes)


def linear(kind: Kind, columns: pd.DataFrame) -> Any:
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = _by_kind(columns, StandardScaler(), OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    return make_pipeline(encoder, RidgeCV() if kind == "regression" else LogisticRegression(max_iter=10_000))


def hist_gradient_boosting(kind: Kind, columns: pd.DataFrame) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    trees = HistGradientBoostingRegressor if kind == "regression" else HistGradientBoostingClassifier
    return trees(random_state=SEED)


def lightgbm(kind: Kind, columns: pd.DataFrame) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor

    trees = LGBMRegressor if kind == "regression" else LGBMClassifier
    return trees(n_jobs=THREADS, random_state=SEED, verbosity=-1)


def xgboost(kind: Kind, columns: pd.DataFrame) -> Any:
    from xgboost import XGBClassifier, XGBRegressor

    trees = XGBRegressor if kind == "regression" else XGBClassifier
    return trees(n_jobs=THREADS, random_state=SEED, enable_categorical=True)


def catboost(kind: Kind, columns: pd.DataFrame) -> Any:
    from catboost import CatBoostClassifier, CatBoostRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    trees = CatBoostRegressor if kind == "regression" else CatBoostClassifier
    texts = [name for name in columns if not is_number(columns[name])]
    options = {"thread_count": THREADS, "random_seed": SEED, "allow_writing_files": False, "verbose": False}
    return make_pipeline(FunctionTransformer(gaps_as_text), trees(cat_features=texts, **options))


def realmlp(kind: Kind, columns: pd.DataFrame) -> Any:
    return _pytabkit("RealMLP_TD", kind, columns)


def tabm(kind: Kind, columns: pd.DataFrame) -> Any:
    return _pytabkit("TabM_D", kind, columns)


def gaps_as_text(columns: pd.DataFrame) -> pd.DataFrame:
    """Return categories as text, "" where one is missing: CatBoost takes no other."""
    texts = [name for name in columns if not is_number(columns[name])]
    return columns.assign(**{name: columns[name].astype(object).where(columns[name].notna(), "") for name in texts})


class AutoGluon:
    """TabularPredictor with the preset medium_quality and 60 seconds, as an estimator of scikit-learn."""

    def __init__(self, kind: Kind, columns: pd.DataFrame) -> None:
        self.kind = kind
        self.folder = tempfile.TemporaryDirectory(prefix="autogluon-")
        self.predictor: Any = None
        self.classes: NDArray | None = None

    def fit(self, x: pd.DataFrame, y: NDArray) -> None:
        metric = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "root_mean_squared_error"}[self.kind]
        options = {"problem_type": self.kind, "eval_metric": metric, "path": self.folder.name, "verbosity": 0}
        predictor = import_module("autogluon.tabular").TabularPredictor(label="target", **options)
        settings = {"presets": "medium_quality", "time_limit": AUTOGLUON_S, "num_cpus": THREADS, "num_gpus": 0}
        self.classes = np.unique(y)
        self.predictor = predictor.fit(x.assign(target=y), **settings)

    def predict(self, x: pd.DataFrame) -> NDArray:
        return self.predictor.predict(x).to_numpy()

    def predict_proba(self, x: pd.DataFrame) -> NDArray:
        """Return (rows, classes) probabilities: 0 for a class of so few rows that it was left out."""
        return self.predictor.predict_proba(x).reindex(columns=self.classes, fill_value=0.0).to_numpy()

    @property
    def num_bytes(self) -> int:
        return self.predictor.disk_usage()


def _pytabkit(name: str, kind: Kind, columns: pd.DataFrame) -> Any:
    """Return a network of pytabkit behind medians for missing numbers, which it refuses."""
    from sklearn.pipeline import make_pipeline

    network = getattr(import_module("pytabkit"), f"{name}_{'Regressor' if kind == 'regression' else 'Classifier'}")
    encoder = _by_kind(columns, "passthrough", "passthrough").set_output(transform="pandas")
    return make_pipeline(encoder, network(device="cpu", n_threads=THREADS, random_state=SEED))


def _by_kind(columns: pd.DataFrame, numbers: Any, texts: Any) -> Any:
    """Return a transformer: the medians, indicators of gaps and `numbers` for numbers, `texts` for categories."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    filled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), numbers)
    of_numbers = [name for name in columns if is_number(columns[name])]
    of_texts = [name for name in columns if name not in of_numbers]
    return ColumnTransformer([("numbers", filled, of_numbers), ("texts", texts, of_texts)])


PEERS = {
    "linear": Peer("sklearn", linear),
    "HistGB": Peer("sklearn", hist_gradient_boosting),
    "LightGBM": Peer("lightgbm", lightgbm),
    "XGBoost": Peer("xgboost", xgboost),
    "CatBoost": Peer("catboost", catboost),
    "RealMLP": Peer("pytabkit", realmlp),
    "TabM": Peer("pytabkit", tabm),
    "AutoGluon": Peer("autogluon", AutoGluon),
}
