"""What is unusual about rows: a text for each, and how often each reason was met."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError

NUM_LINES = 3  # that are named for each reason
NUM_REASONS = 5  # in the summary
NUM_RAGGED = 10  # rows of a wrong length that are named


class Flags:
    """What is unusual about some rows."""

    def __init__(self) -> None:
        self.texts: dict[int, list[str]] = {}  # by row
        self.rows: dict[str, NDArray[np.int64]] = {}  # by reason

    def add(self, reason: str, rows: NDArray[np.int64], found: Iterable[str] | None = None) -> None:
        """found: what each row has, in their order."""
        if len(rows):
            self.rows[reason] = rows
            texts = [reason] * len(rows) if found is None else [f"{reason}: {cell}" for cell in found]
            for row, text in zip(rows.tolist(), texts, strict=True):
                self.texts.setdefault(row, []).append(text)

    def column(self, num_rows: int) -> NDArray[np.object_]:
        """(rows,) "" where nothing is unusual."""
        column = np.full(num_rows, "", dtype=object)
        for row, texts in self.texts.items():
            column[row] = "; ".join(texts)
        return column


class Tally:
    """Counts of what was unusual about all rows, or pictures."""

    def __init__(self, unit: str = "row") -> None:
        self._unit = unit
        self.num_rows = 0
        self.num_flagged = 0
        self.reasons: Counter[str] = Counter()
        self.places: dict[str, list[str]] = {}  # the first of each reason
        self.ragged: Counter[str] = Counter()
        self.ragged_lines: list[str] = []

    def add(self, num_rows: int, flags: Flags, place: Callable[[int], str]) -> None:
        """place: where a row is, in words."""
        self.num_rows += num_rows
        self.num_flagged += len(flags.texts)
        for reason, rows in flags.rows.items():
            self.reasons[reason] += len(rows)
            known = self.places.setdefault(reason, [])
            known += [place(row) for row in rows[: NUM_LINES - len(known)]]

    def add_ragged(self, places: Sequence[str]) -> None:
        """Rows with a wrong number of cells."""
        self.ragged["rows"] += len(places)
        self.ragged_lines += places[: NUM_RAGGED - len(self.ragged_lines)]

    def tell_ragged(self) -> None:
        """Name the first rows of a wrong length on stderr."""
        if count := self.ragged["rows"]:
            more = ", ..." if count > len(self.ragged_lines) else ""
            print(
                f"predict: {count:,} row{'s have' if count > 1 else ' has'} a wrong number of cells and no prediction: "
                f"{', '.join(self.ragged_lines)}{more}",
                file=sys.stderr,
            )

    def refuse(self, where: str) -> None:
        """Raise `UserError` where anything is unusual."""
        if self.num_flagged:
            lines = []
            for reason, count in self.reasons.most_common():
                places = self.places[reason]
                lines.append(f"{reason}: {count:,} ({', '.join(places)}{', ...' if count > len(places) else ''})")
            raise UserError(
                where,
                "\n    ".join([f"{self.num_flagged:,} of {self.num_rows:,} {self._unit}s are unusual", *lines]),
                f"{self._unit}s such as the model was trained on (--strict)",
                "correct them, or leave --strict out; nothing was written",
            )

    def summary(self) -> str:
        """One line."""
        text = f"{self.num_rows:,} {self._unit}{'s' if self.num_rows != 1 else ''}, {self.num_flagged:,} flagged"
        if self.reasons:
            top = [f"{reason} ({count:,})" for reason, count in self.reasons.most_common(NUM_REASONS)]
            more = len(self.reasons) - len(top)
            text += f": {', '.join(top)}{f' and {more} more reasons' if more else ''}"
        return text
