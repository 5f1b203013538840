"""The networks, one builder a file with its options beside it; imports prepared and objective.

Options are checked when conf/ is composed, so these files import Keras inside `build` alone: reading an option must
not load TensorFlow.
"""

from typing import TYPE_CHECKING, Annotated, get_args

from pydantic import Field

from percept.errors import UserError
from percept.models.cnn import Cnn
from percept.models.custom import Custom
from percept.models.mlp import Mlp
from percept.models.network import Network
from percept.models.perceptron import Perceptron
from percept.models.tabm import TabM
from percept.models.wide_deep import WideDeep
from percept.objective import Objective
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras

Model = Annotated[Cnn | Mlp | Perceptron | Custom | TabM | WideDeep, Field(discriminator="kind")]
NETWORKS: tuple[type[Network], ...] = get_args(get_args(Model)[0])


def check_serves(model: Model, features: str, task: str) -> None:
    """Refuse a model that cannot take the features of a task, table or image. Raises `UserError`."""
    if features not in model.takes:
        serving = [network for network in NETWORKS if features in network.takes]
        known = [get_args(network.model_fields["kind"].annotation)[0] for network in serving]
        raise UserError(
            f"model.kind = {model.kind!r}",
            f"task {task} has {'pictures' if features == 'image' else 'a table'} (features.kind = {features!r})",
            f"a model that takes them: {', '.join(known)}",
            f"choose one, for example `-S model={known[0]}`",
        )


def check_takes_folds(model: Model, folds: bool) -> None:
    """Refuse folds for a model that has no members to learn from different ones. Raises `UserError`."""
    if folds and not model.takes_folds:
        known = [get_args(network.model_fields["kind"].annotation)[0] for network in NETWORKS if network.takes_folds]
        raise UserError(
            f"model.kind = {model.kind!r}",
            "split.validation sets no rows apart (kind: folds), and this model learns from one set of rows",
            f"a model of members: {', '.join(known)}",
            f"choose one, such as `-S model={known[0]}`, or let new_task write the task for dense layers: --model mlp",
        )


def build(model: Model, spec: DatasetSpec, objective: Objective) -> "keras.Model":
    """Build a network for a dataset. Raises `UserError` where it cannot serve the task."""
    check_serves(model, "image" if spec.pixels else "table", spec.task)
    check_takes_folds(model, bool(spec.num_folds))
    return model.build(spec, objective)
