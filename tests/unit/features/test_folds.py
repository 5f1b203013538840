"""Folds of the training rows."""

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from percept.errors import UserError
from percept.features.folds import Folds, assign_folds
from percept.features.split import Split, split_rows

LABELS = np.array([0] * 70 + [1] * 30)


def assigned(labels=LABELS, seed: int = 0, columns: dict | None = None, **options) -> np.ndarray:
    cells = {name: np.array(values, object) for name, values in (columns or {}).items()}
    return assign_folds(Folds(kind="folds", **options), labels, cells, seed)


@pytest.mark.parametrize("num", [2, 5, 7])
def test_folds_are_equal_to_a_row(num):
    counts = np.bincount(assigned(num=num))
    assert len(counts) == num and counts.max() - counts.min() <= 1


def test_the_seed_draws_the_folds():
    np.testing.assert_array_equal(assigned(seed=1), assigned(seed=1))
    assert (assigned(seed=1) != assigned(seed=2)).any()


def test_each_fold_keeps_the_share_of_each_class():
    found = assigned(stratify=True)
    assert [LABELS[found == fold].sum() for fold in range(5)] == [6] * 5


def test_rows_of_one_group_are_in_one_fold():
    groups = [f"patient {row % 13}" for row in range(100)]
    found = assigned(columns={"who": groups}, group="who")
    assert {len(set(found[np.array(groups) == name])) for name in groups} == {1} and set(found) == set(range(5))


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        ([str(row * 37 % 100) for row in range(100)], None),
        ([f"{row % 28 + 1:02}.01.{1990 + row}" for row in range(100)], "%d.%m.%Y"),
    ],
)
def test_each_fold_is_a_range_of_a_column(cells, form):
    found = assigned(columns={"when": cells}, column="when", form=form)
    times = Folds(kind="folds", column="when", form=form)
    ends = [np.array([int(cell[-4:]) for cell in cells])[found == fold] for fold in range(5)]
    assert times.columns() == ("when",) and [len(part) for part in ends] == [20] * 5
    assert all(one.max() < other.min() for one, other in pairwise(ends))


def test_a_cell_that_cannot_be_ordered_is_named():
    with pytest.raises(UserError, match="1 of 100 cells cannot be ordered, the first is 'soon'"):
        assigned(columns={"when": ["soon", *map(str, range(99))]}, column="when")


@pytest.mark.parametrize(
    "options", [{"labels": LABELS[:3]}, {"group": "who", "columns": {"who": ["a", "b"] * 50}}], ids=["rows", "groups"]
)
def test_too_few_rows_or_groups_are_refused_with_advice(options):
    with pytest.raises(UserError, match=r"set split\.validation\.num lower"):
        assigned(**options)


def test_a_split_of_folds_sets_no_validation_rows_apart():
    test = {"kind": "fraction", "fraction": 0.2, "stratify": True}
    split = Split(test=test, validation={"kind": "folds", "num": 4, "stratify": True})
    found = split_rows(split, LABELS, {}, None, 0)
    assert len(found.train) == 80 == len(found.fold) and not len(found.validation)
    assert sorted([*found.train, *found.test]) == list(range(100))


def test_options_of_a_share_may_stay_beside_folds():
    share = {"kind": "folds", "fraction": 0.25, "random_state": 0, "of": "train", "stratify": True}
    assert Folds(**share) == Folds(kind="folds", stratify=True)


@pytest.mark.parametrize("options", [{"stratify": True, "group": "a"}, {"group": "a", "column": "b"}, {"num": 1}])
def test_ways_that_exclude_each_other_are_refused(options):
    with pytest.raises(ValidationError):
        Folds(kind="folds", **options)


def test_fewer_rows_than_ranges_are_refused():
    with pytest.raises(UserError, match="3 rows"):
        assigned(LABELS[:3], columns={"when": ["1", "2", "3"]}, column="when")
