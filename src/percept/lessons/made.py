"""What a lesson makes, and how its pages get it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tabulate import tabulate

from percept.lessons.korean import in_korean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = Path("docs/lessons")
PICTURES = FOLDER / "pictures"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Cells as a page shows them, rounded so that other machines come to the same."""

    header: Row
    rows: Sequence[Row]

    def rendered(self, style: str = "github") -> str:
        return tabulate(self.rows, self.header, tablefmt=style, disable_numparse=True)

    def in_korean(self) -> "Table":
        """Return it with the words that are no names of the project in Korean."""
        return Table(in_korean(self.header), [in_korean(row) for row in self.rows])


@dataclass(frozen=True)
class Made:
    """Tables and pictures by name; a picture's name is that of its file, a table's stands in the page."""

    tables: dict[str, Table]
    pictures: dict[str, "Figure"]


def region(name: str) -> tuple[str, str]:
    """Return the lines between which a table stands in a page."""
    return f"<!-- table {name}: begin (make lessons) -->", f"<!-- table {name}: end -->"


def with_tables(page: str, tables: dict[str, Table]) -> str:
    """Return a page with these tables in place of those it has. Raises `ValueError` where one has no place."""
    for name, table in tables.items():
        begin, end = region(name)
        before, found, rest = page.partition(f"{begin}\n")
        _, closed, after = rest.partition(f"{end}\n")
        if not (found and closed):
            raise ValueError(f"the page has no {begin} ... {end}")
        page = f"{before}{begin}\n{table.rendered()}\n{end}\n{after}"
    return page


def pages(name: str) -> dict[Path, bool]:
    """Return the pages of a lesson, and of each whether it is in Korean."""
    return {FOLDER / f"{name}.md": False, FOLDER / f"{name}.ko.md": True}
