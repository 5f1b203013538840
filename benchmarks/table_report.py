"""What the results of benchmarks/tables.py say: tables in Markdown, of plain records.

A record has table, split, method, version, kind, test_rows, error, metrics, fit_s, predict_s and bytes.
"""

import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from reporting import markdown
from scipy.stats import rankdata

PERCEPT = "percept"
METRICS = {  # by kind of table: what its methods are compared by, and what is told beside it
    "binary": ("auc", "accuracy"),
    "multiclass": ("log_loss", "accuracy"),
    "regression": ("rmse", "r2"),
}
NAMES = {"auc": "AUC", "log_loss": "log loss", "rmse": "RMSE", "accuracy": "accuracy", "r2": "r2"}
RISING = ("auc", "accuracy", "r2")
SMALLEST = 1e-6  # error: an AUC of 1 would have none, and a ratio no end
NUM_DRAWS = 10_000
Result = dict


class Results:
    """Records of every method on every split of each table. Ends the process where their test rows differ."""

    def __init__(self, records: Iterable[Result], methods: Sequence[str]) -> None:
        self.methods = tuple(methods)
        self.by = {(record["table"], record["split"], record["method"]): record for record in records}
        self.kinds = {record["table"]: record["kind"] for record in self.by.values()}
        self.splits: dict[str, list[int]] = {table: [] for table in self.kinds}
        for table, split in sorted({key[:2] for key in self.by}):
            self.splits[table].append(split)
            if len({self.by[table, split, method]["test_rows"] for method in self.methods}) > 1:
                sys.exit(f"tables: the results of {table}, split {split}, are of different test rows")

    def values(self, table: str, method: str, key: str) -> NDArray[np.float64]:
        """Return a figure of each split, (splits,)."""
        return np.array([self.by[table, split, method][key] for split in self.splits[table]], np.float64)

    def errors(self) -> NDArray[np.float64]:
        """Return the mean errors, (tables, methods)."""
        means = [[self.values(table, method, "error").mean() for method in self.methods] for table in self.kinds]
        return np.maximum(means, SMALLEST)


def mean_ranks(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over tables of each method's rank, 1 for the least error; equals share theirs, (methods,)."""
    return rankdata(errors, axis=1).mean(axis=0)


def relative_to_best(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geometric mean over tables of each method's error as a multiple of the least, (methods,)."""
    return np.exp(np.log(errors / errors.min(axis=1, keepdims=True)).mean(axis=0))


def outcome(percept: NDArray[np.float64], other: NDArray[np.float64]) -> str:
    """Say who has less error on paired splits: win, loss, or a tie within one standard error of the mean difference.

    One split has no standard error: any difference counts.
    """
    gains = other - percept
    error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else 0.0
    if abs(gains.mean()) <= error:
        return "tie"
    return "win" if gains.mean() > 0 else "loss"


def ratio_interval(percept: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the geometric mean of percept's error over another's, and its 95 % interval by a bootstrap of tables."""
    logs = np.log(percept / other)
    draws = np.random.default_rng(0).integers(len(logs), size=(NUM_DRAWS, len(logs)))
    low, high = np.quantile(logs[draws].mean(axis=1), [0.025, 0.975])
    return float(np.exp(logs.mean())), float(np.exp(low)), float(np.exp(high))


def report(records: Iterable[Result], methods: Sequence[str]) -> str:
    results = Results(records, methods)
    scores = [_scores(results, kind, metric) for kind, metrics in METRICS.items() for metric in metrics]
    against = [_against(results)] if PERCEPT in methods and len(methods) > 1 else []
    return "\n\n".join(filter(None, [_head(results), *scores, _standing(results), *against, _costs(results)])) + "\n"


def _head(results: Results) -> str:
    versions: dict[str, dict[str, None]] = {method: {} for method in results.methods}
    for record in results.by.values():
        versions[record["method"]][record["version"]] = None
    told = "; ".join(f"{method}: {', '.join(found)}" for method, found in versions.items() if found)
    splits = Counter(len(found) for found in results.splits.values())
    counts = ", ".join(f"{tables} of {number}" for number, tables in sorted(splits.items(), reverse=True))
    return f"""# percept beside others on public tables

Defaults are chosen on these tables. Outer splits 80/20, stratified where new_task has it so, chicago once, by time;
tables by number of splits: {counts}. percept goes the way of a new user: `new_task`, whose task file nobody edits,
`dvc exp run`, `predict`. The others have their own defaults, 2 threads, raw columns with native categories, and learn
from every row that percept does not test on.

{told}."""


def _scores(results: Results, kind: str, metric: str) -> str:
    """Give the mean over the splits, and its deviation, by table and method."""
    better = max if metric in RISING else min
    rows = []
    for table in (table for table in results.kinds if results.kinds[table] == kind):
        found = {method: results.values(table, method, metric) for method in results.methods}
        best = better(values.mean() for values in found.values())
        rows.append([table, *(_mean(values, best) for values in found.values())])
    return f"{NAMES[metric]}, {kind}\n\n{markdown(['table', *results.methods], rows)}" if rows else ""


def _mean(values: NDArray[np.float64], best: float) -> str:
    text = f"{values.mean():.4g}"
    text = f"**{text}**" if values.mean() == best else text
    return f"{text} ± {values.std(ddof=1):.2g}" if len(values) > 1 else text


def _standing(results: Results) -> str:
    errors = results.errors()
    header = ["", *results.methods]
    rows = [
        ["mean rank", *(f"{rank:.2f}" for rank in mean_ranks(errors))],
        ["error / least error", *(f"{ratio:.3f}" for ratio in relative_to_best(errors))],
        ["least error, tables", *map(str, np.bincount(errors.argmin(axis=1), minlength=len(results.methods)))],
    ]
    return f"""Over {len(results.kinds)} tables. The error is 1 - AUC, log loss or RMSE; ratios are geometric means.

{markdown(header, rows)}"""


def _against(results: Results) -> str:
    errors = dict(zip(results.methods, results.errors().T, strict=True))
    rows = []
    for method in (method for method in results.methods if method != PERCEPT):
        pairs = [[results.values(table, name, "error") for name in (PERCEPT, method)] for table in results.kinds]
        told = Counter(outcome(*pair) for pair in pairs)
        ratio, low, high = ratio_interval(errors[PERCEPT], errors[method])
        ahead = int((errors[PERCEPT] < errors[method]).sum())
        counts = f"{told['win']} / {told['tie']} / {told['loss']}"
        rows.append([method, counts, str(ahead), f"{ratio:.3f}", f"{low:.3f} to {high:.3f}"])
    return f"""percept against each: a tie is within one standard error of the paired differences over the splits (one
split has none); ahead counts the tables with less error, ties or not; the interval is a bootstrap over tables.

{markdown(["", "wins / ties / losses", "ahead", "error of percept / its own", "95 %"], rows)}"""


def _costs(results: Results) -> str:
    def cells(key: str, write: Callable[[float], str]) -> list[str]:
        means = [[results.values(table, method, key).mean() for table in results.kinds] for method in results.methods]
        return [f"{write(statistics.median(found))} ({write(max(found))})" for found in means]

    rows = [
        ["train, s", *cells("fit_s", "{:.2f}".format)],
        ["predict, s", *cells("predict_s", "{:.2f}".format)],
        ["size, MB", *cells("bytes", lambda size: f"{size / 1e6:.2f}")],
    ]
    return f"""Median over tables, in brackets the greatest. percept: `dvc exp run` and `predict` from start
to exit, and model.onnx; the others: fit and predict alone, in one process that has all imported, and the pickled model.

{markdown(["", *results.methods], rows)}"""
