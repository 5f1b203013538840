import re
import shutil

import pytest
from dvc.utils.serialize import dumps_yaml, parse_yaml
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from pydantic import ValidationError

from percept import paths
from percept.composition import Config, composed
from percept.errors import UserError
from percept.names import by_name, fits_key
from percept.params import Params, read
from percept.params.staleness import conf_digest, warn_when_stale

RANGES = [
    ("digits", "model.dropout", 1.5, "model.dropout = 1.5: should be less than 1"),
    ("digits", "model.dropout", [0.1, 2], "model.dropout.1 = 2: should be less than 1"),
    ("digits", "model.units", [64, 0], "model.units.1 = 0: should be greater than 0"),
    ("digits", "fit.epochs", -3, "fit.epochs = -3: should be greater than 0"),
    ("digits", "optimizer.learning_rate", "fast", "optimizer.learning_rate = 'fast': should be a valid number"),
    ("digits", "seed", 1.5, "seed = 1.5: should be a valid integer"),
    ("digits", "split.test.fraction", 2, "split.test.fraction = 2: should be less than 1"),
    ("churn", "features.missing.numeric", "guess", "features.missing.numeric = 'guess': should be 'median', 'mean'"),
    ("churn", "features.numeric", 3, "features.numeric = 3: should be a valid tuple, or should be 'rest'"),
    ("california", "features.derive.AveRooms", "os.x", "features.derive.AveRooms = 'os.x': should be column names"),
    (
        "california",
        "features.derive.AveRooms",
        "-" * 9999,
        f"features.derive.AveRooms = '{'-' * 99}...: should have at",
    ),
    ("xor_gate", "source.rows", [[0, 1]], "source: rows[0] has 2 values; expected 3"),
]
UNKNOWN_KEYS = [
    ("digits", "model.droput", "model.droput: unknown key; did you mean 'dropout'?"),
    ("digits", "fit.epoch", "fit.epoch: unknown key; did you mean 'epochs'?"),
    ("digits", "split.test.stratfy", "split.test.stratfy: unknown key; did you mean 'stratify'?"),
    ("churn", "features.mising", "features.mising: unknown key; did you mean 'missing'?"),
    ("churn", "features.missing.numerc", "features.missing.numerc: unknown key; did you mean 'numeric'?"),
    ("churn", "objective.primry", "objective.primry: unknown key; did you mean 'primary'?"),
    ("mnist", "source.files.test_labels.url", "source.files.test_labels.url: unknown key; did you mean 'urls'?"),
    ("churn", "split.validation.zzz", "split.validation.zzz: unknown key; known: fraction, rows, kind"),
    ("digits", "sede", "sede: unknown key; did you mean 'seed'?"),
]
KINDS = [
    (
        "digits",
        "model.kind",
        "foo",
        "model.kind = 'foo': should be one of 'cnn', 'mlp', 'perceptron'",
    ),
    ("digits", "split.test.kind", "half", "split.test.kind = 'half': should be one of 'fraction', 'first'"),
    ("churn", "objective.kind", "yes_no", "objective.kind = 'yes_no': should be one of 'binary', 'multiclass'"),
]


def values(task: str, **changes) -> dict:
    """What conf/ composes for a task, with changes that no check has seen."""
    config = composed([f"task={task}"])
    for key, value in changes.items():
        OmegaConf.update(config, key, value, force_add=True)
    return OmegaConf.to_container(config)


def problems(content: dict) -> str:
    with pytest.raises(UserError) as caught:
        Config.check(content, "params.yaml")
    return str(caught.value)


@pytest.mark.parametrize(("task", "key", "message"), UNKNOWN_KEYS)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(task, key, message):
    assert problems(values(task, **{key: 1})).startswith(f"params.yaml: 1 problem\n    {message}\n")


@pytest.mark.parametrize(("task", "key", "value", "message"), RANGES)
def test_a_value_out_of_range_is_told_as_people_type_it_with_its_reason(task, key, value, message):
    assert problems(values(task, **{key: value})).startswith(f"params.yaml: 1 problem\n    {message}")


@pytest.mark.parametrize(("task", "key", "value", "message"), KINDS)
def test_a_wrong_kind_lists_the_kinds_there_are(task, key, value, message):
    assert f"1 problem\n    {message}" in problems(values(task, **{key: value}))


def test_a_digest_inside_a_list_of_files_is_located():
    content = values("churn")
    content["source"]["files"][0]["sha256"] = "123"
    assert "1 problem\n    source.files.0.sha256 = '123': String should match pattern" in problems(content)


def test_what_is_missing_is_named():
    content = values("churn")
    del content["seed"], content["objective"]["target"], content["split"]["test"]["kind"]
    found = problems(content)
    assert all(f"\n    {key}: missing" in found for key in ("seed", "objective.target", "split.test.kind"))


def test_all_problems_are_listed_at_once():
    found = problems(values("digits", **{"model.droput": 1, "fit.epochs": 0, "seed": "x"}))
    assert found.startswith("params.yaml: 3 problems\n")
    assert all(f"\n    {key}" in found for key in ("model.droput", "fit.epochs = 0", "seed = 'x'"))


