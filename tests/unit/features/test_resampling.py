"""Folds of a cross-validation: which rows are in them, and what a fold's encoder has seen."""

from itertools import chain

import numpy as np
import pytest

from percept.dataset.table import Images, Table
from percept.errors import UserError
from percept.features.image import ImageFeatures
from percept.features.prepare import Preparation, prepare, read_raw
from percept.features.resampling import CrossValidation, FoldError, draw_folds, prepare_folds
from percept.features.split import Split
from percept.features.table import TableFeatures
from percept.objective import Binary, Multiclass, Multilabel
from percept.prepared.spec import SUBSETS

NONE = {"kind": "none"}
FIFTH = {"kind": "fraction", "fraction": 0.2}
LAST_TEN = {"kind": "last", "rows": 10}
BINARY = Binary(kind="binary", target="y", positive="1")
COLUMNS = {"a": range(60), "who": [f"patient {row % 13}" for row in range(60)], "y": [0, 0, 1] * 20}


@pytest.fixture
def table(make_table) -> Table:
    return make_table(COLUMNS)


def options_of(
    test: dict | None = None, validation: dict | None = None, seed: int = 0, objective=BINARY, **features
) -> Preparation:
    split = Split(test=test or LAST_TEN, validation=validation or NONE)
    chosen = TableFeatures(kind="table", drop="rest", **(features or {"numeric": ["a"], "category": ["who"]}))
    return Preparation("task", chosen, split, objective, seed)


def rows_of(table: Table, options: Preparation, *numbers: int) -> dict[tuple[int, int], dict[str, list[int]]]:
    """The lines of each subset of each fold, by repeat and number."""
    found = prepare_folds(table, options, CrossValidation(*numbers))
    return {
        (fold.repeat, fold.number): {subset: prepared.examples[subset].row.tolist() for subset in SUBSETS}
        for fold, prepared in found
    }


@pytest.mark.parametrize(
    "test",
    [LAST_TEN, FIFTH, FIFTH | {"stratify": True}, FIFTH | {"group": "who"}, FIFTH | {"random_state": 3}],
    ids=["last", "fraction", "stratify", "group", "random_state"],
)
def test_each_row_is_in_one_fold_of_each_repeat_and_a_test_row_in_none(table, test):
    options = options_of(test, FIFTH | ({"group": "who"} if "group" in test else {}))
    of_the_task = prepare(table, options).examples["test"].row
    found = rows_of(table, options, 3, 2)
    assert list(found) == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    others = sorted(set(range(2, 62)) - set(of_the_task.tolist()))
    for repeat in (1, 2):
        assert sorted(row for fold in (1, 2, 3) for row in found[repeat, fold]["test"]) == others
    assert all(sorted(chain(*subsets.values())) == others for subsets in found.values())
    assert all(subsets["validation"] for subsets in found.values())
    assert {frozenset(found[1, fold]["test"]) for fold in (1, 2, 3)}.isdisjoint(
        frozenset(found[2, fold]["test"]) for fold in (1, 2, 3)
    )


def test_nothing_of_a_fold_depends_on_cells_and_targets_of_test_rows(make_table):
    options = options_of(validation=FIFTH | {"stratify": True})
    poisoned = {name: list(cells) for name, cells in COLUMNS.items()}
    poisoned["a"][50:], poisoned["who"][50:] = [1e30] * 10, ["poison"] * 10
    poisoned["y"][50:] = [1 - label for label in poisoned["y"][50:]]
    clean, other = (
        [prepared for _, prepared in prepare_folds(make_table(columns), options, CrossValidation(4, 2))]
        for columns in (COLUMNS, poisoned)
    )
    for one, two in zip(clean, other, strict=True):
        assert (one.spec, one.encoder, one.quality) == (two.spec, two.encoder, two.quality)
        for subset in SUBSETS:
            np.testing.assert_array_equal(one.examples[subset].x, two.examples[subset].x)
            np.testing.assert_array_equal(one.examples[subset].y, two.examples[subset].y)


