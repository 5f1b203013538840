"""A small table task, and how to fit it."""

import numpy as np
import pytest

from percept.models.mlp import Mlp
from percept.objective import Binary
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts
from percept.training.fit_data import FitData
from percept.training.optimizer import Adam
from percept.training.options import Fit
from percept.training.startup import load_tensorflow

load_tensorflow()

OBJECTIVE = Binary(kind="binary", target="y", positive="1")
SPEC = DatasetSpec(
    task="toy",
    raw_inputs=(RawInput(name="a", kind="numeric"), RawInput(name="b", kind="numeric")),
    shape=(2,),
    classes=("0", "1"),
    rows=RowCounts(source=60, dropped={}, train=37, validation=13, test=10),
)


def rows(count: int, seed: int) -> FitData:
    """Class 1 where the first feature is larger than the second: (count, 2) and (count, 1)."""
    x = np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)
    return FitData(x, (x[:, :1] > x[:, 1:]).astype(np.float32))


@pytest.fixture
def network():
    """A small MLP that has not been trained."""
    return Mlp(kind="mlp", units=(4,)).build(SPEC, OBJECTIVE)


@pytest.fixture
def validation() -> Examples:
    """Rows as `load_examples` gives them."""
    examples = rows(50, 3)
    return Examples(examples.x, examples.y[:, 0].astype(np.int64))


@pytest.fixture
def rows_of_fit() -> FitData:
    """The rows that `fitted` trains on."""
    return rows(37, 1)


@pytest.fixture
def fitted(tmp_path):
    """A function that fits a small MLP on 37 rows with given settings, and gives (model, Fitted)."""
    from percept.training import fit
    from percept.training.monitor import monitor_of
    from percept.training.resume.backups import NONE
    from percept.training.tensorboard.callbacks import callbacks_for

    def run(
        *,
        seed=0,
        units=(8,),
        dropout=0.0,
        validation=13,
        learning_rate=0.05,
        optimizer=None,
        tell=str,
        backups=NONE,
        logs="logs",
        **settings,
    ):
        defaults = {"epochs": 5, "batch_size": 8, "weights": "last", "engine": "graph"}
        fit.seed_everything(seed)
        model = Mlp(kind="mlp", units=units, dropout=dropout, activation="relu").build(SPEC, OBJECTIVE)
        adam = {"kind": "adam", "learning_rate": learning_rate, "beta_1": 0.9, "beta_2": 0.999} | (optimizer or {})
        options, adam = Fit(**(defaults | settings)), Adam(**adam)
        fit.compile_model(model, OBJECTIVE, adam, options, 37)
        train, held_out = rows(37, 1), rows(validation, 2)
        monitor = monitor_of(options.monitor, model, OBJECTIVE, bool(validation))
        make_callbacks = callbacks_for(tmp_path / logs, "toy", learning_rate, options, tell)
        callbacks = make_callbacks(model, monitor, train)
        return model, fit.fit(model, train, held_out, options, adam, monitor, callbacks, tell, backups)

    return run
