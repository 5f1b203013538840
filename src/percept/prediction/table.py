"""Predict rows of a table, and flag cells that the model was not trained for."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import number_code, parse_dates, parse_numbers
from percept.dataset.contract import ColumnRule, Contract, Date, Number, violations
from percept.dataset.formats import folded, plain_numbers
from percept.dataset.formula import column_names, derived
from percept.files.csv_stream import TableChunk
from percept.prediction.flags import Flags
from percept.prediction.model import ShippedModel
from percept.prediction.ranges import usual
from percept.prepared.raw_inputs import as_raw_inputs, as_shipped

SHOWN = ("no ", "none of ", "not ")  # how rules begin whose cell is worth showing
MAX_SHOWN = 40  # characters of a cell


@dataclass(frozen=True)
class _Column:
    """A column of some rows."""

    cells: NDArray[np.object_]  # distinct ones, "" for a missing one
    values: NDArray  # of the same: days, numbers, or the texts as they are
    index: NDArray[np.int64]  # (rows,) of the cell of each


class Predictor:
    """Predicts the rows of a table."""

    def __init__(self, model: ShippedModel) -> None:
        self._model, self._table = model, model.table
        self._missing = frozenset(self._table.text.missing)
        self._plain = plain_numbers(self._table.text, model.columns)
        read = [column for column in model.metadata.inputs if column.kind == "numeric" and not column.date]
        self._derive = self._table.derive
        operands = {name for formula in self._derive.values() for name in column_names(formula)}
        self._numeric = operands | {column.name for column in read if column.name not in self._derive}
        self._dates = {column.date for column in model.metadata.inputs if column.date}
        self._contracts = {name: self._rules(name) for name in model.columns}
        self._usual = {name: usual(found) for name, found in model.metadata.ranges.items()}

    def predict(self, rows: TableChunk) -> tuple[dict[str, NDArray], Flags]:
        """Return the columns of `ShippedModel.outputs`, and what is unusual about the rows."""
        columns = {name: self._column(name, rows.columns[name]) for name in self._model.columns}
        flags = Flags()
        usable = np.ones(len(rows.lines), bool)
        _flag_ragged(rows, usable, flags)
        for name, column in columns.items():
            self._flag_cells(name, column, usable, flags)
        raw = self._raw_inputs({name: column.values[column.index] for name, column in columns.items()})
        for name in self._table.required:
            unknown = usable & np.isnan(raw[name][:, 0])
            flags.add(f"no prediction without {name}", np.flatnonzero(unknown))
            usable = usable & ~unknown
        return self._model.predict(raw, usable), flags

    def _column(self, name: str, cells: Sequence[str]) -> _Column:
        """Find the distinct cells: only these few are parsed."""
        codes: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        found = itemgetter(*cells)(codes) if len(cells) > 1 else (codes[cells[0]],)
        index = np.fromiter(found, np.int64, len(cells))
        texts = [cell.strip() for cell in codes]
        texts = ["" if text in self._missing else text for text in texts]
        if name in self._table.text.fold:
            texts = list(map(folded, texts))
        if plain := self._plain[name]:
            texts = list(map(plain, texts))
        if name in self._table.codes:
            texts = list(map(number_code, texts))
        distinct = np.array(texts, dtype=object)
        return _Column(distinct, self._parsed(name, distinct), index)

    def _flag_cells(self, name: str, column: _Column, usable: NDArray[np.bool_], flags: Flags) -> None:
        """Flag cells that break a rule, or are far from all training rows, where the number of cells is right."""
        broken = np.zeros(len(column.cells), bool)
        for contract in self._contracts[name]:
            for _, rule, found in violations(contract, {name: column.cells}):
                broken |= found
                rows = np.flatnonzero(found[column.index] & usable)
                verb = "is " if rule.startswith(("no ", "not ")) else ""
                shown = [_shown(column.cells[code]) for code in column.index[rows]] if rule.startswith(SHOWN) else None
                flags.add(f"{name} {verb}{rule}", rows, shown)
        if training := self._usual.get(name):
            for reason, far in training.far(column.values):
                rows = np.flatnonzero((far & ~broken)[column.index] & usable)
                flags.add(f"{name} {reason} of the training rows", rows)

    def _parsed(self, name: str, cells: NDArray[np.object_]) -> NDArray:
        """Return the cells of a column as days, numbers or, as they are, texts."""
        if name in self._dates:
            return parse_dates(cells, self._table.date[name])
        return parse_numbers(cells) if name in self._numeric else cells

    def _raw_inputs(self, values: dict[str, NDArray]) -> dict[str, NDArray]:
        days = {name: column for name, column in values.items() if name in self._dates}
        numbers = {name: column for name, column in values.items() if name in self._numeric}
        texts = {name: column for name, column in values.items() if name not in days | numbers}
        numbers |= {name: derived(formula, numbers) for name, formula in self._derive.items()}
        inputs = self._model.metadata.inputs
        return dict(as_shipped(inputs, as_raw_inputs(inputs, texts, numbers, days)))

    def _rules(self, name: str) -> list[Contract]:
        """Make a contract of one rule each: that of a column that is read, and that dates and numbers are such."""
        rules: list[ColumnRule] = []
        given = self._model.metadata.contract.columns.get(name)
        if given:  # only the whole file can tell whether a value is unique
            rules.append(given.model_copy(update={"unique": False}))
        if name in self._dates and not isinstance(given, Date):
            rules.append(Date(type="date", format=self._table.date[name]))
        if name in self._numeric and not isinstance(given, Number):
            rules.append(Number(type="number"))
        return [Contract(columns={name: rule}) for rule in rules]


def _flag_ragged(rows: TableChunk, usable: NDArray[np.bool_], flags: Flags) -> None:
    """Flag rows with a wrong number of cells, and mark them as not usable."""
    for count in sorted(set(rows.num_cells.values())):
        wrong = np.array([row for row, found in rows.num_cells.items() if found == count])
        usable[wrong] = False
        flags.add(f"{count} cell{'s' if count != 1 else ''} instead of {rows.width}", wrong)


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= MAX_SHOWN else f"{cell[:MAX_SHOWN]}...")
