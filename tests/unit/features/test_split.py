import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from percept.errors import UserError
from percept.features.split import Split, SplitIndices, split_rows

NONE = {"kind": "none"}
HALF = {"kind": "fraction", "fraction": 0.5}
LATEST = {"kind": "latest", "rows": 2}


def cut(test: dict, validation: dict, labels=10, columns=None, is_test=None, seed=0) -> SplitIndices:
    labels = np.zeros(labels, dtype=np.int64) if isinstance(labels, int) else np.asarray(labels)
    return split_rows(Split(test=test, validation=validation), labels, columns or {}, is_test, seed)


def rows(indices: SplitIndices) -> tuple[list[int], list[int], list[int]]:
    return indices.train.tolist(), indices.validation.tolist(), indices.test.tolist()


def test_first_and_last_cut_the_ends_of_the_file():
    indices = cut({"kind": "last", "rows": 3}, {"kind": "first", "rows": 2})
    assert rows(indices) == ([2, 3, 4, 5, 6], [0, 1], [7, 8, 9])


def test_first_and_last_also_take_shares():
    indices = cut({"kind": "first", "fraction": 0.2}, {"kind": "last", "fraction": 0.25})
    assert rows(indices) == ([2, 3, 4, 5, 6, 7], [8, 9], [0, 1])


def test_the_last_fifth_of_5625_rows_is_the_1125_that_keras_validates_on():
    indices = cut({"kind": "first", "rows": 1407}, {"kind": "last", "fraction": 0.2}, labels=7032)
    assert (len(indices.train), len(indices.validation)) == (4500, 1125)


@pytest.mark.parametrize(("fraction", "count"), [(0.1, 1), (0.3, 3), (0.7, 7), (0.8, 8), (0.9, 9)])
def test_a_share_of_ten_rows_is_not_bent_by_binary_fractions(fraction, count):
    assert len(cut({"kind": "last", "fraction": fraction}, NONE).test) == count


def test_given_takes_the_rows_that_the_publisher_set_apart():
    indices = cut({"kind": "given"}, NONE, labels=4, is_test=np.array([False, True, True, False]))
    assert rows(indices) == ([0, 3], [], [1, 2])


def test_a_column_can_name_the_subset_of_each_row():
    part = np.array(list("tvetve"), dtype=object)
    test, validation = ({"kind": "column", "column": "part", "value": value} for value in "ev")
    assert rows(cut(test, validation, labels=6, columns={"part": part})) == ([0, 3], [1, 4], [2, 5])


def test_same_tests_on_the_training_rows():
    assert rows(cut({"kind": "same"}, NONE, labels=3)) == ([0, 1, 2], [], [0, 1, 2])


def test_a_fraction_is_what_scikit_learn_draws():
    indices = cut({"kind": "fraction", "fraction": 0.2, "random_state": 42}, NONE, labels=99)
    train, test = train_test_split(np.arange(99), test_size=0.2, random_state=42)
    assert rows(indices) == (train.tolist(), [], test.tolist())


def test_the_two_step_recipe_is_what_scikit_learn_draws():
    indices = cut(
        {"kind": "fraction", "fraction": 0.3, "random_state": 9},
        {"kind": "fraction", "fraction": 0.5, "random_state": 123, "of": "test"},
        labels=768,
    )
    train, held_out = train_test_split(np.arange(768), test_size=0.3, random_state=9)
    validation, test = train_test_split(held_out, test_size=0.5, random_state=123)
    assert rows(indices) == (train.tolist(), validation.tolist(), test.tolist())
    assert (len(indices.train), len(indices.validation), len(indices.test)) == (537, 115, 116)


