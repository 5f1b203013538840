"""A forest among the members: its trees cut where a network bends, and remember single rows.

scikit-learn grows extremely randomized trees (Geurts et al. 2006) from the rows that members learn from. Rows that
neither learned from choose its share in what both say together.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.models.forest import Trees, together
from percept.objective import Objective
from percept.prepared.examples import Examples
from percept.training.line import SHARES, Fold, loss_of

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesRegressor

NUM_TREES = 50
LEAST_SHARE = 0.1  # with less it is not worth its bytes
MOST_ROWS = 60_000  # that learn: of more, a few thousand leaves tell nothing that the members do not know
MOST_BYTES = 2_400_000  # of all nodes; in ONNX they take twice as much
MOST_CELLS = 30_000_000  # rows times columns
MOST_COMPARED = 300_000  # rows times columns that a node looks at: with more, it would take longer than the members


class Grown(NamedTuple):
    """A forest, and how much it counts beside the members."""

    trees: Trees
    share: float  # 0 to 1
    together: NDArray[np.float64]  # (rows, outputs) logits or values of both for the rows that chose


def is_quick(train: Examples) -> bool:
    """Tell whether a forest takes no longer than the members."""
    return len(train) <= MOST_ROWS and train.x.size <= MOST_CELLS


def grow(
    said: NDArray,
    train: Examples,
    judges: Examples,
    folds: Sequence[Fold],
    objective: Objective,
    seed: int,
    threads: int,
) -> Grown | None:
    """Grow a forest with the share that makes the loss of both together the least; None where that is nearly 0.

    said: (rows, outputs) logits or values of the members for the judges. Targets of a regression are as the network
    learns them. The trees are the same for any number of threads.
    """
    of_forest = np.empty(said.shape)
    for learned, judged in folds:
        forest = fit_trees(train.take(learned), objective, said.shape[1], seed, threads)
        of_forest[judged] = forest.predict(judges.x[judged]).reshape(-1, said.shape[1])
    mixtures = [np.asarray(together(said, of_forest, float(share), objective.kind)) for share in SHARES]
    best = int(np.argmin([loss_of(mixture, judges.y, objective) for mixture in mixtures]))
    if SHARES[best] < LEAST_SHARE:
        return None
    if len(folds) > 1:  # a single one has all rows
        forest = fit_trees(train, objective, said.shape[1], seed, threads)
    return Grown(nodes_of(forest), float(SHARES[best]), mixtures[best])


def fit_trees(
    train: Examples, objective: Objective, num_outputs: int, seed: int, threads: int
) -> "ExtraTreesRegressor":
    """Grow trees for values, or for shares of the classes: the variance of these is Gini's impurity."""
    from sklearn.ensemble import ExtraTreesRegressor

    y = np.eye(num_outputs)[train.y] if objective.kind == "multiclass" else train.y.reshape(len(train), num_outputs)
    num_features = train.x.shape[1]
    root = np.sqrt(num_features)
    compared = num_features if objective.kind == "regression" else root
    forest = ExtraTreesRegressor(
        NUM_TREES,
        max_features=int(max(1, min(compared, max(root, MOST_COMPARED / max(1, len(train)))))),
        max_leaf_nodes=max(2, MOST_BYTES // (NUM_TREES * 2 * 4 * (3 + num_outputs))),
        random_state=seed,
        n_jobs=threads,
    ).fit(train.x, y[:, 0] if num_outputs == 1 else y, train.weight)
    return forest.set_params(n_jobs=1)  # what several threads say is summed in any order


def nodes_of(forest: "ExtraTreesRegressor") -> Trees:
    """Put the nodes of all trees in one row, those of one depth behind each other."""
    roots, columns, thresholds, children, values, depth, start = [], [], [], [], [], 0, 0
    for tree in (each.tree_ for each in forest.estimators_):
        level, levels = np.zeros(1, int), []
        while len(level):
            levels.append(level)
            inner = level[tree.children_left[level] >= 0]
            level = np.stack([tree.children_left[inner], tree.children_right[inner]], axis=1).ravel()
        order = np.concatenate(levels)
        is_leaf = tree.children_left[order] < 0
        place = np.arange(start, start + len(order))
        roots.append(start)
        columns.append(np.where(is_leaf, 0, tree.feature[order]))
        thresholds.append(np.where(is_leaf, np.inf, _below(tree.threshold[order])))
        children.append(np.where(is_leaf, place, start + 2 * np.cumsum(~is_leaf) - 1))
        values.append(tree.value[order, :, 0])
        depth, start = max(depth, len(levels) - 1), start + len(order)
    return Trees(
        np.array(roots, np.int32),
        np.concatenate(columns).astype(np.int32),
        np.concatenate(thresholds).astype(np.float32),
        np.concatenate(children).astype(np.int32),
        np.concatenate(values).astype(np.float32),
        depth,
    )


def _below(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the largest float32 not above each: no float32 lies between the two."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