def test_the_seed_and_the_repeat_draw_the_folds_and_nothing_else(table):
    one = rows_of(table, options_of(), 4)
    assert rows_of(table, options_of(numeric=["a"]), 4) == one == rows_of(table, options_of(), 4)
    assert rows_of(table, options_of(seed=1), 4) != one
    twice = rows_of(table, options_of(), 4, 2)
    assert {key: rows for key, rows in twice.items() if key[0] == 1} == one


def test_stratified_folds_keep_the_share_of_each_class(table):
    found = prepare_folds(table, options_of(FIFTH | {"stratify": True}), CrossValidation(4))
    assert [prepared.examples["test"].y.sum() for _, prepared in found] == [4] * 4


def test_rows_of_several_labels_are_stratified_by_all_of_them(make_table):
    table = make_table({"a": range(60), "p": [0, 1, 1] * 20, "q": [0, 0, 1] * 20})
    options = options_of(
        FIFTH | {"stratify": True}, objective=Multilabel(kind="multilabel", target=("p", "q")), numeric=["a"]
    )
    found = prepare_folds(table, options, CrossValidation(4))
    assert [prepared.examples["test"].y.sum(axis=0).tolist() for _, prepared in found] == [[8, 4]] * 4


@pytest.mark.parametrize("test", [FIFTH | {"group": "who"}, LAST_TEN], ids=["test rows", "validation rows"])
@pytest.mark.parametrize("validation", [FIFTH, {"kind": "folds", "num": 2}], ids=["fraction", "folds"])
def test_a_group_is_in_one_subset_and_one_inner_fold(table, test, validation):
    options = options_of(test, validation | {"group": "who"}, numeric=["a"])
    drawn = set()
    for fold, prepared in prepare_folds(table, options, CrossValidation(3, 2)):
        examples = prepared.examples
        who = {subset: {COLUMNS["who"][row - 2] for row in examples[subset].row} for subset in SUBSETS}
        assert not (who["train"] & who["test"] or who["validation"] & who["test"] or who["train"] & who["validation"])
        if examples["train"].fold is not None:
            parts = [
                {COLUMNS["who"][row - 2] for row in examples["train"].row[examples["train"].fold == part]}
                for part in (0, 1)
            ]
            assert not parts[0] & parts[1] and all(parts)
        drawn.add((fold.repeat, frozenset(who["test"])))
    assert {who for repeat, who in drawn if repeat == 1} != {who for repeat, who in drawn if repeat == 2}


def test_by_time_each_fold_is_later_than_all_that_is_learned_from(make_table):
    days = [f"{row % 28 + 1:02}.{row // 28 + 1:02}.2024" for row in range(60)]
    order = np.random.default_rng(0).permutation(60)
    table = make_table({"a": range(60), "on": [days[row] for row in order], "y": [0, 1] * 30})
    latest = {"kind": "latest", "column": "on", "form": "%d.%m.%Y"}
    found = rows_of(table, options_of(latest | {"rows": 10}, latest | {"fraction": 0.2}, numeric=["a"]), 4)
    when = {subset: [[order[row - 2] for row in fold[subset]] for fold in found.values()] for subset in SUBSETS}
    for train, validation, test in zip(when["train"], when["validation"], when["test"], strict=True):
        assert max(train) < min(validation) and max(validation) < min(test)
    assert sorted(chain(*when["test"])) == list(range(10, 50))  # the first tenth is only learned from
    assert sorted(when["train"][3] + when["validation"][3]) == list(range(40))


