"""A straight line among the members: it wins where rows are few, or where the truth is straight.

scikit-learn fits it to the rows that members learn from. Rows that neither learned from choose how strongly its weights
are held small, and its share in what both say together.
"""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from percept.objective import Objective
from percept.prepared.examples import Examples

LARGEST = 100_000_000  # rows times features times outputs: with more, it would take longer than the members
STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)  # of the penalty on the squared weights
FIRST = 2  # of these
SHARES = np.linspace(0, 1, 21)
NEVER = -10.0  # logit of a class that no row has

Rows = NDArray[np.int64]


class Line(NamedTuple):
    """x @ kernel + bias: logits, or values as the network learns them."""

    kernel: NDArray[np.float64]  # (features, outputs)
    bias: NDArray[np.float64]  # (outputs,)

    def __call__(self, x: NDArray) -> NDArray[np.float64]:
        """Map (rows, features) to (rows, outputs)."""
        return x @ self.kernel + self.bias


class Mixed(NamedTuple):
    """A line, and how much it counts beside the members."""

    line: Line
    share: float  # 0 to 1
    together: NDArray[np.float64]  # (rows, outputs) what both say of the rows that chose


class Fold(NamedTuple):
    """Rows of the training examples, and rows of the judges that a line of those is judged by."""

    learned: Rows
    judged: Rows


def is_quick(train: Examples, num_outputs: int) -> bool:
    """Tell whether a line takes no longer than the members."""
    return train.x.size * num_outputs <= LARGEST


def mix(
    said: NDArray, train: Examples, judges: Examples, folds: Sequence[Fold], objective: Objective, num_outputs: int
) -> Mixed:
    """Fit a line, and give it the share that makes the loss of both together the least.

    said: (rows, outputs) logits or values of the members for the judges. Targets of a regression are as the network
    learns them.
    """
    strength, lines = _best_strength(train, judges, folds, objective, num_outputs)
    mixtures = [(1 - share) * said + share * lines for share in SHARES]
    best = int(np.argmin([loss_of(mixture, judges.y, objective) for mixture in mixtures]))
    return Mixed(fit_line(train, objective, strength, num_outputs), float(SHARES[best]), mixtures[best])


def _best_strength(
    train: Examples, judges: Examples, folds: Sequence[Fold], objective: Objective, num_outputs: int
) -> tuple[float, NDArray[np.float64]]:
    """Walk from a middle strength as long as the loss falls; return the best, and what its lines say of the judges."""

    def judged(strength: float) -> tuple[float, float, NDArray[np.float64]]:
        said = np.empty((len(judges), num_outputs))
        for learned, rows in folds:
            said[rows] = fit_line(train.take(learned), objective, strength, num_outputs)(judges.x[rows])
        return loss_of(said, judges.y, objective), strength, said

    best = judged(STRENGTHS[FIRST])
    for path in (STRENGTHS[FIRST + 1 :], STRENGTHS[:FIRST][::-1]):
        walked = False
        for strength in path:
            found = judged(strength)
            if found[0] >= best[0]:
                break
            best, walked = found, True
        if walked:
            break
    return best[1], best[2]


def fit_line(train: Examples, objective: Objective, strength: float, num_outputs: int) -> Line:
    """Fit ridge or logistic regression. strength: of the penalty, beside a sum over rows."""
    from sklearn.linear_model import Ridge

    x = train.x.astype(np.float64)
    if objective.kind == "regression":
        ridge = Ridge(strength).fit(x, train.y, train.weight)
        return Line(ridge.coef_.reshape(num_outputs, -1).T, np.reshape(ridge.intercept_, num_outputs))
    if objective.kind == "multiclass":
        return _logistic(x, train.y, train.weight, strength, num_outputs)
    labels = train.y.reshape(len(train), -1)
    lines = [_logistic(x, label, train.weight, strength, 2) for label in labels.T]
    kernels, biases = ([np.diff(part, axis=-1) for part in parts] for parts in zip(*lines, strict=True))
    return Line(np.concatenate(kernels, axis=1), np.concatenate(biases))


def _logistic(x: NDArray, y: NDArray, weight: NDArray | None, strength: float, num_classes: int) -> Line:
    """Fit logits of all classes, those too that no row has."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    kernel, bias = np.zeros((x.shape[1], num_classes)), np.full(num_classes, NEVER)
    present = np.unique(y)
    bias[present] = 0
    if len(present) > 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # near enough
            found = LogisticRegression(C=1 / strength, max_iter=200, tol=1e-3).fit(x, y, weight)
        one = present[1:] if len(present) == 2 else present  # of two classes, the logit of the second
        kernel[:, one], bias[one] = found.coef_.T, found.intercept_
    return Line(kernel, bias)


def loss_of(said: NDArray, y: NDArray, objective: Objective) -> float:
    """Return the mean loss of logits, or the mean squared error of values, (rows, outputs)."""
    if objective.kind == "regression":
        return float(np.mean((said - y) ** 2))
    if objective.kind == "multiclass":
        return float(-np.mean(log_softmax(said, axis=1)[np.arange(len(y)), y]))
    signs = np.where(y.reshape(said.shape) == 1, -1.0, 1.0)
    return float(np.mean(np.logaddexp(0, signs * said)))
