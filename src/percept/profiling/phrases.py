"""Phrases for comments, messages and the overview: texts on one line, lists of names, what a column holds."""

from datetime import timedelta

from percept.dataset.cells import EPOCH
from percept.errors import listed
from percept.profiling.columns import ColumnProfile


def one_line(text: str) -> str:
    """Bring a text to one line of printable characters, whatever the data hold: what breaks lines or turns them."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def shorten(text: str, limit: int = 24) -> str:
    """Bring a text of the data to one line of at most `limit` characters, for a comment or a message."""
    text = one_line(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quoted_names(columns: list[str]) -> str:
    """Quote and join column names for a message."""
    return listed(map(repr, columns), 20)


def percent(part: float) -> str:
    """Write a fraction of 1 as a percentage."""
    return f"{100 * part:.1f} %"


def contents(column: ColumnProfile) -> str:
    """Describe in a few words what a column holds."""
    if column.form:
        first, last = ((EPOCH + timedelta(days=end)).date().isoformat() for end in (column.low, column.high))
        return f"{first} to {last}"
    if column.kind in ("number", "identifier") and column.is_number:
        low, high = (
            f"{end:.0f}" if column.whole and abs(end) < 1e15 else f"{end:.6g}" for end in (column.low, column.high)
        )
        return f"{'whole numbers' if column.whole else 'numbers'} from {low} to {high}"
    if column.kind in ("identifier", "free text", "mixed"):
        return f"{column.num_values} different values, such as {shorten(column.values[0][0])}"
    if not column.values:
        return "nothing"
    if column.num_values == 1:
        return shorten(column.values[0][0])
    return f"{column.num_values} values: {listed((shorten(value) for value, _ in column.values[:3]), 3)}" + (
        ", ..." if column.num_values > 3 else ""
    )
