"""Names of runs, and which folder belongs to which history."""

import pytest

from percept.errors import UserError
from percept.logs import run

PARAMS = {
    "task": "digits",
    "model": {"kind": "mlp", "units": [64, 32], "activation": "relu"},
    "optimizer": {"kind": "sgd", "learning_rate": 0.01, "schedule": {"kind": "cosine", "warmup_epochs": 2}},
    "fit": {"epochs": 20, "patience": None},
    "features": {"numeric": ["a column / of any name"], "derive": {}},
    "seed": 3,
}


def params(*changed: str, experiment: str | None = None) -> dict:
    return PARAMS | {"conf": {"digest": "0", "experiment": experiment, "changed": list(changed)}}


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ((), "digits-mlp"),
        (("model.kind", "model.units", "fit.epochs", "seed"), "digits-mlp-units=64,32-epochs=20-seed=3"),
        (("optimizer.kind", "optimizer.schedule", "fit.patience"), "digits-mlp-sgd-schedule=cosine-patience=none"),
        (("features.numeric", "features.derive"), "digits-mlp-numeric-derive=none"),
    ],
)
def test_a_run_is_named_by_task_model_and_what_differs_from_the_defaults(changed, name):
    assert run.name_of(params(*changed)) == name


def test_a_run_of_an_experiment_file_is_named_by_it():
    assert run.name_of(params("seed", experiment="mine/best")) == "digits-mlp-mine-best-seed=3"


def test_a_long_name_is_cut_and_says_how_much_is_left_out():
    every = ["model.units", "model.activation", "optimizer.learning_rate", "optimizer.kind", "fit.epochs", "seed"]
    assert run.name_of(params(*every, *every)) == (
        "digits-mlp-units=64,32-activation=relu-learning_rate=0.01-sgd-epochs=20-7_more"
    )


def test_params_of_a_former_version_have_a_name_too():
    assert run.name_of(PARAMS | {"conf": "3682f0e37e21"}) == "digits-mlp"


@pytest.fixture
def history(tmp_path, monkeypatch):
    """A history in a workspace without logs, outside of any experiment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    (tmp_path / "now.csv").write_text("epoch,loss\n1,0.5\n")
    return tmp_path / "now.csv"


def test_evaluate_finds_the_last_run_of_the_same_values(history, tmp_path):
    for name, text in (
        ("digits-mlp-20260101-000000", history.read_text()),
        ("digits-mlp-20260102-000000", history.read_text()),
        ("digits-mlp-20260103-000000", "epoch,loss\n1,0.4\n"),
        ("digits-mlp-epochs=3-20260104-000000", history.read_text()),
    ):
        (tmp_path / "logs" / name).mkdir(parents=True)
        (tmp_path / "logs" / name / run.HISTORY).write_text(text)
    assert run.found(params(), history).name == "digits-mlp-20260102-000000"
    new = run.found(params("seed"), history)
    assert new.name.startswith("digits-mlp-seed=3-2") and not new.exists()


def test_an_experiment_has_one_folder_whatever_lies_there(history, monkeypatch):
    monkeypatch.setenv("DVC_EXP_NAME", "gentle")
    folder = run.begun(params("seed"))
    assert folder == run.found(params("seed"), history)
    assert folder.name == "digits-mlp-seed=3-gentle"
    monkeypatch.setenv("DVC_EXP_NAME", "../elsewhere")
    with pytest.raises(UserError):
        run.begun(params())


def test_a_run_of_the_same_name_replaces_the_former_curves_and_keeps_checkpoints(history, monkeypatch):
    monkeypatch.setenv("DVC_EXP_NAME", "gentle")
    folder = run.begun(params())
    for part in (run.TRAIN, run.VALIDATION, run.TEST, "checkpoints"):
        (folder / part).mkdir(parents=True)
    assert run.begun(params()) == folder
    assert [path.name for path in folder.iterdir()] == ["checkpoints"]
