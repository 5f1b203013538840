"""Flags, which say what is unusual about each row, and the tally of them over all rows."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError

NUM_PLACES = 3  # named for each reason
NUM_REASONS = 5  # named in the summary
NUM_RAGGED = 10  # rows of a wrong length that are named


class Flags:
    """What is unusual about the rows of one chunk."""

    def __init__(self) -> None:
        self.texts: dict[int, list[str]] = {}  # row -> what is unusual about it
        self.rows: dict[str, NDArray[np.int64]] = {}  # reason -> rows

    def add(self, reason: str, rows: NDArray[np.int64], found: Iterable[str] | None = None) -> None:
        """Flag some rows for one reason; found: what each of them has instead."""
        if len(rows):
            self.rows[reason] = rows
            texts = [reason] * len(rows) if found is None else [f"{reason}: {cell}" for cell in found]
            for row, text in zip(rows.tolist(), texts, strict=True):
                self.texts.setdefault(row, []).append(text)

    def column(self, num_rows: int) -> NDArray[np.object_]:
        """Return the column `flags`, (rows,): texts, "" where nothing is unusual."""
        column = np.full(num_rows, "", dtype=object)
        for row, texts in self.texts.items():
            column[row] = "; ".join(texts)
        return column


class Tally:
    """Counts of what was unusual about all rows or pictures."""

    def __init__(self, unit: str = "row") -> None:
        self._unit = unit
        self.num_rows = 0
        self.num_flagged = 0
        self.reasons: Counter[str] = Counter()
        self.places: dict[str, list[str]] = {}  # reason -> where its first rows are
        self.num_ragged = 0
        self.ragged_places: list[str] = []  # the first

    def add(self, num_rows: int, flags: Flags, place: Callable[[int], str]) -> None:
        """Count the flags of a chunk; place: says where in the input a row of the chunk is."""
        self.num_rows += num_rows
        self.num_flagged += len(flags.texts)
        for reason, rows in flags.rows.items():
            self.reasons[reason] += len(rows)
            known = self.places.setdefault(reason, [])
            known += [place(row) for row in rows[: NUM_PLACES - len(known)]]

    def add_ragged(self, places: Sequence[str]) -> None:
        """Count rows with a wrong number of cells, by where each is."""
        self.num_ragged += len(places)
        self.ragged_places += places[: NUM_RAGGED - len(self.ragged_places)]

    def tell_ragged(self) -> None:
        """Print the first rows of a wrong length on stderr."""
        if count := self.num_ragged:
            more = ", ..." if count > len(self.ragged_places) else ""
            print(
                f"predict: {count:,} row{'s have' if count > 1 else ' has'} a wrong number of cells and no prediction: "
                f"{', '.join(self.ragged_places)}{more}",
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
        """Return one line: how many rows, how many flagged, and the most frequent reasons."""
        text = f"{self.num_rows:,} {self._unit}{'s' if self.num_rows != 1 else ''}, {self.num_flagged:,} flagged"
        if self.reasons:
            top = [f"{reason} ({count:,})" for reason, count in self.reasons.most_common(NUM_REASONS)]
            more = len(self.reasons) - len(top)
            text += f": {', '.join(top)}{f' and {more} more reasons' if more else ''}"
        return text
