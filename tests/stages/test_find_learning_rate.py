"""find_learning_rate on the bundled tasks: a rate that trains, two files, and nothing else."""

import csv
import re
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from PIL import Image

import fetch
import find_learning_rate
import preprocess
import train
from percept import paths
from percept.composition import composed
from percept.errors import UserError

OUTPUTS = {paths.RATES, paths.RATES_PICTURE}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, but for conf/."""
    (tmp_path / "conf").symlink_to(paths.ROOT / "conf")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compose(*overrides: str) -> None:
    paths.PARAMS.write_text(OmegaConf.to_yaml(composed(list(overrides))), encoding="utf-8")


def prepare(*overrides: str) -> None:
    compose(*overrides)
    fetch.main()
    preprocess.main()


@pytest.fixture
def find(monkeypatch, capsys):
    """Run the command with these options; gives what it prints."""

    def run(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["src/find_learning_rate.py", *options])
        capsys.readouterr()
        find_learning_rate.main()
        return capsys.readouterr().out

    return run


def contents() -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in Path().rglob("*") if file.is_file() and file not in OUTPUTS}


def suggested(output: str) -> float:
    return float(re.search(r"falls fastest at +(\S+)\n", output)[1])


def last_loss(rate: float, *overrides: str) -> float:
    """The training loss after 5 epochs at this rate, infinite where it is not finite."""
    compose(*overrides, f"optimizer.learning_rate={rate}", "fit.epochs=5", "fit.weights=last")
    try:
        train.main()
    except UserError as error:
        assert "loss is" in str(error)
        return float("inf")
    return float(list(csv.DictReader(paths.HISTORY.read_text(encoding="utf-8").splitlines()))[-1]["loss"])


@pytest.mark.parametrize("task", ["digits", "iris"])
def test_the_suggested_rate_trains_better_than_much_smaller_and_larger_ones(find, task):
    prepare(f"task={task}")
    output = find()
    rate = suggested(output)
    assert f"\n  dvc exp run -S task={task} -S optimizer.learning_rate={rate:.2g}\n" in output
    smaller, found, larger = (last_loss(factor * rate, f"task={task}") for factor in (1e-3, 1, 100))
    assert found < 0.5 * smaller and found < 0.5 * larger


def test_two_files_are_written_and_nothing_else_is_changed(find):
    prepare("task=iris")
    train.main()
    before = contents()
    output = find("--from", "1e-5", "--to", "1", "--steps", "100")
    assert contents() == before
    table = list(csv.DictReader(paths.RATES.read_text(encoding="utf-8").splitlines()))
    assert list(table[0]) == ["learning_rate", "loss", "smoothed_loss"]
    assert float(table[0]["learning_rate"]) == pytest.approx(1e-5) and 50 < len(table) <= 100
    with Image.open(paths.RATES_PICTURE) as image:
        image.verify()
    assert f"wrote {paths.RATES} and {paths.RATES_PICTURE}" in output
    assert re.search(r"begins to grow at +0\.\d+\n +optimizer\.learning_rate is now +0\.001\n", output)


def test_the_same_seed_gives_the_same_suggestion(find):
    prepare("task=iris")
    first, table = find("--steps", "100"), paths.RATES.read_bytes()
    assert find("--steps", "100") == first and paths.RATES.read_bytes() == table
    compose("task=iris", "seed=1")
    find("--steps", "100")
    assert paths.RATES.read_bytes() != table


@pytest.mark.parametrize(
    "overrides",
    [
        ("task=digits", "model=recipe/digits_cnn"),
        ("task=iris", "model=wide_deep", "model.auxiliary_weight=0.2", "objective.class_weights=balanced"),
        ("task=digits", "model=weight_tied", "objective.one_hot=true"),
    ],
    ids=["convolutions", "two outputs and class weights", "a network of one's own"],
)
def test_every_kind_of_network_can_be_tested(find, overrides):
    prepare(*overrides)
    assert 1e-6 < suggested(find("--steps", "100")) < 1


def test_a_schedule_is_left_out_and_said_to_be(find):
    prepare("task=iris")
    plain = find()
    compose("task=iris", "optimizer.schedule={kind: cosine, warmup_epochs: 3}")
    output = find()
    assert "optimizer.schedule (cosine) is left out here\n" in output and "left out" not in plain
    assert suggested(output) == suggested(plain)


def test_where_the_loss_hardly_falls_nothing_is_suggested(find):
    prepare("task=iris")
    output = find("--from", "1e-9", "--to", "1e-7")
    assert "no clear fall: nothing to suggest" in output
    assert "it did not grow up to 1e-07" in output
    assert "dvc exp run" not in output and "Try another range" in output


def test_without_prepared_data_of_the_task_it_says_what_to_run(find):
    compose("task=iris")
    with pytest.raises(UserError, match=r"prepared: it is missing\n.*\n.*`dvc repro preprocess` first"):
        find()
    prepare("task=wine")
    compose("task=iris")
    with pytest.raises(UserError, match=r"it is of task wine\n.*of task iris.*\n.*`dvc repro preprocess` first"):
        find()
    assert not any(file.exists() for file in OUTPUTS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "0"), "--from, --to: from 0 to 10"),
        (("--from", "1", "--to", "0.1"), "--from, --to: from 1 to 0.1"),
        (("--to", "inf"), "--from, --to: from 1e-06 to inf"),
        (("--from", "nan"), "--from, --to: from nan to 10"),
        (("--from", "5"), "at least ten times the first"),
        (("--steps", "49"), r"--steps: 49\n.*at least 50"),
    ],
)
def test_options_that_make_no_sense_are_refused(find, options, message):
    with pytest.raises(UserError, match=message):
        find(*options)


@pytest.mark.parametrize("options", [("--from", "small"), ("--steps", "1.5"), ("--form", "1")])
def test_options_that_cannot_be_read_are_refused(find, capsys, options):
    with pytest.raises(SystemExit):
        find(*options)
    assert options[0] in capsys.readouterr().err
