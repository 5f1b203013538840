"""The best setting as a file of conf/experiment/."""

from dataclasses import replace
from datetime import date

import pytest
from finished_studies import CHANGING, bowl, space_of, study_of

from percept.composition import checked_sections, composed
from percept.params import plain_values
from percept.spaces.options import Search
from percept.tuning.search import experiment
from percept.tuning.search.changes import changes, search_words
from percept.tuning.search.results import Results

BATCHES = {"fit.batch_size": {"choice": [8, 16]}}
DAY = date(2026, 11, 30)
SECRET = Search(trials=12, storage="postgresql+psycopg://user:secret@host/name")


def draft_of(overrides, parameters, options=SECRET, trial=0):
    """The file of a search whose trial of this number is the best one."""
    space = space_of(parameters, overrides)
    study = study_of(space, options, trial + 1, lambda number, it: replace(bowl(0, it), values=(0.5 - number,)))
    results = Results.of(study, space, options)
    return experiment.draft(results, space, options, DAY), space.values(results.best.settings)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    return tmp_path


def test_it_has_the_choices_and_keys_that_differ_from_those_of_the_task(home):
    draft, values = draft_of(["task=california", "fit.epochs=7"], CHANGING, trial=1)
    assert draft.path == home / "conf/experiment/california_tuned.yaml"
    assert draft.run == "dvc exp run -S experiment=california_tuned"
    head, _, body = draft.text.partition("defaults:\n")
    assert head.startswith("# @package _global_\n# california as trial ")
    search = "python src/search.py task=california search.trials=12 fit.epochs=7\n"
    assert search in head and "2026-11-30" in head and "secret" not in head
    assert body.startswith("  - override /task: california\n  - override /model: mlp\n  - override /optimizer: ")
    assert f"units: {values['model']['units']}" in body and "epochs: 7" in body
    assert "source" not in body and "momentum" not in body


def test_what_the_task_has_for_another_kind_is_taken_away_by_the_command():
    overrides = ["task=churn", "model=tabm", "split.validation.kind=folds", "~split.validation.fraction"]
    draft, _ = draft_of(overrides, {"model.members": {"choice": [5, 10]}})
    assert draft.run == "dvc exp run -S experiment=churn_tuned -S '~split.validation.fraction'"
    assert "validation:\n    kind: folds\n" in draft.text and "override /model: tabm" in draft.text
    words = "model=tabm split.validation.kind=folds '~split.validation.fraction'"
    assert words in draft.text.replace("\n# ", " ")


def test_a_file_that_a_person_wrote_or_edited_stays(home):
    draft, _ = draft_of(["task=iris"], BATCHES)
    draft.path.parent.mkdir(parents=True)
    draft.path.write_text(draft.text, encoding="utf-8")
    again, _ = draft_of(["task=iris"], BATCHES)
    assert again.path == draft.path
    draft.path.write_text(draft.text + "seed: 3\n", encoding="utf-8")
    draft.path.with_name("iris_tuned_2.yaml").write_text("# of a person\n", encoding="utf-8")
    again, _ = draft_of(["task=iris"], BATCHES)
    assert again.path.name == "iris_tuned_3.yaml" and again.run == "dvc exp run -S experiment=iris_tuned_3"


@pytest.mark.parametrize(
    "overrides",
    [
        ["task=california", "search=california", "optimizer=adamw", "optimizer.schedule={kind: cosine}"],
        [
            "task=digits",
            "model=cnn",
            "model.augmentation={shift: 0.1, rotation: 10}",
            "search.space={fit.epochs: {int: [2, 9]}}",
        ],
    ],
)
def test_the_command_of_a_search_composes_what_was_searched(overrides):
    values = plain_values(composed(overrides))
    words = search_words(values["task"], checked_sections(values, "here").search)
    found = changes({name: value for name, value in values.items() if name not in ("search", "conf")})
    again = plain_values(composed([f"task={values['task']}", *words, *found.words]))
    assert checked_sections(again, "again") == checked_sections(values, "here")
