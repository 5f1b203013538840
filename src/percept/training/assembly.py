"""From trained members to the network that is shipped: their mean, with a straight line and a forest beside them."""

from dataclasses import replace
from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from percept.models.member_network import MemberNetwork
from percept.models.members import Pooled
from percept.objective import Objective, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec
from percept.training import forest, line
from percept.training.callbacks import Tell
from percept.training.fit_data import FitData
from percept.training.stacks import out_of_fold, rows_of_folds


class Assembled(NamedTuple):
    """A network, and what its members say of the rows that they did not learn from."""

    network: keras.Model  # features (batch, features) to what is predicted
    judges: Examples  # these rows: of all folds, or those that were set apart
    said: NDArray[np.float64]  # (rows, outputs) logits, or values as the network learns them


def assemble(
    members: MemberNetwork,
    train: Examples,
    validation: Examples,
    judged: FitData,
    spec: DatasetSpec,
    seed: int,
    threads: int,
    tell: Tell,
) -> Assembled:
    """Put the members into one network, with a line and a forest where they help.

    judged: the validation data of all stacks; seed, threads: of the forest.
    """
    judges = validation if train.fold is None else train
    said = out_of_fold(members, judged, train.fold).astype(np.float64)
    objective, mixed, grown = members.objective, None, None
    if len(judges) and _takes_others(objective):
        rows = _as_learned(train, objective, spec), _as_learned(judges, objective, spec), _folds(train, judges)
        if members.line and line.is_quick(train, said.shape[1]):
            mixed = line.mix(said, *rows, objective, said.shape[1])
            tell(f"a straight line counts {mixed.share:.0%} beside the members, as suits the rows that judge")
            said = mixed.together
        if members.forest and forest.is_quick(train):
            grown = forest.grow(said, *rows, objective, seed, threads)
            share = grown.share if grown else 0.0
            tell(f"a forest counts {share:.0%} beside them, as suits the rows that judge")
            said = grown.together if grown else said
    network = members.averaged(grown.trees, grown.share) if grown else members.averaged()
    if mixed and mixed.share:
        pooled = next(layer for layer in network.layers if isinstance(layer, Pooled))
        pooled.set_weights([np.float32(1 - mixed.share), *(mixed.share * values for values in mixed.line)])
    return Assembled(network, judges, said)


def _takes_others(objective: Objective) -> bool:
    """Tell whether others can be added: not to values that are bounded, and not where the error is not squared."""
    return not isinstance(objective, Regression) or (objective.output == "linear" and objective.loss == "mse")


def _as_learned(rows: Examples, objective: Objective, spec: DatasetSpec) -> Examples:
    return replace(rows, y=spec.learned(rows.y.astype(np.float64))) if objective.kind == "regression" else rows


def _folds(train: Examples, judges: Examples) -> list[line.Fold]:
    every = np.arange(len(train))
    if train.fold is None:
        return [line.Fold(every, np.arange(len(judges)))]
    return [line.Fold(np.setdiff1d(every, rows), rows) for rows in rows_of_folds(train.fold)]
