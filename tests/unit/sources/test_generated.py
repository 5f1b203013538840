"""generated: rows written in a task file arrive as a table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.errors import UserError
from percept.sources.generated import Generated


def fetched(folder, columns, rows):
    source = Generated(kind="generated", columns=columns, rows=rows)
    source.fetch(folder, None)
    return source.read(folder)


def test_a_truth_table_is_read_back(tmp_path):
    table = fetched(tmp_path, ["a", "b", "output"], [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert {name: "".join(column) for name, column in table.columns.items()} == {
        "a": "0011",
        "b": "0101",
        "output": "1110",
    }


def test_words_keep_their_commas_quotes_and_script(tmp_path):
    words = ["one, two", 'say "hi"', "두\n줄", "🌍"]
    assert fetched(tmp_path, ["낱말"], [[word] for word in words]).columns["낱말"].tolist() == words


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(), st.floats(allow_nan=False)), min_size=1))
def test_any_numbers_are_read_back_exactly(tmp_path_factory, rows):
    table = fetched(tmp_path_factory.getbasetemp(), ["whole", "real"], rows)
    assert [int(cell) for cell in table.columns["whole"]] == [whole for whole, _ in rows]
    assert [float(cell) for cell in table.columns["real"]] == [real for _, real in rows]


@pytest.mark.parametrize("cell", ["", float("nan")])
def test_an_empty_cell_is_missing(tmp_path, cell):
    assert fetched(tmp_path, ["a"], [[cell], [1]]).columns["a"].tolist() == ["", "1"]


@pytest.mark.parametrize(
    ("columns", "rows", "match"),
    [
        (["a", "b"], [[1, 2], [3]], r"rows\[1\] has 1 values; expected 2"),
        (["a"], [[1, 2]], r"rows\[0\] has 2 values; expected 1"),
        (["a"], [], "at least 1 item"),
        ([], [[]], "at least 1 item"),
    ],
)
def test_rows_that_do_not_fill_the_columns_are_refused(columns, rows, match):
    with pytest.raises(ValidationError, match=match):
        Generated(kind="generated", columns=columns, rows=rows)


def test_a_column_named_twice_is_refused(tmp_path):
    with pytest.raises(UserError, match="names 'a' more than once"):
        fetched(tmp_path, ["a", "a"], [[1, 2]])
