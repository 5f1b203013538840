"""Columns of numbers from which the target follows by arithmetic: sums, differences, products, ratios of sums."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_dates, parse_numbers
from percept.dataset.table import Table
from percept.errors import listed
from percept.profiling.columns import ColumnProfile

SAMPLE_ROWS = 3000
FIT_ROWS = 1000  # or FEW_ROWS_EACH for each column, which keeps wide tables quick
FEW_ROWS, FEW_ROWS_EACH = 50, 3  # in all, and for each column
MAX_COLUMNS = 400  # those most correlated with the target
MAX_TERMS = 6
MAX_PARTS = 4  # sets of columns that have few gaps in common
MAX_FINDS = 20
EXACT_R2 = 0.99999
RIDGE = 1e-11  # lets columns be copies of each other
ROUNDED_R2 = 0.999  # where the residuals are no larger than the rounding of the target

Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Target:
    values: Values  # (rows,)
    step: float  # to which it is rounded

    def is_met_by(self, predicted: Values) -> bool:
        """Tell whether predictions are exact, rounding aside; NaN where there is none."""
        known = np.isfinite(predicted)
        if known.sum() < max(FEW_ROWS, 0.5 * len(known)):
            return False
        values = self.values[known]
        error, spread = ((predicted[known] - values) ** 2).mean(), values.var()
        is_rounded = error <= (0.5 * self.step) ** 2
        return bool(spread > 0 and 1 - error / spread > (ROUNDED_R2 if is_rounded else EXACT_R2))

    def take(self, rows: NDArray) -> "_Target":
        return _Target(self.values[rows], self.step)


@dataclass(frozen=True)
class _Form:
    """A way in which the target may follow from a weighted sum; `other` is a column, or -1 where none takes part."""

    words: str
    other: int
    sought: Values  # (rows,) what the weighted sum should be
    undone: Callable[[Values], Values]  # the weighted sum -> the target


def identities(table: Table, target: str, columns: Iterable[ColumnProfile]) -> dict[str, str]:
    """Return columns of numbers and dates from which the target follows, and how; looked for until none is left."""
    columns = [column for column in columns if column.use in ("numeric", "date")]
    known = np.flatnonzero(table.columns[target] != "")
    rows = np.random.default_rng(0).permutation(known)[:SAMPLE_ROWS]
    answers = table.columns[target][rows]
    y = _Target(parse_numbers(answers), 10.0 ** -max((len(cell.partition(".")[2]) for cell in answers), default=0))
    cells = {column.name: table.columns[column.name][rows] for column in columns}
    x = {
        column.name: parse_dates(cells[column.name], column.form) if column.form else parse_numbers(cells[column.name])
        for column in columns
    }
    reasons: dict[str, str] = {}
    while len(reasons) < MAX_FINDS and (found := _identity(x, y)):
        words, names = found
        reasons |= dict.fromkeys(names, f"gives the target away: {target} is {words}")
        x = {name: values for name, values in x.items() if name not in names}
    return reasons


def _identity(x: dict[str, Values], y: _Target) -> tuple[str, list[str]] | None:
    """Find the first identity: what the target is, and the columns of it."""
    if len(x) < 2 or len(y.values) < FEW_ROWS:
        return None
    names, wide = list(x), np.column_stack(list(x.values()))
    for columns, values, some in _parts(wide, y):
        chosen = [names[column] for column in columns]
        if found := _sum(values, some, chosen) or _of_two(values, some, chosen):
            return found
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.abs(wide))
        log_y = np.log(np.abs(y.values))
    logs[~np.isfinite(logs)] = np.nan  # zeros count as gaps
    rows = np.flatnonzero(np.isfinite(log_y))
    for columns, values, some in _parts(logs[rows], y.take(rows), gaps_as_zero=False):
        if found := _product(values, some, [names[column] for column in columns]):
            return found
    return None


def _parts(x: Values, y: _Target, gaps_as_zero: bool = True) -> Iterator[tuple[list[int], Values, _Target]]:
    """Give sets of columns with the rows where all have a value: those without gaps first, then some with them.

    gaps_as_zero: last, all columns, a gap being 0.
    """
    gaps = np.isnan(x).sum(axis=0)
    levels = np.unique(gaps)
    for level in levels[np.unique(np.linspace(0, len(levels) - 1, MAX_PARTS).astype(int))] if len(levels) else ():
        columns = np.flatnonzero(gaps <= level)
        rows = np.flatnonzero(~np.isnan(x[:, columns]).any(axis=1))
        if len(columns) > 1 and len(rows) >= max(FEW_ROWS, FEW_ROWS_EACH * len(columns)):
            yield _narrowed(columns, x[rows][:, columns], y.take(rows))
    if gaps_as_zero and gaps.any() and len(x) >= max(FEW_ROWS, FEW_ROWS_EACH * x.shape[1]):
        yield _narrowed(np.arange(x.shape[1]), np.nan_to_num(x), y)


def _narrowed(columns: NDArray[np.int64], x: Values, y: _Target) -> tuple[list[int], Values, _Target]:
    """Keep the columns most correlated with the target, and as many rows as these need."""
    varied = np.flatnonzero(x.std(axis=0) > 0)
    centred, target = x[:, varied] - x[:, varied].mean(axis=0), y.values - y.values.mean()
    order = np.argsort(-np.abs(centred.T @ target) / (np.linalg.norm(centred, axis=0) + 1e-300))[:MAX_COLUMNS]
    kept = varied[np.sort(order)]
    rows = np.arange(min(len(x), max(FIT_ROWS, FEW_ROWS_EACH * len(kept))))
    return columns[kept].tolist(), x[rows][:, kept], y.take(rows)


def _sum(x: Values, y: _Target, names: Sequence[str]) -> tuple[str, list[str]] | None:
    form = _Form("", -1, y.values, lambda predicted: predicted)
    return _named("a weighted sum of", _terms(x, y, form), names)


def _named(words: str, terms: list[int], names: Sequence[str]) -> tuple[str, list[str]] | None:
    chosen = [names[term] for term in terms]
    return (f"{words} {listed(chosen)}", chosen) if terms else None


def _of_two(x: Values, y: _Target, names: Sequence[str]) -> tuple[str, list[str]] | None:
    """Find a weighted sum times, over or under one column; the shortest such."""
    forms = list(_forms(x, y.values))
    if not forms:
        return None
    design = _design(x)
    fitted = design @ _weights(design, np.column_stack([form.sought for form in forms]))
    with np.errstate(divide="ignore", invalid="ignore"):
        likely = [form for form, sums in zip(forms, fitted.T, strict=True) if y.is_met_by(form.undone(sums))]
    found = [(form, terms) for form in likely[:MAX_TERMS] if (terms := _terms(x, y, form))]
    if not found:
        return None
    form, terms = min(found, key=lambda one: len(one[1]))
    other, rest = names[form.other], [names[term] for term in terms if term != form.other]
    words = form.words.format(other, listed(rest) if len(rest) < 2 else f"a weighted sum of {listed(rest)}")
    return words, [other, *rest]


def _forms(x: Values, y: Values) -> Iterator[_Form]:
    for other, column in enumerate(x.T):
        yield from _forms_with(other, column, y)


def _forms_with(other: int, column: Values, y: Values) -> Iterator[_Form]:
    yield _Form("{1} over {0}", other, y * column, lambda sums: sums / column)
    if column.all():
        yield _Form("{0} times {1}", other, y / column, lambda sums: sums * column)
    if y.all():
        yield _Form("{0} over {1}", other, column / y, lambda sums: column / sums)


def _product(logs: Values, y: _Target, names: Sequence[str]) -> tuple[str, list[str]] | None:
    sign = np.sign(y.values)
    log_y = np.log(np.abs(y.values))
    if not log_y.std():
        return None
    terms = _terms(logs, y, _Form("", -1, log_y, lambda predicted: sign * np.exp(np.clip(predicted, -700, 700))))
    return _named("a product of powers of", terms, names)


def _design(x: Values) -> Values:
    """Standardise columns, and put one of ones before them."""
    return np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)])


def _weights(design: Values, sought: Values) -> Values:
    """Return least-squares weights by the normal equations: much faster than by singular values, and exact enough."""
    gram = design.T @ design / len(design) + RIDGE * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(gram, design.T @ sought / len(design)), np.float64)


def _terms(x: Values, y: _Target, form: _Form) -> list[int]:
    """Return the fewest columns found that the form needs, at least two, or none."""
    design = _design(x)
    if not _meets(design, y, form):
        return []
    weights = np.abs(_weights(design, form.sought)[1:])
    order = np.argsort(-weights, kind="stable").tolist()
    sizes = range(1, MAX_TERMS + 1)
    size = next((size for size in sizes if _meets(design[:, [0, *(term + 1 for term in order[:size])]], y, form)), None)
    if size is None:
        return []
    terms = order[:size]
    for term in sorted(terms, key=lambda term: weights[term]):
        fewer = [other for other in terms if other != term]
        if _meets(design[:, [0, *(other + 1 for other in fewer)]], y, form):
            terms = fewer
    involved = sorted({*terms, form.other} - {-1})
    return involved if 2 <= len(involved) <= MAX_TERMS else []


def _meets(design: Values, y: _Target, form: _Form) -> bool:
    """Tell whether the best weighted sum gives the target."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return y.is_met_by(form.undone(design @ _weights(design, form.sought)))
