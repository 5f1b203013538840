"""Profile each column of a table: a number, a category, a date, or nothing to learn from, and why."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_dates, parse_numbers
from percept.dataset.table import Table
from percept.profiling.date_formats import (
    DIGITS,
    USUAL,
    are_digit_dates,
    are_rivals,
    century,
    date_forms,
    order_of,
    preferred,
    reads,
    usual_form,
)
from percept.profiling.units import several_units
from percept.profiling.vocabulary import num_shared_words

FEW_ROWS = 20  # with fewer, values that are equal or distinct in all rows may be so by chance
MANY_VALUES = 50  # of a category
NEARLY_ALL = 0.7  # values of texts by rows; with more, nearly each text stands alone, and names its row
SHOWN_VALUES = 30
FEW_DATES = 10  # different ones; with fewer, texts that look so may be something else
NUM_WORDS = 4  # of a free text, on average

SEVERAL_WORDS = 2  # of a text, on average: with fewer it is a name

Kind = Literal["number", "yes/no", "category", "date", "identifier", "free text", "mixed", "constant", "empty"]

YES = {"yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí", "sim", "예", "네", "유", "o"}
NO = {"no", "n", "false", "f", "0", "off", "nein", "non", "não", "아니오", "아니요", "무", "x"}
ID_WORDS = {"id", "uuid", "guid", "번호", "아이디"}
COUNTING_WORDS = {*ID_WORDS, "no", "nr", "num", "number", "key", "index", "idx", "row", "code", "name", "#"}
CODE_WORDS = {"zip", "zipcode", "postcode", "postal", "plz", "phone", "tel", "우편번호", "전화번호"}
UNNAMED = re.compile(r"(Unnamed: \d+)?")  # as pandas calls a column without a name: most often row numbers
DATE_WORDS = {"date", "day", "datum", "time", "joined", "since", "일자", "날짜"}


@dataclass(frozen=True)
class ColumnProfile:
    """What one column of a table holds."""

    name: str
    kind: Kind
    num_rows: int
    num_missing: int
    num_values: int  # distinct ones
    values: tuple[tuple[str, int], ...]  # the most frequent, with their number of rows
    low: float = np.nan  # of numbers; of dates in days since 1970
    high: float = np.nan
    whole: bool = False  # numbers without a fraction
    form: str | None = None  # of dates, also where other texts are among them
    first_text: str = ""  # mixed: the first text among numbers or dates, with its line
    remark: str = ""  # what a person should know
    num_words: int = 0  # of free texts that share words: how many words can be learned of
    unit: str = ""  # that was taken off the numbers, as in source.units

    @property
    def num_present(self) -> int:
        return self.num_rows - self.num_missing

    @property
    def missing_share(self) -> float:
        return self.num_missing / self.num_rows

    @property
    def is_number(self) -> bool:
        """Whether all cells are numbers, even if they only name something."""
        return self.form is None and not np.isnan(self.low)

    @property
    def mixture(self) -> str:
        """Return what is mixed, and where the first text stands."""
        return f"{'dates' if self.form else 'numbers'} and texts ({self.first_text})"

    @property
    def use(self) -> Literal["numeric", "category", "date", "text", "drop"]:
        """How the network should use the column, as far as its cells tell."""
        if self.kind == "number" or (self.kind == "yes/no" and self.is_number):
            return "numeric"
        if self.kind in ("yes/no", "category"):
            return "category"
        if self.kind == "free text" and self.num_words:
            return "text"
        return "date" if self.kind == "date" else "drop"


def profile_columns(table: Table, day_first: bool = False, this_year: int | None = None) -> dict[str, ColumnProfile]:
    """Profile every column, by name.

    day_first: how to read dates that leave it open, unless another column shows the order; this_year: that of the
    clock, if it is not given: years of two digits are not beyond the next.
    """
    columns = {name: profile_column(name, cells, table.lines, table.unit) for name, cells in table.columns.items()}
    dates = [column for column in columns.values() if column.kind == "date"]
    sure = [column for column in dates if not column.remark]
    orders = {order: column.name for column in sure if (order := order_of(column.form or "")) is not None}
    known, why = day_first, "a guess"
    if len(orders) == 1:
        known, name = next(iter(orders.items()))
        why = f"as in {name}"
    for name, column in ((column.name, column) for column in dates if column.remark):
        form = preferred(date_forms(set(table.columns[name]) - {""}), known)
        first = "day" if order_of(form) else "month"
        columns[name] = replace(column, remark=f"the {first} first: {why}", **_date_fields(table.columns[name], form))
    for entry in table.text.units:
        columns[entry.column] = replace(columns[entry.column], unit=entry.unit)
    this_year = this_year or date.today().year
    return {name: _with_century(column, table.columns[name], this_year) for name, column in columns.items()}


def _with_century(column: ColumnProfile, cells: NDArray[np.object_], this_year: int) -> ColumnProfile:
    """Decide which years are meant where dates give two digits of them."""
    if "%y" not in (column.form or ""):
        return column
    days = parse_dates(cells, column.form or "")
    fields = _date_fields(cells, century(column.form or "", days[~np.isnan(days)], this_year))
    return replace(column, **fields)


def profile_column(
    name: str, cells: NDArray[np.object_], lines: NDArray[np.int64], unit: str = "line"
) -> ColumnProfile:
    """Profile one column of text cells, (rows,); "" stands for a missing cell."""
    counts = Counter(cells.tolist())
    num_missing = counts.pop("", 0)
    found = ColumnProfile(
        name, "empty", len(cells), num_missing, len(counts), tuple(counts.most_common(SHOWN_VALUES + 1))
    )
    if not counts:
        return found
    distinct = np.array(list(counts), dtype=object)
    numbers = parse_numbers(distinct)
    are_numbers = ~np.isnan(numbers)
    if are_numbers.all() and not _are_codes(name, distinct):
        return _profile_numbers(found, distinct, numbers)
    if len(counts) == 1:
        return replace(found, kind="category" if num_missing else "constant")
    forms = date_forms(counts)
    if forms:
        doubt = "day or month first" if are_rivals(forms) else ""
        return replace(found, kind="date", remark=doubt, **_date_fields(distinct, forms[0]))
    form = usual_form(counts)
    fits = are_numbers if form is None else np.array([reads(form, value) for value in distinct])
    share = sum(counts[value] for value in distinct[fits]) / found.num_present
    if not fits.all() and share > USUAL and fits.sum() > (SHOWN_VALUES if form is None else FEW_DATES):
        row = np.flatnonzero(np.isin(cells, distinct[~fits]))[0]
        remark = f"{100 * (1 - share):.1f} % of the cells are not {'numbers' if form is None else 'dates'}"
        dates = {} if form is None else _date_fields(distinct[fits], form)
        first_text = f"{unit} {lines[row]}: {cells[row]!r}"
        return replace(found, kind="mixed", first_text=first_text, remark=remark, **dates)
    return _profile_texts(found, counts)


def _date_fields(cells: NDArray[np.object_], form: str) -> dict[str, Any]:
    """Return the fields of a profile that dates in this form have."""
    days = parse_dates(cells, form)
    return {"form": form, "low": float(np.nanmin(days)), "high": float(np.nanmax(days))}


def words_of(name: str) -> list[str]:
    """Split a column's name into lower-case words: customerID, customer_id and "Customer Id" give the same."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+|#", name)]