def test_the_seed_of_the_run_draws_where_no_random_state_is_given():
    draws = [rows(cut(HALF, NONE, labels=20, seed=seed)) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_a_random_state_makes_the_seed_of_the_run_irrelevant():
    fixed = HALF | {"random_state": 3}
    assert rows(cut(fixed, NONE, labels=20, seed=1)) == rows(cut(fixed, NONE, labels=20, seed=2))


def test_latest_takes_the_last_days_and_those_of_the_same_day():
    days = np.array(["3.1.2024", "10.1.2024", "9.12.2023", "10.1.2024", "2.2.2024"], dtype=object)
    latest = {"kind": "latest", "column": "day", "form": "%d.%m.%Y"}
    assert rows(cut(latest | {"rows": 1}, NONE, labels=5, columns={"day": days})) == ([0, 1, 2, 3], [], [4])
    assert rows(cut(latest | {"rows": 2}, NONE, labels=5, columns={"day": days})) == ([0, 2], [], [1, 3, 4])
    indices = cut(latest | {"rows": 1}, latest | {"fraction": 0.25}, labels=5, columns={"day": days})
    assert rows(indices) == ([0, 2], [1, 3], [4])


def test_latest_orders_numbers_by_their_value():
    years = np.array(["900", "1e3", "-5", "1000.5"], dtype=object)
    indices = cut({"kind": "latest", "column": "year", "rows": 2}, NONE, labels=4, columns={"year": years})
    assert rows(indices) == ([0, 2], [], [1, 3])


def test_groups_are_what_scikit_learn_draws():
    groups = np.array(list("abcabcdeed"), dtype=object)
    indices = cut(HALF | {"group": "who", "random_state": 4}, NONE, columns={"who": groups})
    train, test = next(GroupShuffleSplit(1, test_size=0.5, random_state=4).split(groups, groups=groups.tolist()))
    assert rows(indices) == (train.tolist(), [], test.tolist())


SHARES = st.floats(0.05, 0.9)
ENDS = st.sampled_from(["first", "last"])
FRACTIONS = st.fixed_dictionaries({"kind": st.just("fraction"), "fraction": SHARES, "random_state": st.integers(0, 99)})
CUTS = st.one_of(
    FRACTIONS,
    st.fixed_dictionaries({"kind": ENDS, "rows": st.integers(1, 20)}),
    st.fixed_dictionaries({"kind": ENDS, "fraction": SHARES}),
)
FROM_TEST = FRACTIONS.map(lambda fraction: fraction | {"of": "test"})


@given(test=CUTS, validation=st.one_of(st.just(NONE), CUTS, FROM_TEST), num_rows=st.integers(2, 60))
@settings(deadline=None)
def test_subsets_are_disjoint_and_cover_every_row(test, validation, num_rows):
    try:
        indices = cut(test, validation, labels=num_rows)
    except UserError:
        assume(False)
    train, chosen, judged = rows(indices)
    assert sorted(train + chosen + judged) == list(range(num_rows))
    assert train and judged and bool(chosen) == (validation != NONE)


@given(
    times=st.lists(st.integers(0, 9) | st.floats(-1e3, 1e3, width=16), min_size=3, max_size=40),
    count=st.fixed_dictionaries({"rows": st.integers(1, 12)}) | st.fixed_dictionaries({"fraction": SHARES}),
    validation=st.booleans(),
)
def test_every_test_row_is_later_than_all_others_and_every_validation_row_than_those_that_train(
    times, count, validation
):
    latest = {"kind": "latest", "column": "time", **count}
    cells = np.array([str(time) for time in times], dtype=object)
    try:
        indices = cut(latest, latest if validation else NONE, labels=len(times), columns={"time": cells})
    except UserError:
        assume(False)
    assert sorted(np.concatenate(indices[:3]).tolist()) == list(range(len(times)))
    train, chosen, judged = (np.array(times)[subset] for subset in indices[:3])
    assert judged.min() > max(*train, *chosen, -np.inf)
    assert not len(chosen) or chosen.min() > train.max()
    assert len(judged) >= count.get("rows", 0) and (judged > judged.min()).sum() < count.get("rows", len(times))


@given(
    groups=st.lists(st.sampled_from("abcdefgh"), min_size=4, max_size=60),
    shares=st.tuples(SHARES, SHARES),
    of=st.sampled_from(["train", "test"]),
    seed=st.integers(0, 9),
)
def test_no_group_is_in_two_subsets(groups, shares, of, seed):
    test, validation = ({"kind": "fraction", "fraction": share, "group": "who"} for share in shares)
    cells = np.array(groups, dtype=object)
    try:
        indices = cut(test, validation | {"of": of}, labels=len(groups), columns={"who": cells}, seed=seed)
    except UserError:
        assume(False)
    assert sorted(np.concatenate(indices[:3]).tolist()) == list(range(len(groups)))
    train, chosen, judged = (set(cells[subset]) for subset in indices[:3])
    assert train and chosen and judged
    assert not (train & chosen or train & judged or chosen & judged)


@given(labels=st.lists(st.integers(0, 2), min_size=30, max_size=120), fraction=st.floats(0.2, 0.5))
@settings(deadline=None)
def test_stratify_keeps_the_share_of_each_class_to_about_a_row(labels, fraction):
    labels = np.array(labels)
    assume(min(np.bincount(labels, minlength=3)) >= 2)
    indices = cut({"kind": "fraction", "fraction": fraction, "stratify": True}, NONE, labels=labels)
    share = len(indices.test) / len(labels)
    wanted = np.bincount(labels, minlength=3) * share
    assert np.abs(np.bincount(labels[indices.test], minlength=3) - wanted).max() <= 1


@pytest.mark.parametrize(
    ("test", "validation", "reason"),
    [
        ({"kind": "last", "rows": 10}, NONE, "split.test: of 10 rows it would take 10 and leave 0"),
        ({"kind": "first", "rows": 99}, NONE, "split.test: of 10 rows it would take 10 and leave 0"),
        ({"kind": "last", "rows": 4}, {"kind": "last", "rows": 6}, "split.validation: of 6 rows"),
        ({"kind": "given"}, NONE, "a source with a test set of its own"),
        ({"kind": "column", "column": "prat", "value": "x"}, NONE, "no column 'prat'; did you mean 'part'?"),
        ({"kind": "column", "column": "part", "value": "x"}, NONE, "it would take 0 and leave 10"),
        ({"kind": "fraction", "fraction": 0.01}, {"kind": "fraction", "fraction": 0.999}, "split.validation: "),
        (LATEST | {"column": "prat"}, NONE, "no column 'prat'; did you mean 'part'?"),
        (LATEST | {"column": "part"}, NONE, "column 'part': 10 of 10 cells cannot be ordered, the first is 'a'"),
        (LATEST | {"column": "part", "form": "%Y"}, NONE, "a date such as %Y in each"),
        (LATEST | {"column": "gaps"}, NONE, "contract.columns: {gaps: {type: ..., missing: false}}"),
        (LATEST | {"column": "same"}, NONE, "of 10 rows it would take 10 and leave 0"),
        (HALF | {"group": "gaps"}, NONE, "column 'gaps': 1 of 10 cells are missing"),
        (HALF | {"group": "same"}, NONE, "split.test: "),
        (HALF | {"stratify": True}, NONE, "split.test: .*only 1 member"),
    ],
)
def test_an_impossible_split_says_where_and_why(test, validation, reason):
    labels = [0] * 9 + [1]
    columns = {"part": ["a"] * 10, "gaps": [*"123456789", ""], "same": ["7"] * 10}
    columns = {name: np.array(cells, dtype=object) for name, cells in columns.items()}
    with pytest.raises(UserError, match=reason if ".*" in reason else re.escape(reason)):
        cut(test, validation, labels=labels, columns=columns)


def test_pictures_have_no_column_to_split_by():
    with pytest.raises(UserError, match="pictures have none"):
        cut(HALF | {"group": "who"}, NONE)


@pytest.mark.parametrize(
    ("test", "validation", "reason"),
    [
        ({"kind": "last"}, NONE, "either `fraction` or `rows`"),
        ({"kind": "last", "rows": 1, "fraction": 0.5}, NONE, "either `fraction` or `rows`"),
        (HALF | {"of": "test"}, NONE, "only validation rows can be cut from the test rows"),
        ({"kind": "same"}, HALF | {"of": "test"}, "whose rows all train"),
        (HALF | {"group": "who", "stratify": True}, NONE, "set stratify: false to keep groups together"),
        (HALF | {"group": "who"}, HALF, "test.group is who and validation.group null; they should be the same"),
        (LATEST | {"column": "when", "fraction": 0.5}, NONE, "either `fraction` or `rows`"),
    ],
)
def test_a_contradictory_split_is_refused_before_any_row_is_read(test, validation, reason):
    with pytest.raises(ValidationError, match=reason):
        Split(test=test, validation=validation)


def test_what_a_task_says_of_its_validation_rows_may_stay_where_none_validate():
    every = cut({"kind": "last", "rows": 2}, NONE | {"fraction": 0.5, "stratify": True})
    assert rows(every) == (list(range(8)), [], [8, 9])
