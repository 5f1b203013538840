"""Some columns of a CSV file of any size, chunk by chunk; rows of a wrong length are reported, not refused."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader

from percept.dataset.formats import CsvFormat
from percept.errors import UserError, listed, nearest
from percept.files.csv import CsvRows, Row
from percept.files.limits import Limits

ADVICE = "correct the file: the model reads it as its own training rows were read"


@dataclass(frozen=True)
class TableChunk:
    """Some rows of a table, with the cells of the wanted columns as text."""

    columns: Mapping[str, Sequence[str]]  # column -> its cells, (rows,)
    lines: Sequence[int]  # where each row ends in the file
    num_cells: dict[int, int] = field(default_factory=dict)  # row of a wrong length -> its cells, which count as ""
    width: int = 0  # cells that each row should have
    unit: str = "line"  # what `lines` counts

    def place(self, row: int) -> str:
        """Say where in the file a row is."""
        return f"{self.unit} {self.lines[row]}"


class CsvReader:
    """Reads the wanted columns of a CSV file."""

    def __init__(
        self,
        stream: BufferedReader,
        file: str,
        text: CsvFormat,
        wanted: Sequence[str],
        targets: Sequence[str],
        limits: Limits,
    ) -> None:
        """Find the columns. Raises `UserError`.

        file: its name in messages; targets: columns that a file without a header may lack.
        """
        self._file, self._text, self._wanted = file, text, tuple(dict.fromkeys(wanted))
        self._rows = CsvRows(stream, file, text, ADVICE, limits)
        names = self._find_names(targets)
        limits.check(file, len(names), "columns", "columns")
        self._width = len(names)
        positions = {name: index for index, name in enumerate(names)}
        self._positions = {name: positions[name] for name in self._wanted}

    def chunks(self, num_rows: int) -> Iterator[TableChunk]:
        """Give at most `num_rows` rows at a time. Raises `UserError` for what is not CSV, with the line."""
        found = False
        for rows, lines in self._rows.chunks(num_rows):
            found = True
            yield self._chunk(rows, lines)
        if not found:
            raise self._rows.no_rows()

    def _chunk(self, rows: list[Row], lines: Sequence[int]) -> TableChunk:
        num_cells = {}
        if set(map(len, rows)) != {self._width}:
            num_cells = {index: len(row) for index, row in enumerate(rows) if len(row) != self._width}
            rows = [[""] * self._width if index in num_cells else row for index, row in enumerate(rows)]
        columns = list(zip(*rows, strict=True))
        wanted = {name: columns[position] for name, position in self._positions.items()}
        for name, cells in wanted.items():
            self._rows.check_no_nul(name, cells, lines)
        return TableChunk(wanted, lines, num_cells, self._width)

    def _find_names(self, targets: Sequence[str]) -> list[str]:
        """Take the names from the header, or from the options where the first row is data. Raises `UserError`."""
        first = self._rows.first()
        if not first:
            raise self._rows.refusal("the file is empty", "rows" if self._text.columns else "a header line and rows")
        names = [cell.strip() for cell in first]
        if self._text.columns and not set(self._wanted) <= set(names):
            self._rows.put_back(first)
            return self._given_names(self._text.columns, targets, len(names))
        counts = Counter(names)
        for name in self._wanted:
            if not counts[name]:
                raise self._missing(name, names)
            if counts[name] > 1:
                raise self._rows.refusal(f"the header names {name!r} more than once", "distinct column names")
        return names

    def _given_names(self, columns: Sequence[str], targets: Sequence[str], num_cells: int) -> list[str]:
        """Return the names of a file without a header, which may lack the targets. Raises `UserError`."""
        without = [name for name in columns if name not in targets]
        for names in (columns, without):
            if len(names) == num_cells and set(self._wanted) <= set(names):
                return list(names)
        widths = " or ".join(map(str, dict.fromkeys([len(columns), len(without)])))
        raise self._rows.refusal(
            f"the first row has {num_cells} cells", f"{widths} ({listed(columns)}), or a header line that names them"
        )

    def _missing(self, name: str, names: list[str]) -> UserError:
        known = set(names)
        lacking = [wanted for wanted in self._wanted if wanted not in known]
        expected = f"the columns {listed(self._wanted, 40)}, in any order"
        if len(lacking) == len(self._wanted):
            found = f"the first line ({listed(names, 5)}) names no column that the model reads"
            advice = f"write a header line above the rows; cells are parted by {self._text.separator!r}"
            return UserError(self._file, found, expected, advice)
        others = f" (nor {listed(map(repr, lacking[1:]))})" if len(lacking) > 1 else ""
        return UserError(self._file, f"no column {name!r}{others}{nearest(name, names)}", expected, ADVICE)
