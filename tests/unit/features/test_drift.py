import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from percept.features.drift import ALPHA, Difference, compare, flag
from percept.prepared.quality import Drift

NUMBERS = st.lists(st.integers(-5, 5) | st.floats(-9, 9, width=32), min_size=1, max_size=40)
WORDS = st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=40)


def numbers(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def words(*values: str) -> np.ndarray:
    return np.array(values, object)


def is_flagged(kind: str, train: np.ndarray, test: np.ndarray) -> bool:
    return flag([compare("x", kind, train, test)])[0].flagged


@given(train=NUMBERS, test=NUMBERS)
@example(train=[0] * 5, test=[0, 0, 0, 0, 1])  # whose exact p-value is rounded to more than 1
@example(train=[0], test=[1])
def test_the_distance_of_numbers_is_that_of_kolmogorov_and_smirnov(train, test):
    found = compare("x", "number", numbers(*train), numbers(*test))
    cells = numbers(*train), numbers(*test)
    wanted = max(abs((cells[0] <= value).mean() - (cells[1] <= value).mean()) for value in np.concatenate(cells))
    assert found.distance == pytest.approx(wanted, abs=1e-9) and 0 <= found.p_value <= 1


@given(train=WORDS, test=WORDS)
def test_the_distance_of_categories_is_half_of_what_their_shares_differ_by(train, test):
    found = compare("x", "category", words(*train), words(*test))
    wanted = sum(abs(train.count(word) / len(train) - test.count(word) / len(test)) for word in ["", *"abc"]) / 2
    assert found.distance == pytest.approx(wanted, abs=1e-9) and 0 <= found.p_value <= 1
    assert found.missing == (train.count("") / len(train), test.count("") / len(test))


@given(train=WORDS, test=WORDS)
def test_of_free_texts_the_lengths_are_compared(train, test):
    lengths = [numbers(*(len(word) or np.nan for word in texts)) for texts in (train, test)]
    found = compare("x", "text", words(*train), words(*test))
    assert found[2:] == compare("x", "number", *lengths)[2:]
    assert found.missing == (train.count("") / len(train), test.count("") / len(test))


@given(rows=NUMBERS, order=st.randoms())
def test_the_same_rows_in_another_order_do_not_differ(rows, order):
    shuffled = order.sample(rows, len(rows))
    assert compare("x", "number", numbers(*rows), numbers(*shuffled)).distance == 0
    assert compare("x", "category", words(*map(str, rows)), words(*map(str, shuffled))).distance == 0


def test_subsets_without_a_common_value_differ_by_one():
    assert compare("x", "number", numbers(1, 2), numbers(3, np.nan, -1)).distance < 1
    assert compare("x", "number", numbers(1, 2), numbers(3, 4)).distance == 1
    assert compare("x", "category", words("a", "b"), words("c", "")).distance == 1


def test_missing_cells_that_stand_in_one_subset_alone_are_flagged():
    train = np.arange(800, dtype=np.float32)
    test = np.where(np.arange(200) < 12, np.nan, np.arange(200) * 4).astype(np.float32)
    found = compare("x", "number", train, test)
    assert found.missing == (0, 0.06)
    assert found.distance == pytest.approx(0.06, abs=0.01)
    assert is_flagged("number", train, test)


def test_a_shift_a_new_category_and_a_later_time_are_flagged():
    random = np.random.default_rng(0)
    train, test = random.normal(0, 1, 4000), random.normal(0.3, 1, 1000)
    assert is_flagged("number", numbers(*train), numbers(*test))
    assert is_flagged("category", words(*"ab" * 200), words(*"ab" * 45, *"c" * 10))
    assert is_flagged("date", numbers(*range(100)), numbers(*range(100, 130)))


def test_a_few_rows_prove_nothing():
    assert not is_flagged("number", numbers(*range(50)), numbers(100, 200))
    assert not is_flagged("category", words(*"ab" * 25), words("c", "c"))


@pytest.mark.parametrize("num_categories", [2, 30, 1000])
def test_what_chance_gives_is_hardly_ever_flagged(num_categories):
    random = np.random.default_rng(num_categories)
    shares = random.dirichlet(np.ones(num_categories))
    codes = np.array([f"c{code}" for code in range(num_categories)], object)
    flagged = 0
    for _ in range(100):
        cells = codes[random.choice(num_categories, (5, 1250), p=shares)]
        values = np.where(random.random((5, 1250)) < 0.1, np.nan, random.exponential(1, (5, 1250)).round(1))
        found = [compare(f"c{at}", "category", column[:1000], column[1000:]) for at, column in enumerate(cells)]
        found += [compare(f"n{at}", "number", column[:1000], column[1000:]) for at, column in enumerate(values)]
        flagged += any(column.flagged for column in flag(found))
    assert flagged <= 1  # 0.1 are expected


def test_columns_of_codes_that_are_all_different_are_not_flagged():
    codes = words(*(f"id{number}" for number in range(1000)))
    found = compare("id", "category", codes[:800], codes[800:])
    assert found.distance == pytest.approx(1) and found.p_value == 1


def test_the_greatest_distance_comes_first_and_the_more_columns_the_less_is_flagged():
    columns = [
        Difference(name, "number", (0, 0.5), size, ALPHA / 5) for name, size in (("b", 0.1), ("a", 0.1), ("c", 1))
    ]
    found = flag(columns)
    assert [column.name for column in found] == ["c", "a", "b"]
    assert not any(column.flagged for column in found)
    assert flag(columns[:1]) == (
        Drift(name="b", kind="number", missing_train=0, missing_test=0.5, drift=0.1, flagged=True),
    )
    assert flag([]) == ()
