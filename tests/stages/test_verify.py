"""verify trains anew and says whether the score is that of the record; table says how a new record differs."""

import contextlib
import io
import json

import pytest
from stage_runs import workspace

import reproduce_table
import verify
from percept import paths
from percept.errors import UserError
from percept.evaluation.record import Records
from percept.tuning.verification import PUBLISHED, Setting, by_run, settings

GATE = Setting("and_gate", "recipe")


@pytest.fixture
def kept():
    """A folder with the records of the project, and no exact values."""
    records = json.loads((paths.ROOT / paths.RECORDS).read_text(encoding="utf-8"))
    for kinds in records["tasks"].values():
        for record in kinds.values():
            record["exact"] = {}
    with workspace():
        paths.RECORDS.parent.mkdir()
        paths.RECORDS.write_text(json.dumps(records), encoding="utf-8")
        yield


@pytest.fixture
def said(kept, monkeypatch):
    """What verify prints, and its exit status."""

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["verify.py", *words])
        with contextlib.redirect_stdout(io.StringIO()) as output:
            try:
                verify.main()
            except SystemExit as end:
                return int(end.code), output.getvalue()
        return 0, output.getvalue()

    return run


def change(**values) -> None:
    found = json.loads(paths.RECORDS.read_text(encoding="utf-8"))
    found["tasks"]["and_gate"]["recipe"] |= values
    paths.RECORDS.write_text(json.dumps(found), encoding="utf-8")


def exact() -> dict[str, float]:
    return Records.load().tasks["and_gate"]["recipe"].exact


def test_a_score_is_inside_of_its_band_and_exact_once_it_is_saved_and_then_any_other_is_red(said):
    status, text = said("and_gate", "--save")
    assert status == 0 and text.splitlines()[0].split() == list(verify.HEADER)
    assert text.splitlines()[1].split()[:3] == ["and_gate", "accuracy", "1"]
    assert text.splitlines()[1].endswith("0.75 to 1  4 of 4 right  inside")
    ((name, value),) = exact().items()
    assert value == 1.0
    status, text = said("and_gate")
    assert status == 0 and "1 settings: 1 equal" in text and f"environment {name}, which records know" in text
    change(exact={name: 0.75})
    status, text = said("and_gate", "--save")
    assert status == 1 and "1 settings: 1 differs" in text and exact() == {name: 0.75}


def test_a_score_outside_of_its_band_is_red_and_never_saved(said):
    change(band=[0.0, 0.5])
    status, text = said("and_gate", "--save")
    assert status == 1 and "1 settings: 1 outside" in text and exact() == {}


def test_how_an_environment_differs_from_the_one_of_the_records_is_said(said):
    said("and_gate", "--save")
    found = json.loads(paths.RECORDS.read_text(encoding="utf-8"))
    (name,) = found["environments"]
    found["environments"] = {"elsewhere": found["environments"][name] | {"python": "2.7"}}
    found["tasks"]["and_gate"]["recipe"]["exact"] = {"elsewhere": 1.0}
    paths.RECORDS.write_text(json.dumps(found), encoding="utf-8")
    status, text = said("and_gate")
    assert status == 0 and f"environment {name}; the records' elsewhere differs: python: 3." in text


def test_a_setting_without_a_record_and_a_task_that_is_not_published_are_refused(said):
    with pytest.raises(UserError, match="did you mean 'and_gate'"):
        said("and_gat")
    found = json.loads(paths.RECORDS.read_text(encoding="utf-8"))
    del found["tasks"]["and_gate"]
    paths.RECORDS.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(UserError, match="nothing of and_gate"):
        said("and_gate")


def test_every_setting_of_the_table_is_verified_and_one_that_is_two_is_trained_once():
    found = settings()
    assert {setting.task for setting in found} == set(PUBLISHED)
    same = [some for some in by_run(found) if len(some) > 1]
    assert [setting.name for some in same for setting in some] == ["fashion_mnist_best", "fashion_mnist_cnn"]


def test_a_new_record_says_how_it_differs_and_exact_values_of_elsewhere_stay_while_the_one_of_here_does(kept):
    former = Records.load().tasks["and_gate"]["recipe"].model_copy(update={"exact": {"elsewhere": 1.0}})
    first = reproduce_table.measure(GATE, former)
    assert first.values == (1.0,) * 5 and list(first.exact.values()) == [1.0] and "elsewhere" not in first.exact
    again = reproduce_table.measure(GATE, first.model_copy(update={"exact": first.exact | former.exact}))
    assert again.exact == first.exact | former.exact
    assert "as before, to the last digit" in reproduce_table.change(GATE, former, first)
    other = former.model_copy(update={"values": (0.5,) * 5, "band": (0.25, 0.75)})
    assert "+0.5, 5 of 5 values outside of the former band" in reproduce_table.change(GATE, other, first)
    assert "no former record" in reproduce_table.change(GATE, None, first)
