"""Predict rows of a table, and flag cells that the model was not trained for."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import number_code, parse_dates, parse_numbers
from percept.dataset.contract import Contract, Date, Number, Range, shown, violations
from percept.dataset.formats import folded, plain_numbers
from percept.dataset.formula import column_names, derived
from percept.files.csv_stream import TableChunk
from percept.prediction.flags import Flags
from percept.prediction.model import ShippedModel
from percept.prepared.raw_inputs import as_raw_inputs, as_shipped

SHOWN = ("no ", "none of ", "not ")  # how rules begin whose cell is worth showing
MAX_SHOWN = 40  # characters of a cell
MARGIN = 0.1  # of the range of the training rows: a new row a little beyond it is no surprise


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
        self._contracts = self._rules(model.metadata.contract)

    def predict(self, rows: TableChunk) -> tuple[dict[str, NDArray], Flags]:
        """Return the columns of `ShippedModel.outputs`, and what is unusual about the rows."""
        columns = {name: self._coded(name, rows.columns[name]) for name in self._model.columns}
        flags = Flags()
        usable = np.ones(len(rows.lines), bool)
        _flag_ragged(rows, usable, flags)
        broken = self._flag_violations(columns, usable, flags)
        self._flag_ranges(columns, broken, usable, flags)
        raw = self._raw_inputs(columns)
        for name in self._table.required:
            unknown = usable & np.isnan(raw[name][:, 0])
            flags.add(f"no prediction without {name}", np.flatnonzero(unknown))
            usable = usable & ~unknown
        return self._model.predict(raw, usable), flags

    def _coded(self, name: str, cells: Sequence[str]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        """Return the distinct cells, "" for a missing one, and the index of each row's: only these few are parsed."""
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
        return np.array(texts, dtype=object), index

    def _flag_violations(
        self, columns: dict[str, tuple[NDArray, NDArray]], usable: NDArray[np.bool_], flags: Flags
    ) -> dict[str, NDArray[np.bool_]]:
        """Flag the cells that break a rule, in rows that have the right number of cells; return which break one."""
        found_broken = {name: np.zeros(len(values), bool) for name, (values, _) in columns.items()}
        for contract in self._contracts:
            name = next(iter(contract.columns))
            values, index = columns[name]
            for _, rule, broken in violations(contract, {name: values}):
                found_broken[name] |= broken
                rows = np.flatnonzero(broken[index] & usable)
                verb = "is " if rule.startswith(("no ", "not ")) else ""
                found = [_shown(values[code]) for code in index[rows]] if rule.startswith(SHOWN) else None
                flags.add(f"{name} {verb}{rule}", rows, found)
        return found_broken

    def _flag_ranges(
        self,
        columns: dict[str, tuple[NDArray, NDArray]],
        broken: dict[str, NDArray[np.bool_]],
        usable: NDArray[np.bool_],
        flags: Flags,
    ) -> None:
        """Flag the cells that the contract allows, and that are far from all of the training rows."""
        for name, found in self._model.metadata.ranges.items():
            values, index = columns[name]
            for reason, far in _far(values, found):
                rows = np.flatnonzero((far & ~broken[name])[index] & usable)
                flags.add(f"{name} {reason}", rows)

    def _raw_inputs(self, columns: dict[str, tuple[NDArray, NDArray]]) -> dict[str, NDArray]:
        numbers, days, texts = {}, {}, {}
        for name, (values, index) in columns.items():
            if name in self._dates:
                days[name] = parse_dates(values, self._table.date[name])[index]
            elif name in self._numeric:
                numbers[name] = parse_numbers(values)[index]
            else:
                texts[name] = values[index]
        numbers |= {name: derived(formula, numbers) for name, formula in self._derive.items()}
        inputs = self._model.metadata.inputs
        return as_shipped(inputs, as_raw_inputs(inputs, texts, numbers, days))

    def _rules(self, contract: Contract) -> list[Contract]:
        """Make a contract of one rule each: those of the columns that are read, and that dates and numbers are such."""
        rules = []
        for name in self._model.columns:
            given = contract.columns.get(name)
            if given:  # only the whole file can tell whether a value is unique
                rules.append((name, given.model_copy(update={"unique": False})))
            if name in self._dates and not isinstance(given, Date):
                rules.append((name, Date(type="date", format=self._table.date[name])))
            if name in self._numeric and not isinstance(given, Number):
                rules.append((name, Number(type="number")))
        return [Contract(columns={name: rule}) for name, rule in rules]


def _far(cells: NDArray[np.object_], found: Range) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Find the cells that are outside of a range by more than the margin."""
    if found.min is None or found.max is None:
        return  # the training rows hold no value
    if isinstance(found, Date):
        values, (low, high) = parse_dates(cells, found.format), found.days([found.min, found.max]).tolist()
    else:
        values, low, high = parse_numbers(cells), found.min, found.max
    margin = MARGIN * (high - low)
    yield f"below {shown(found.min)}, the lowest of the training rows", values < low - margin
    yield f"above {shown(found.max)}, the highest of the training rows", values > high + margin


def _flag_ragged(rows: TableChunk, usable: NDArray[np.bool_], flags: Flags) -> None:
    """Flag rows with a wrong number of cells, and mark them as not usable."""
    for count in sorted(set(rows.num_cells.values())):
        wrong = np.array([row for row, found in rows.num_cells.items() if found == count])
        usable[wrong] = False
        flags.add(f"{count} cell{'s' if count != 1 else ''} instead of {rows.width}", wrong)


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= MAX_SHOWN else f"{cell[:MAX_SHOWN]}...")
