"""From trained members to the network that is shipped: their mean, with a straight line beside them."""

from dataclasses import replace
from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from percept.models.member_network import MemberNetwork
from percept.objective import Objective, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec
from percept.training.callbacks import Tell
from percept.training.fit_data import FitData
from percept.training.line import Fold, Mixed, is_quick, mix
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
    tell: Tell,
) -> Assembled:
    """Put the members into one network, with a line where it helps. judged: the validation data of all stacks."""
    judges = validation if train.fold is None else train
    said = out_of_fold(members, judged, train.fold).astype(np.float64)
    network = members.averaged()
    if members.line and len(judges) and _takes_line(members.objective) and is_quick(train, said.shape[1]):
        mixed = _mixed(said, train, judges, spec, members.objective)
        tell(f"a straight line counts {mixed.share:.0%} beside the members, as suits the rows that judge")
        if mixed.share:
            kernel, bias = (mixed.share * values for values in mixed.line)
            network.layers[-1].set_weights([np.float32(1 - mixed.share), kernel, bias])
            said = mixed.together
    return Assembled(network, judges, said)


def _takes_line(objective: Objective) -> bool:
    """Tell whether a line can be added: not to values that are bounded, and not where the error is not squared."""
    return not isinstance(objective, Regression) or (objective.output == "linear" and objective.loss == "mse")


def _mixed(said: NDArray, train: Examples, judges: Examples, spec: DatasetSpec, objective: Objective) -> Mixed:
    every = np.arange(len(train))
    if train.fold is None:
        folds = [Fold(every, np.arange(len(judges)))]
    else:
        folds = [Fold(np.setdiff1d(every, rows), rows) for rows in rows_of_folds(train.fold)]
    if objective.kind == "regression":
        train, judges = (replace(part, y=spec.learned(part.y.astype(np.float64))) for part in (train, judges))
    return mix(said, train, judges, folds, objective, said.shape[1])
