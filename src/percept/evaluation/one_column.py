"""What one column alone tells: a small tree on it. A network of all columns should know more.

Holte 1993 (doi 10.1023/A:1022631118932) found how far rules of one column go; here a tree of a few splits takes the
place of his rules, so that numbers serve as targets too.
"""

from typing import NamedTuple

import numpy as np

from percept.dataset.stored import columns_of
from percept.evaluation import reference
from percept.evaluation.outcome import Outcome
from percept.objective import Objective
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec

DEPTH = 3  # splits on the way to an answer: 8 answers at most
SMALLEST = 0.01  # of the rows, that an answer is the mean of
CELLS = 2_000_000  # rows times features that are looked at: some tenths of a second
FEWEST_ROWS = 100


class OneColumn(NamedTuple):
    """The column whose tree has the least squared error on the training rows."""

    name: str
    outcome: Outcome  # of the test rows


def best_column(objective: Objective, spec: DatasetSpec, train: Examples, test: Examples) -> OneColumn | None:
    """Fit a tree to each column of a table; None of pictures, and where a tree would see few rows.

    The columns are as prepared: a category is all that it became, a number with what stands beside it.
    """
    from sklearn.tree import DecisionTreeRegressor

    num_rows = min(len(train), CELLS // max(1, int(np.prod(spec.shape))))
    if spec.pixels or num_rows < FEWEST_ROWS or len(spec.names) > reference.MAX_CLASSES:
        return None
    some = slice(None, None, -(-len(train) // num_rows))
    x, y = np.asarray(train.x[some]), reference.learned(train.y[some], objective, spec)
    units = y.std(axis=0) if objective.kind == "regression" else np.ones(y.shape[1])
    sources = np.array(spec.feature_sources)
    best = None
    for name in dict.fromkeys(spec.feature_sources):
        features = np.flatnonzero(sources == name)
        tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=SMALLEST, random_state=0)
        said = tree.fit(x[:, features], y).predict(x[:, features]).reshape(y.shape)
        error = float((((said - y) / np.where(units > 0, units, 1)) ** 2).sum())
        if best is None or error < best[0]:
            best = error, name, features, tree
    if best is None:
        return None
    _, name, features, tree = best
    said = tree.predict(np.column_stack(list(columns_of(test.x, features)))).reshape(len(test), -1)
    return OneColumn(name, reference.outcome_of(said, y, test.y, objective, spec))
