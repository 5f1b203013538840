"""A formula is arithmetic of columns, within bounds, whatever a person or a file from a stranger says it is."""

import numpy as np
import pytest

from percept.dataset.formula import MAX_DEPTH, arithmetic, derived


@pytest.mark.parametrize(
    "formula",
    ["a", "-a", "a + 1", "(a - b) / 2", "1.5 * a", " + ".join(["a"] * (MAX_DEPTH + 1)), "-" * MAX_DEPTH + "a"],
)
def test_arithmetic_of_columns_is_taken_as_it_is(formula):
    assert arithmetic(formula) == formula
    assert derived(formula, {"a": np.ones(2), "b": np.ones(2)}).shape == (2,)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("-" * 5000 + "a", "operations in each other"),
        ("-" * 900 + "a", "operations in each other"),
        ("(" * 300 + "a" + ")" * 300, "column names, numbers"),
        (" + ".join(["a"] * (MAX_DEPTH + 2)), "100 operations in each other"),
        ("a + " * 2000 + "a", "at most 5000 characters"),
        ("a * " + "9" * 400, "numbers of at most"),
        ("a * 1e39", "numbers of at most"),
        ("a * 1e999", "numbers of at most"),
        ("a * " + "9" * 4999, "characters"),
        ("a\0", "column names, numbers"),
        ("a if a else b", "column names, numbers"),
        ("a ** 9", "column names, numbers"),
        ("a * 1j", "column names, numbers"),
        ("f(a)", "column names, numbers"),
        ("1 + 2", "names a column"),
        ("", "column names, numbers"),
    ],
)
def test_what_is_no_arithmetic_or_has_no_end_is_refused(formula, reason):
    with pytest.raises(ValueError, match=reason):
        arithmetic(formula)
