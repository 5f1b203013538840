"""What a column is follows from its cells, and a little from its name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.dataset.table import Table
from percept.features.table import read_dates, read_numbers
from percept.profiling.columns import ColumnProfile, profile_column, profile_columns, words_of

N = 60


def column(cells, name: str = "x") -> ColumnProfile:
    cells = np.array(list(map(str, cells)), dtype=object)
    return profile_column(name, cells, np.arange(2, len(cells) + 2))


def table(**columns) -> Table:
    cells = {name: np.array(list(map(str, values)), dtype=object) for name, values in columns.items()}
    return Table("table.csv", cells, np.arange(2, 2 + len(next(iter(cells.values())))))


KINDS = {
    "number": [row * 0.5 for row in range(N)],
    "yes/no": [("yes", "No")[row % 2] for row in range(N)],
    "category": [f"kind {row % 5}" for row in range(N)],
    "date": [f"{row % 28 + 1}.{row % 12 + 1}.2024" for row in range(N)],
    "identifier": [f"A-{row:04d}" for row in range(N)],
    "free text": [f"she said that {row} of them came" for row in range(N)],
    "mixed": [row if row % 20 else "about 7" for row in range(N)],
    "constant": ["EU"] * N,
    "empty": [""] * N,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_by_its_cells(kind):
    found = column(KINDS[kind])
    assert found.kind == kind
    used = {"number": "numeric", "yes/no": "category", "category": "category", "date": "date"}
    assert found.use == used.get(kind, "drop")


@pytest.mark.parametrize("kind", ["number", "yes/no", "category", "date"])
def test_missing_cells_are_counted_and_change_no_kind(kind):
    cells = ["" if row % 4 == 0 else cell for row, cell in enumerate(KINDS[kind])]
    found = column(cells)
    assert (found.kind, found.num_missing, found.missing_share) == (kind, 15, 0.25)


def test_numbers_have_ends_and_are_whole_or_not():
    found = column([3, 1.0, "2e1", "", 7])
    assert (found.low, found.high, found.whole, found.num_missing) == (1, 20, True, 1)
    assert not column([1, 2.5, 3]).whole


def test_zeros_and_ones_say_yes_or_no_and_stay_numbers():
    found = column([row % 2 for row in range(N)])
    assert (found.kind, found.use) == ("yes/no", "numeric")


@pytest.mark.parametrize("name", ["id", "customerID", "customer_no", "Row Number", "고객번호", "", "Unnamed: 0"])
def test_whole_numbers_that_all_differ_are_identifiers_by_their_name(name):
    cells = [1000 + 3 * row for row in range(N)]
    assert column(cells, name).kind == "identifier"
    assert column(cells, "income").kind == "number"


def test_numbers_that_count_the_rows_are_identifiers_whatever_their_name():
    assert column(range(N), "x").kind == "identifier" and column(range(1, N + 1), "x").kind == "identifier"
    some_are_gone = [row for row in range(1, N + 4) if row % 20]
    assert column(some_are_gone, "x").kind == "identifier"
    assert column(range(1950, 1950 + N), "year").kind == "number"
    assert column(range(5), "x").kind == "number"  # too few rows to tell


def test_an_identifier_that_comes_again_is_a_group_or_a_category():
    many = column([1000 + row // 2 for row in range(200)], "customer_id")
    assert many.kind == "identifier" and "--group" in many.remark
    assert column([1000 + row % 5 for row in range(200)], "shop_id").kind == "category"


def test_texts_of_nearly_as_many_values_as_rows_are_no_category():
    tickets = [f"PC {row if row < 681 else row % 300}" for row in range(891)]
    found = column(tickets, "ticket")
    assert (found.kind, found.num_values, found.use) == ("identifier", 681, "drop")
    assert found.remark == "681 texts in 891 rows; --category keeps them"
    # A cabin that few rows have tells something by being there.
    cabins = [f"C {row % 145}" if row < 204 else "" for row in range(891)]
    assert column(cabins, "cabin").kind == "category"
    assert column([f"shop {row % 40}" for row in range(N)], "shop").kind == "category"


@pytest.mark.parametrize("cells", [[f"0{row:04d}" for row in range(9)] * 9, ["01", "2", "3"] * 20])
def test_digits_with_a_zero_in_front_are_no_numbers(cells):
    assert column(cells).kind == "category"


def test_postcodes_are_no_numbers():
    assert column([10115 + row % 9 for row in range(N)], "zip code").kind == "category"
    assert column([10115 + row % 9 for row in range(N)], "weight").kind == "number"


def test_one_text_or_nothing_is_a_category_and_one_number_or_nothing_is_constant():
    assert column(["x", ""] * 20).kind == "category"
    assert column(["7", ""] * 20).kind == "constant"


def test_the_first_text_among_numbers_is_named_with_its_line():
    found = column([*range(40), "seven", *range(40), "eight"])
    assert (found.kind, found.first_text) == ("mixed", "line 42: 'seven'")
    assert found.remark == "2.4 % of the cells are not numbers"


def test_few_numbers_among_letters_are_categories():
    assert column(["1", "2", "3", "A"] * 20).kind == "category"


def test_numbers_with_several_units_are_texts_that_name_them():
    assert "'kg' and 'lb'" in column([f"{row % 9 + 1}0 {'lb' if row % 2 else 'kg'}" for row in range(N)]).remark
    assert not column([f"{row % 9 + 1}{'AB'[row % 2]}" for row in range(N)]).remark


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["2024-01-31", "2023-12-01"], "%Y-%m-%d"),
        (["2024/1/31", "2024/12/1"], "%Y/%m/%d"),
        (["2024. 1. 31.", "2024. 2. 1."], "%Y. %m. %d."),
        (["2024년 1월 31일", "2024년 12월 1일"], "%Y년 %m월 %d일"),
        (["31.01.2024", "1.2.2024"], "%d.%m.%Y"),
        (["31/01/2024", "01/02/2024"], "%d/%m/%Y"),
        (["01/02/2024", "01/31/2024"], "%m/%d/%Y"),
        (["31.1.24", "1.2.24"], "%d.%m.%y"),
        (["31 Jan 2024", "1 Feb 2024"], "%d %b %Y"),
        (["January 31, 2024", "June 1, 2024"], "%B %d, %Y"),
        (["2024-01-31 23:59", "2024-01-31 9:05"], "%Y-%m-%d %H:%M"),
        (["2024-01-31T23:59:01", "2024-01-31T00:00:00"], "%Y-%m-%dT%H:%M:%S"),
        (["2024-01-31T23:59:01Z", "2024-01-31T00:00:00Z"], "%Y-%m-%dT%H:%M:%SZ"),
        (["2024-01-31T23:59:01+09:00", "2024-01-31T00:00:00-05:00"], "%Y-%m-%dT%H:%M:%S%z"),
        (["01/31/2024 11:59 PM", "2/1/2024 1:05 AM"], "%m/%d/%Y %I:%M %p"),
        (["31/01/2024 23:59:01.25", "01/02/2024 00:00:00.5"], "%d/%m/%Y %H:%M:%S.%f"),
        (["2024-01", "2023-12"], "%Y-%m"),
    ],
)
def test_forms_of_dates_and_times_are_told_by_all_cells(cells, form):
    found = column([*cells, "", *cells], "when")
    assert (found.kind, found.form, found.remark) == ("date", form, "")


def test_eight_digits_are_a_date_where_the_name_says_so():
    cells = [20240101 + row % 28 for row in range(N)]
    assert column(cells, "order date").form == "%Y%m%d" and column(cells, "amount").kind == "number"


def test_a_date_that_could_be_read_two_ways_is_read_like_the_others():
    open_cells = [f"{row % 12 + 1:02d}/{row % 11 + 1:02d}/2024" for row in range(N)]
    european = [f"{row % 28 + 1:02d}/03/2024" for row in range(N)]
    american = [f"03/{row % 28 + 1:02d}/2024" for row in range(N)]
    found = profile_columns(table(a=open_cells, b=european))
    assert (found["a"].form, found["a"].remark) == ("%d/%m/%Y", "the day first: as in b")
    assert profile_columns(table(a=open_cells, b=american))["a"].form == "%m/%d/%Y"
    alone = profile_columns(table(a=open_cells))["a"]
    assert (alone.form, alone.remark) == ("%m/%d/%Y", "the month first: a guess")
    assert profile_columns(table(a=open_cells), day_first=True)["a"].form == "%d/%m/%Y"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customerID", ["customer", "id"]),
        ("HTTPServerNo", ["http", "server", "no"]),
        ("Customer Id", ["customer", "id"]),
        ("고객 번호", ["고객", "번호"]),
        ("paid", ["paid"]),
    ],
)
def test_the_words_of_a_name_are_found(name, words):
    assert words_of(name) == words


CELLS = st.lists(st.one_of(st.just(""), st.text(max_size=6), st.integers().map(str), st.floats().map(str)), min_size=1)


@given(CELLS)
def test_whatever_is_used_can_be_read_as_what_it_is(cells):
    cells = ["" if cell.strip() in ("nan", "NaN") else cell.strip() for cell in cells]
    found = profile_columns(table(x=cells))["x"]
    if found.use == "numeric":
        read_numbers(table(x=cells), "x")
    if found.use == "date":
        read_dates(table(x=cells), "x", found.form)
    assert found.num_missing == cells.count("") and found.num_rows == len(cells)
