"""The recipes on the published files: the same rows and the same numbers as the well-known tools give."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf
from sklearn.model_selection import train_test_split

from percept.composition import Config, composed
from percept.features.prepare import Preparation, prepare
from percept.prepared.examples import Examples, load_examples, load_raw
from percept.prepared.spec import SUBSETS, DatasetSpec

pytestmark = pytest.mark.skipif(
    not os.environ.get("DATA_MIRROR"), reason="set DATA_MIRROR to a folder with the published files to run these"
)


@dataclass(frozen=True)
class Published:
    raw: Path
    prepared: Path
    spec: DatasetSpec

    @property
    def subsets(self) -> list[Examples]:
        return [load_examples(subset, self.prepared) for subset in SUBSETS]

    @property
    def sizes(self) -> list[int]:
        return [len(examples) for examples in self.subsets]


@pytest.fixture(scope="module")
def preprocess(tmp_path_factory):
    """Fetch and prepare a task as the stages do."""

    def run(task: str) -> Published:
        config = Config.check(OmegaConf.to_container(composed([f"task={task}"])), task)
        raw, folder = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("prepared")
        config.source.fetch(raw, None)
        table = config.source.read(raw)
        found = prepare(table, Preparation(task, config.features, config.split, config.objective, config.seed))
        found.save(folder)
        return Published(raw, folder, found.spec)

    return run


@pytest.fixture(scope="module")
def churn(preprocess) -> Published:
    return preprocess("churn")


@pytest.fixture(scope="module")
def california(preprocess) -> Published:
    return preprocess("california")


def test_churn_keeps_7032_of_7043_rows_and_makes_45_features(churn):
    assert (churn.spec.rows.source, churn.spec.rows.dropped) == (7043, {"TotalCharges is missing": 11})
    assert (churn.sizes, len(churn.spec.feature_names)) == ([4500, 1125, 1407], 45)


def test_churn_arrays_are_what_pandas_get_dummies_gives_on_the_same_rows(churn):
    frame = pd.read_csv(churn.raw / "Telco-Customer-Churn.csv", na_values=[" "]).dropna(subset=["TotalCharges"])
    x = pd.get_dummies(frame.drop(columns=["customerID", "Churn"]), dtype=float)
    y = (frame["Churn"] == "Yes").astype(int)
    fit_x, test_x, fit_y, test_y = train_test_split(x, y, test_size=0.2, stratify=y, random_state=42)
    assert churn.spec.feature_names == tuple(x.columns)
    wanted = [(fit_x[:4500], fit_y[:4500]), (fit_x[4500:], fit_y[4500:]), (test_x, test_y)]
    for found, (rows, labels) in zip(churn.subsets, wanted, strict=True):
        np.testing.assert_array_equal(found.x, rows.to_numpy(np.float32))
        np.testing.assert_array_equal(found.y, labels)


def test_diabetes_is_split_into_537_115_and_116_raw_rows(preprocess):
    found = preprocess("diabetes")
    cells = np.loadtxt(found.raw / "pima-indians-diabetes.csv", delimiter=",")
    train, held_out = train_test_split(cells, test_size=0.3, random_state=9)
    validation, test = train_test_split(held_out, test_size=0.5, random_state=123)
    assert found.sizes == [537, 115, 116]
    for examples, rows in zip(found.subsets, (train, validation, test), strict=True):
        np.testing.assert_array_equal(examples.x, rows[:, :8].astype(np.float32))
        np.testing.assert_array_equal(examples.y, rows[:, 8])


def california_as_scikit_learn_defines_it(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The column arithmetic of sklearn/datasets/_california_housing.py."""
    cells = np.loadtxt(folder / "CaliforniaHousing/cal_housing.data", delimiter=",")
    cells = cells[:, [8, 7, 2, 3, 4, 5, 6, 1, 0]]
    target, data = cells[:, 0] / 100000.0, cells[:, 1:].copy()
    data[:, 2] /= data[:, 5]
    data[:, 3] /= data[:, 5]
    data[:, 5] = data[:, 4] / data[:, 5]
    return data, target


def test_california_has_the_eight_columns_of_scikit_learn(california):
    x, y = california_as_scikit_learn_defines_it(california.raw)
    rest_x, test_x, rest_y, test_y = train_test_split(x, y, test_size=0.25, random_state=42)
    train_x, _, train_y, validation_y = train_test_split(rest_x, rest_y, test_size=0.25, random_state=42)
    raw = load_raw("test", california.spec, california.prepared)
    np.testing.assert_array_equal(np.hstack(list(raw.values())), test_x.astype(np.float32))
    for examples, target in zip(california.subsets, (train_y, validation_y, test_y), strict=True):
        np.testing.assert_array_equal(examples.y[:, 0], target)
    standardised = (train_x - train_x.mean(axis=0)) / train_x.std(axis=0)
    np.testing.assert_allclose(california.subsets[0].x, standardised, atol=1e-4)


def test_california_keeps_all_20640_rows(california):
    assert (california.spec.rows.source, california.spec.rows.dropped) == (20640, {})
    assert california.sizes == [11610, 3870, 5160]


def test_california_raw_fills_its_207_gaps_with_the_median_of_the_training_rows(preprocess):
    found = preprocess("california_raw")
    frame = pd.read_csv(found.raw / "housing.csv")
    assert frame["total_bedrooms"].isna().sum() == 207
    assert (found.spec.rows.source, found.spec.rows.dropped, len(found.spec.feature_names)) == (20640, {}, 13)
    rest, _ = train_test_split(frame, test_size=0.25, random_state=42)
    train, _ = train_test_split(rest, test_size=0.25, random_state=42)
    beds = train["total_bedrooms"].fillna(train["total_bedrooms"].median())
    column = found.spec.feature_names.index("total_bedrooms")
    np.testing.assert_allclose(found.subsets[0].x[:, column], (beds - beds.mean()) / beds.std(ddof=0), atol=1e-4)
