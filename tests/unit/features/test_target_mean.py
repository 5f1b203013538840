"""Target means against slow, plain formulas, and that no row's own target reaches its encoding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percept.features.encoder import FittedEncoder, encode
from percept.features.table import TableFeatures
from percept.features.target_mean import NUM_FOLDS, LearnedTarget, draw_folds, shrunk_means
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.spec import RawInput

RANDOM = np.random.default_rng(0)
CITIES = RANDOM.choice(list("abcdefgh"), 60).tolist()
SPLIT = {"test": {"kind": "last", "rows": 10}, "validation": {"kind": "first", "rows": 10}}
TRAIN = slice(10, 50)
LEVEL = {letter: number for number, letter in enumerate("abcdefgh")}
NUMBERS = [LEVEL[city] + float(RANDOM.normal(0, 0.5)) for city in CITIES]
VALUE = Regression(kind="regression", target="y")


def plain_means(levels: list, values: list[float], wanted: list) -> list[float]:
    """One target, rows of equal weight: analysis of variance by hand."""
    total = len(values)
    mean = sum(values) / total
    deviation = (sum((value - mean) ** 2 for value in values) / total) ** 0.5
    scaled = [(value - mean) / deviation for value in values]
    groups = {level: [v for v, own in zip(scaled, levels, strict=True) if own == level] for level in levels}
    means = {level: sum(group) / len(group) for level, group in groups.items()}
    between = sum(len(group) * means[level] ** 2 for level, group in groups.items()) / (len(groups) - 1)
    within = sum((v - means[level]) ** 2 for level, group in groups.items() for v in group) / (total - len(groups))
    usual = (total - sum(len(group) ** 2 for group in groups.values()) / total) / (len(groups) - 1)
    if between <= within:
        return [0.0] * len(wanted)
    m = max(1, within / ((between - within) / usual))
    return [
        means[level] * len(groups[level]) / (len(groups[level]) + m) if level in groups else 0.0 for level in wanted
    ]


def test_means_are_those_of_an_analysis_of_variance_by_hand():
    levels = RANDOM.integers(0, 6, 50)
    values = (levels % 3 + RANDOM.normal(0, 1.5, 50))[:, np.newaxis]
    found = shrunk_means(levels, values, np.ones(50), 8)
    np.testing.assert_allclose(found[:, 0], plain_means(levels.tolist(), values[:, 0].tolist(), list(range(8))))
    assert found[:6].any() and not found[6:].any()


def test_levels_that_tell_nothing_are_drawn_to_the_mean_of_all():
    levels = np.arange(2000) % 200
    noise = np.random.default_rng(1).normal(0, 1, (2000, 1))
    assert np.abs(shrunk_means(levels, noise, np.ones(2000), 200)).max() < 0.1
    telling = shrunk_means(levels, (levels[:, np.newaxis] > 99).astype(float), np.ones(2000), 200)
    np.testing.assert_allclose(np.abs(telling), 10 / 11)  # m is at least 1


@pytest.mark.parametrize(
    ("levels", "values"),
    [([0, 0, 0], [1, 2, 3]), ([0, 1, 2], [1, 2, 3]), ([0, 1, 1, 0], [0.1] * 4), ([0], [5]), ([], [])],
)
def test_one_level_or_one_row_for_each_or_one_value_tells_nothing(levels, values):
    found = shrunk_means(np.array(levels, int), np.array(values, float)[:, np.newaxis], np.ones(len(levels)), 4)
    assert found.tolist() == [[0]] * 4


def test_a_row_without_weight_does_not_count():
    levels, values = np.array([0, 0, 1, 1, 1, 0]), np.array([[1.0], [1.5], [3.0], [3.5], [3.2], [1e9]])
    weight = np.array([1.0, 1, 1, 1, 1, 0])
    counted = weight > 0
    expected = shrunk_means(levels[counted], values[counted], weight[counted], 2)
    np.testing.assert_allclose(shrunk_means(levels, values, weight, 2), expected)


def table_of(y: list, city: list | None = None) -> dict[str, list]:
    return {"size": list(range(60)), "city": city or CITIES, "y": y}


def means_of(prepared, subset: str) -> np.ndarray:
    columns = [index for index, name in enumerate(prepared.spec.feature_names) if name.startswith("city.mean")]
    return getattr(prepared, subset).x[:, columns]


def prepared(make_table, prepare_table, y, objective, city=None, **features):
    options = {"numeric": ["size"], "category": ["city"], "target_mean": 5} | features
    return prepare_table(make_table(table_of(y, city)), objective, SPLIT, **options)


def test_other_rows_take_the_means_of_all_training_rows_and_training_rows_those_of_other_folds(
    make_table, prepare_table
):
    found = prepared(make_table, prepare_table, NUMBERS, VALUE)
    levels, values = CITIES[TRAIN], NUMBERS[TRAIN]
    for subset, rows in (("validation", slice(0, 10)), ("test", slice(50, 60))):
        np.testing.assert_allclose(means_of(found, subset)[:, 0], plain_means(levels, values, CITIES[rows]), atol=1e-6)
    folds = draw_folds(40, seed=0)
    expected = []
    for row in range(40):
        others = [other for other in range(40) if folds[other] != folds[row]]
        expected += plain_means([levels[row] for row in others], [values[row] for row in others], [levels[row]])
    np.testing.assert_allclose(means_of(found, "train")[:, 0], expected, atol=1e-6)
    assert found.spec.feature_sources[-1] == "city"


OBJECTIVES = {
    "regression": (VALUE, st.floats(-3e38, 3e38)),
    "log": (Regression(kind="regression", target="y", log_target=True, scale_target=True), st.floats(0, 3e38)),
    "binary": (Binary(kind="binary", target="y", positive="1"), st.integers(0, 1)),
    "multiclass": (Multiclass(kind="multiclass", target="y"), st.integers(0, 2)),
}


@given(kind=st.sampled_from(sorted(OBJECTIVES)), row=st.integers(10, 49), data=st.data(), most=st.none() | st.just(4))
@settings(deadline=None, max_examples=40)
def test_another_target_of_a_row_leaves_its_own_encoding_as_it_is(make_table, prepare_table, kind, row, data, most):
    objective, poison = OBJECTIVES[kind]
    y = [abs(number) for number in NUMBERS] if kind in ("regression", "log") else [n % 3 for n in range(60)]
    y = [n % 2 for n in y] if kind == "binary" else y
    poisoned = [*y[:row], data.draw(poison), *y[row + 1 :]]
    before, after = (
        means_of(prepared(make_table, prepare_table, targets, objective, max_categories=most), "train")[row - 10]
        for targets in (y, poisoned)
    )
    assert before.tolist() == after.tolist()


def test_a_row_does_change_the_encoding_of_others(make_table, prepare_table):
    poisoned = [*NUMBERS[:20], 1000.0, *NUMBERS[21:]]
    before, after = (means_of(prepared(make_table, prepare_table, y, VALUE), "train") for y in (NUMBERS, poisoned))
    changed = (before != after)[:, 0]
    assert changed.sum() >= 40 - 40 / NUM_FOLDS and not changed[10]


@pytest.mark.parametrize(
    ("objective", "y", "names"),
    [
        (VALUE, NUMBERS, ["city.mean"]),
        (Binary(kind="binary", target="y", positive="1"), [row % 2 for row in range(60)], ["city.mean"]),
        (
            Multiclass(kind="multiclass", target="y"),
            list("xyz") * 20,
            ["city.mean.x", "city.mean.y", "city.mean.z"],
        ),
        (Multiclass(kind="multiclass", target="y"), [row % 11 for row in range(60)], []),
        (
            Multilabel(kind="multilabel", target=["y", "size"], positive="1"),
            [row % 2 for row in range(60)],
            ["city.mean.y", "city.mean.size"],
        ),
    ],
)
def test_each_target_or_class_has_a_column_up_to_ten(make_table, prepare_table, objective, y, names):
    columns = table_of(y) | {"size": [row % 2 for row in range(60)]}
    features = {"category": ["city"], "drop": "rest", "target_mean": 5}
    found = prepare_table(make_table(columns), objective, SPLIT, **features)
    assert [name for name in found.spec.feature_names if ".mean" in name] == names


def test_short_categories_have_no_target_mean(make_table, prepare_table):
    assert means_of(prepared(make_table, prepare_table, NUMBERS, VALUE, target_mean=8), "train").shape == (40, 0)


def shipped(levels: list[str], y: list[float], rows: list[str], **features) -> list[float]:
    """Fit on levels and targets in folds of their own; return the target means of rows."""
    inputs = [RawInput(name="city", kind="category")]
    train, new = (np.array(cells, object)[:, np.newaxis] for cells in (levels, rows))
    target = LearnedTarget(np.array(y, float)[:, np.newaxis], ("y",), np.arange(len(y)) % 2)
    options = TableFeatures(kind="table", target_mean=1, **features)
    return encode(FittedEncoder.fit(options, inputs, {"city": train}, target).onnx, {"city": new})[:, -1].tolist()


def test_unseen_levels_are_as_the_mean_of_all_and_those_of_one_row_half_as_far_from_it_as_the_row():
    levels, y = list("aaabbbccde"), [0, 0, 1, 5, 5, 6, 9, 9, 8, 9]
    a, c, e, unseen = shipped(levels, y, ["a", "c", "e", "new"])
    assert a < 0 < c and unseen == 0
    np.testing.assert_allclose(e, (9 - np.mean(y)) / np.std(y) / 2, rtol=1e-6)


def test_a_level_has_its_mean_however_few_levels_have_a_place_of_their_own():
    levels, y = list("aaabbbccde"), [0, 0, 1, 5, 5, 6, 9, 9, 8, 9]
    assert shipped(levels, y, list("abcd"), min_frequency=3, max_categories=1) == shipped(levels, y, list("abcd"))


def test_an_empty_cell_is_a_level_or_takes_the_most_frequent_one():
    levels, y = ["a", "a", "a", "b", "b", "", ""], [0, 0, 1, 5, 5, 9, 9]
    a, empty = shipped(levels, y, ["a", ""])
    assert a < 0 < empty
    a, empty = shipped(levels, y, ["a", ""], missing={"category": "most_frequent"})
    assert a == empty


def test_folds_are_of_equal_size_drawn_by_the_seed_and_keep_groups_together():
    folds = draw_folds(53, seed=0)
    assert sorted(np.bincount(folds).tolist()) == [10, 10, 11, 11, 11]
    assert folds.tolist() == draw_folds(53, seed=0).tolist() != draw_folds(53, seed=1).tolist()
    groups = RANDOM.choice(list("abcdefgh"), 53).astype(object)
    folds = draw_folds(53, 0, groups)
    assert all(len(set(folds[groups == group])) == 1 for group in groups) and len(set(folds)) == NUM_FOLDS


def test_with_a_split_by_group_no_target_of_the_group_reaches_a_row(make_table, prepare_table):
    shops = [f"s{row % 12}" for row in range(60)]
    split = {
        "test": {"kind": "fraction", "fraction": 0.2, "group": "shop"},
        "validation": {"kind": "fraction", "fraction": 0.2, "group": "shop"},
    }
    poison = [1000.0 if shop == "s3" else y for shop, y in zip(shops, NUMBERS, strict=True)]
    before, after = (
        prepare_table(
            make_table(table_of(y) | {"shop": shops}), VALUE, split, category=["city"], drop="rest", target_mean=5
        )
        for y in (NUMBERS, poison)
    )
    poisoned = before.train.y[:, 0] != after.train.y[:, 0]
    assert poisoned.any()
    same = (means_of(before, "train") == means_of(after, "train"))[:, 0]
    assert same[poisoned].all() and not same[~poisoned].all()


def test_a_hundred_thousand_levels_are_encoded_and_a_new_row_too():
    levels = [f"id{row // 2}" for row in range(200_000)]
    y = [float(row // 2 % 7) for row in range(200_000)]
    first, last = shipped(levels, y, ["id0", "id99999"], max_categories=10)
    assert first < 0 < last