def test_rows_of_one_time_are_in_one_fold(make_table):
    table = make_table({"a": range(60), "year": [2000 + row // 9 for row in range(60)], "y": [0, 1] * 30})
    latest = {"kind": "latest", "column": "year", "rows": 6}
    for fold in rows_of(table, options_of(latest, numeric=["a"]), 3).values():
        assert not {(row - 2) // 9 for row in fold["test"]} & {(row - 2) // 9 for row in fold["train"]}


def test_the_encoder_of_a_fold_has_not_seen_its_rows(make_table):
    columns = COLUMNS | {"plan": ["rare" if row == 7 else "usual" for row in range(60)]}
    options = options_of(numeric=["a"], category=["plan"])
    for _, prepared in prepare_folds(make_table(columns), options, CrossValidation(5)):
        names, test = prepared.spec.feature_names, prepared.examples["test"]
        assert ("plan_rare" in names) == (9 not in test.row)  # row 7 is line 9
        train = prepared.examples["train"].x[:, names.index("a")]
        assert train.mean() == pytest.approx(0, abs=1e-6) and train.std() == pytest.approx(1, abs=1e-6)


def test_validation_rows_of_the_test_rows_come_from_the_others_here(table):
    found = rows_of(table, options_of(FIFTH, FIFTH | {"of": "test"}), 4)
    assert [len(fold["test"]) for fold in found.values()] == [12] * 4
    assert [len(fold["validation"]) for fold in found.values()] == [8] * 4


def test_pictures_are_cut_as_rows_are():
    pixels = np.arange(40, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8)
    images = Images(pixels, np.arange(40) % 2, ("even", "odd"))
    split = Split(test=FIFTH | {"stratify": True}, validation=FIFTH)
    options = Preparation("task", ImageFeatures(kind="image"), split, Multiclass(kind="multiclass"), 0)
    task = prepare(images, options)
    rows: list[int] = []
    for _, prepared in prepare_folds(images, options, CrossValidation(4)):
        test, train = prepared.examples["test"], prepared.examples["train"]
        assert (test.x[:, 0, 0, 0] + 1 == test.row).all() and (test.y == (test.row - 1) % 2).all()
        assert prepared.spec.pixels.scale == pytest.approx(1 / (int(train.x.max()) - int(train.x.min())))
        rows += test.row.tolist()
    assert sorted([*rows, *task.examples["test"].row]) == list(range(1, 41))


def test_a_row_that_is_in_no_part_of_a_fold_is_accounted_for(make_table):
    table = make_table({"a": range(60), "year": range(60), "y": [0, 1, None] * 20})
    options = options_of({"kind": "latest", "column": "year", "rows": 5}, numeric=["a"])
    (_, first), *_ = prepare_folds(table, options, CrossValidation(4))
    dropped = first.spec.rows.dropped
    assert dropped == {"y is missing": 20, "a test row of the task": 5, "later than the fold": 21}


@pytest.mark.parametrize(
    ("test", "folds", "message"),
    [
        (LAST_TEN, 51, "folds: 51, and there are 50 rows\n  expected: at most 50"),
        (FIFTH | {"group": "who"}, 12, "12, and there are 10 values of column 'who'"),
        (FIFTH | {"stratify": True}, 17, "17, and there are 16 rows of the rarest class"),
        ({"kind": "latest", "column": "y", "rows": 5}, 3, "3, and there are 0 steps of 4 in the order of column 'y'"),
        ({"kind": "same"}, 3, "split.test.kind: same"),
    ],
    ids=["rows", "groups", "classes", "time", "truth table"],
)
def test_what_cannot_be_cut_is_said_before_the_first_fold(table, test, folds, message):
    with pytest.raises(UserError) as error:
        prepare_folds(table, options_of(test, numeric=["a"]), CrossValidation(folds))
    assert message in str(error.value)


@pytest.mark.parametrize(("numbers", "name"), [((1, 1), "folds: 1"), ((5, 0), "repeats: 0")])
def test_numbers_that_mean_nothing_are_refused(numbers, name):
    with pytest.raises(UserError, match=name):
        CrossValidation(*numbers)


def test_an_order_is_cut_once(table):
    latest = options_of({"kind": "latest", "column": "a", "rows": 5}, numeric=["a"])
    with pytest.raises(UserError, match="repeats: 2, and the folds follow the order of column 'a'"):
        prepare_folds(table, latest, CrossValidation(3, 2))


def test_a_fold_whose_validation_rows_cannot_be_cut_is_named(make_table):
    table = make_table({"a": range(60), "y": [1 if row in (20, 41) else 0 for row in range(60)]})
    options = options_of({"kind": "first", "rows": 10}, FIFTH | {"stratify": True}, numeric=["a"])
    with pytest.raises(FoldError, match=r"^repeat 1, fold 1: split\.validation: "):
        draw_folds(read_raw(table, options), options, CrossValidation(2))
