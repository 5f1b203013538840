"""Rows that are read from their file batch by batch make the network that rows in memory make."""

import numpy as np

from percept.dataset.stored import ArrayFile
from percept.models.tabm import TabM
from percept.objective import Binary
from percept.prepared import examples
from percept.prepared.examples import Examples, load_examples, save_examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts
from percept.training import run
from percept.training.engines import keras_fit
from percept.training.optimizer import Adam
from percept.training.options import Fit

OBJECTIVE = Binary(kind="binary", target="y", positive="1", calibration="temperature", threshold="f1")
SPEC = DatasetSpec(
    task="toy",
    raw_inputs=(RawInput(name="a", kind="numeric"), RawInput(name="b", kind="numeric")),
    shape=(2,),
    feature_names=("a", "b"),
    feature_sources=("a", "b"),
    bins=((-1.0, 0.0, 1.0), ()),
    targets=("y",),
    classes=("0", "1"),
    rows=RowCounts(source=61, dropped={}, train=40, validation=20, test=1),
)


def rows(num_rows: int, seed: int) -> Examples:
    random = np.random.default_rng(seed)
    x = random.normal(size=(num_rows, 2)).astype(np.float32)
    return Examples(
        x, (x[:, 0] > random.normal(size=num_rows) / 2).astype(np.int64), random.random(num_rows, np.float32)
    )


def test_the_network_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_fit, "MEMORY_SHARE", 1e-12)  # the rows in memory come in the same batches
    adam = Adam(kind="adam", learning_rate=0.01, beta_1=0.9, beta_2=0.999)
    options = run.Training(
        TabM(kind="tabm", units=(4,), members=2), adam, Fit(epochs=2, batch_size=16), OBJECTIVE, seed=1
    )
    save_examples("train", rows(40, 0), tmp_path)
    save_examples("validation", rows(20, 1), tmp_path)
    found = []
    for most, kind in ((examples.MOST_HELD, np.ndarray), (0, ArrayFile)):
        monkeypatch.setattr(examples, "MOST_HELD", most)
        parts = [load_examples(subset, tmp_path) for subset in ("train", "validation")]
        assert all(isinstance(part.x, kind) for part in parts)
        said: list[str] = []
        found.append(run.run(*parts, SPEC, options, tell=said.append))
        assert any("engine keras: the" in line and ("read batch by batch" in line) == (not most) for line in said)
    one, other = found
    assert one.decision == other.decision
    for weights, others in zip(one.network.get_weights(), other.network.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, others)
