"""A network of one's own: src/custom/weight_tied.py as it stands, and what is refused."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from percept import paths
from percept.errors import UserError
from percept.models import build
from percept.models.custom import Custom
from percept.objective import Multiclass
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts

OBJECTIVE = Multiclass(kind="multiclass")
SPEC = DatasetSpec(
    task="numbers",
    raw_inputs=(RawInput(name="a", kind="numeric"),),
    shape=(3,),
    classes=("a", "b", "c", "d"),
    rows=RowCounts(source=2, dropped={}, train=1, validation=0, test=1),
)
RELOAD = """
import keras, numpy as np
import weight_tied
np.save("y.npy", keras.models.load_model("model.keras")(np.load("x.npy")))
"""


def custom(entry="weight_tied.py:build", **options):
    return build(Custom(kind="custom", entry=entry, options=options), SPEC, OBJECTIVE)


def test_the_example_is_reloaded_by_a_fresh_process_that_imports_its_file(tmp_path):
    model = custom(units=5, steps=4)
    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "x.npy", x)
    search = os.pathsep.join([str(paths.ROOT / "src"), str(paths.ROOT / paths.CUSTOM)])
    settings = os.environ | {"PYTHONPATH": search, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", RELOAD], cwd=tmp_path, env=settings, check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), model(x), rtol=1e-5)


@pytest.mark.parametrize("engine", ["compiled", "graph", "keras"])
def test_the_example_learns_with_every_engine(engine):
    from percept.training.engines.choice import ENGINES
    from percept.training.fit import compile_model
    from percept.training.fit_data import FitData
    from percept.training.optimizer import Adam
    from percept.training.options import Fit

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    y = (x[:, :1] > 0).astype(np.int64) + 2 * (x[:, 1:2] > 0)
    model = custom(units=16, steps=3)
    plan = Fit(epochs=20, batch_size=16, shuffle=True, patience=None, engine=engine, weights="last")
    compile_model(model, OBJECTIVE, Adam(kind="adam", learning_rate=0.02, beta_1=0.9, beta_2=0.999), plan, len(x))
    history = keras.callbacks.History()
    ENGINES[engine](model, FitData(x, y), FitData(x[:0], y[:0]), plan, [history])
    assert history.history["accuracy"][-1] > 0.9


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A function that puts lines into src/custom/mine.py of a folder that stands for the repository."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    folder = tmp_path / paths.CUSTOM
    folder.mkdir(parents=True)

    def write(*lines: str) -> None:
        (folder / "mine.py").write_text("\n".join(["import keras", *lines]) + "\n", encoding="utf-8")

    return write


@pytest.mark.parametrize("entry", ["/net.py:build", "linked.py:build", "folder/net.py:build", "../net.py:build"])
def test_a_file_outside_src_custom_is_never_run(own, tmp_path, entry):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "net.py").write_text("raise SystemExit('it was run')\n", encoding="utf-8")
    (tmp_path / paths.CUSTOM / "linked.py").symlink_to(outside / "net.py")
    (tmp_path / paths.CUSTOM / "folder").symlink_to(outside)
    entry = f"{outside}{entry}" if entry.startswith("/") else entry
    with pytest.raises(ValidationError, match=r"should (be a file below src/custom/|match pattern)"):
        Custom(kind="custom", entry=entry)
    unchecked = Custom.model_construct(kind="custom", entry=entry, options={})
    with pytest.raises(UserError, match="should be a file below src/custom/: copy yours there"):
        build(unchecked, SPEC, OBJECTIVE)


@pytest.mark.parametrize(
    ("body", "entry", "message"),
    [
        ("return keras.layers.Dense(4)", "mien.py:build", r"no file 'mien.py'; did you mean 'mine.py'\?"),
        ("return keras.layers.Dense(4)", "mine.py:bild", r"no function 'bild' in mine.py; did you mean 'build'\?"),
        ("return keras.layers.Dense(3)", "mine.py:build", r"it gives \(None, 3\)\n  expected: \(None, 4\)"),
        ("return 'a network'", "mine.py:build", r"str\n  expected: a keras.Model or a layer"),
    ],
    ids=["file", "function", "outputs", "type"],
)
def test_what_is_no_network_for_the_task_is_refused(own, body, entry, message):
    own("def build(spec, objective):", f"    {body}")
    with pytest.raises(UserError, match=message):
        custom(entry)


def test_an_option_that_the_function_does_not_take_is_refused(own):
    own("def build(spec, objective, units=4):", "    return keras.layers.Dense(units)")
    assert custom("mine.py:build", units=4).output_shape == (None, 4)
    with pytest.raises(UserError, match=r"unexpected keyword argument 'unit'"):
        custom("mine.py:build", unit=4)