def is_named(name: str, words: set[str]) -> bool:
    """Tell whether one of the words is in a name; Korean words need no space before them."""
    return not words.isdisjoint(words_of(name)) or any(word in name for word in words if not word.isascii())


def _are_codes(name: str, distinct: NDArray[np.object_]) -> bool:
    """Tell whether digits are codes and measure nothing: leading zeros, or the name of a postcode."""
    return is_named(name, CODE_WORDS) or any(value[0] == "0" and value[1:].isdecimal() for value in distinct.tolist())


def _profile_numbers(
    found: ColumnProfile, distinct: NDArray[np.object_], numbers: NDArray[np.float64]
) -> ColumnProfile:
    """Tell dates, yes and no, identifiers and constants among numbers."""
    whole = bool((numbers % 1 == 0).all())
    found = replace(found, kind="number", low=float(numbers.min()), high=float(numbers.max()), whole=whole)
    num_present = found.num_present
    different = len(set(numbers.tolist()))
    if different == 1:
        return replace(found, kind="constant")
    if is_named(found.name, DATE_WORDS) and are_digit_dates(distinct):
        return replace(found, kind="date", whole=False, **_date_fields(distinct, DIGITS))
    if set(distinct) == {"0", "1"}:
        return replace(found, kind="yes/no")
    if not whole:
        return found
    all_differ = different >= 0.95 * num_present and num_present >= FEW_ROWS
    # Row numbers from 0 or 1, of which some rows may have gone.
    counts_rows = different == num_present and found.low in (0, 1) and found.high - found.low < 1.1 * different
    if all_differ and (is_named(found.name, COUNTING_WORDS) or UNNAMED.fullmatch(found.name) or counts_rows):
        return replace(found, kind="identifier")
    if is_named(found.name, ID_WORDS):
        if different > MANY_VALUES:
            return replace(found, kind="identifier", remark="rows share values: --group keeps them in one part")
        return replace(found, kind="category", remark="numbers that name something")
    return found


def _profile_texts(found: ColumnProfile, counts: Counter[str]) -> ColumnProfile:
    """Tell yes and no, free text, identifiers and categories apart."""
    num_present = found.num_present
    texts = list(counts)[:1000]
    num_words = sum(len(text.split()) for text in texts) / len(texts)
    lowered = {value.lower() for value in texts}
    if len(counts) == 2 and lowered & YES and lowered & NO:
        return replace(found, kind="yes/no")
    all_differ = len(counts) >= 0.95 * num_present
    is_free = num_words >= NUM_WORDS and len(counts) > max(0.3 * num_present, 2) and num_present >= FEW_ROWS
    is_several = num_words >= SEVERAL_WORDS and len(counts) > NEARLY_ALL * found.num_rows
    if (is_free or is_several) and not is_named(found.name, ID_WORDS) and (shared := num_shared_words(counts)):
        return replace(found, kind="free text", num_words=shared, remark=f"{shared} words stand in several of them")
    if is_free:
        return replace(found, kind="free text")
    if all_differ and (num_present >= FEW_ROWS or is_named(found.name, ID_WORDS)):
        return replace(found, kind="identifier", remark=several_units(texts))
    if is_named(found.name, ID_WORDS) and len(counts) > MANY_VALUES:
        return replace(found, kind="identifier", remark="rows share values: --group keeps them in one part")
    if len(counts) > NEARLY_ALL * found.num_rows and num_present >= FEW_ROWS:
        few = f"{len(counts)} texts in {found.num_rows} rows; --category keeps them"
        return replace(found, kind="identifier", remark=several_units(texts) or few)
    return replace(found, kind="category", remark=several_units(texts))