def test_a_label_that_looks_like_a_number_is_text():
    content = values("churn", **{"objective.positive": 1})
    content["split"]["test"] = {"kind": "column", "column": "part", "value": 2}
    config = Config.check(content, "params.yaml")
    assert (config.objective.positive, config.split.test.value) == ("1", "2")


def test_sections_cannot_be_changed():
    config = Config.check(values("digits"), "params.yaml")
    with pytest.raises(ValidationError, match="frozen"):
        config.fit.epochs = 3


class Rate(Params):
    rate: float


@pytest.fixture
def params_yaml(tmp_path):
    return tmp_path / "params.yaml"


def test_a_stage_sees_the_sections_it_names_and_no_other(params_yaml):
    params_yaml.write_text("rate: 1e-3\nother: {a: 1}\n")
    assert Rate.load(params_yaml) == Rate(rate=0.001)


def test_an_exponent_without_a_point_is_a_number(params_yaml):
    params_yaml.write_text("a: 1e-3\nb: [2E5, 1e3]\nc: '1e-3'\n")
    assert read(params_yaml) == {"a": 0.001, "b": [2e5, 1e3], "c": "1e-3"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"fit:\n  epochs: ???", "fit.epochs: ??? stands for a value that is yet to be given"),
        (b"a: ${nowhere}", "a: '${nowhere}' would refer to something else"),
        (b"a: [1", "line 1, column"),
        (b"a: 1\na: 2\n", "found duplicate key a"),
        (b"a: \xff\xfe", "can't decode byte 0xff"),
        (b"a: \x00", "unacceptable character"),
        (b"3", "a int instead of a mapping"),
        (b"- 1\n- 2\n", "a list"),
    ],
)
def test_a_file_with_open_or_unreadable_values_is_refused(params_yaml, content, reason):
    params_yaml.write_bytes(content)
    with pytest.raises(UserError, match=re.escape(reason)) as caught:
        read(params_yaml)
    assert "python src/compose.py" in str(caught.value)


def test_a_missing_file_says_how_to_write_it(params_yaml):
    with pytest.raises(UserError, match=r"there is no such file(.|\n)*python src/compose.py"):
        read(params_yaml)


@pytest.fixture
def conf(tmp_path):
    """A copy of conf/ beside params.yaml."""
    return shutil.copytree(paths.ROOT / "conf", tmp_path / "conf")


def warning(params_yaml, conf, capsys, edit: str | None, task: str = "churn") -> str:
    """What is said about params.yaml once a file of conf/ was edited or added."""
    content = {"task": task, "conf": {"digest": conf_digest(task, conf)}}
    if edit:
        file = conf / edit
        file.parent.mkdir(exist_ok=True)
        file.write_text((file.read_text() if file.is_file() else "") + "# edited\n")
    warn_when_stale(content, params_yaml)
    out, err = capsys.readouterr()
    assert out == ""
    return err


GROUPS = ["model/mlp.yaml", "optimizer/sgd.yaml", "fit/default.yaml", "features/table.yaml", "objective/binary.yaml"]
EDITS_THAT_MATTER = ["config.yaml", "task/churn.yaml", *GROUPS]
EDITS_THAT_DO_NOT = [None, "task/wine.yaml", "task/mine.yaml", "experiment/mine.yaml"]


@pytest.mark.parametrize("edit", EDITS_THAT_MATTER)
def test_a_stale_params_file_is_warned_of_on_stderr(params_yaml, conf, capsys, edit):
    assert re.search(
        r"warning: .*params.yaml was composed before(.|\n)*task=churn", warning(params_yaml, conf, capsys, edit)
    )


@pytest.mark.parametrize("edit", EDITS_THAT_DO_NOT)
def test_other_tasks_and_experiments_make_no_params_file_stale(params_yaml, conf, capsys, edit):
    assert warning(params_yaml, conf, capsys, edit) == ""


def test_a_stage_warns_when_it_loads_a_stale_file_and_goes_on(params_yaml, conf, capsys):
    params_yaml.write_text("rate: 1\ntask: churn\nconf: '000000000000'\n")
    assert Rate.load(params_yaml).rate == 1
    assert "was composed before conf/ was edited" in capsys.readouterr().err


def test_options_stand_by_their_key_or_by_the_name_inside():
    assert by_name({"a": {"type": "number"}, "b": {"name": "a long one", "type": "date"}}) == {
        "a": {"type": "number"},
        "a long one": {"type": "date"},
    }
    assert by_name({"a": "%Y", "b": {"name": "a long one", "format": "%d"}}, "format") == {
        "a": "%Y",
        "a long one": "%d",
    }
    with pytest.raises(ValueError, match="'a' stands there twice"):
        by_name({"a": 1, "b": {"name": "a", "format": 2}}, "format")


@given(text=st.text(st.sampled_from("a b'\"\\:#-?한🙂\n"), min_size=1, max_size=90).map(str.strip).filter(bool))
def test_a_text_that_fits_a_key_comes_back_from_dvc_lock(text):
    values = {"contract": {"columns": {text if fits_key(text) else "key": {"name": text, "type": "number"}}}}
    read_by_dvc = parse_yaml(OmegaConf.to_yaml(OmegaConf.create(values)), "params.yaml")
    lock = {"stages": {"preprocess": {"params": {"params.yaml": read_by_dvc}}}}
    assert read_by_dvc == values and parse_yaml(dumps_yaml(lock), "dvc.lock") == lock
