"""The networks, one builder a file with its options beside it; imports prepared and objective.

Options are checked when conf/ is composed, so these files import Keras inside their builders alone: reading an
option must not load TensorFlow.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from percept.errors import UserError
from percept.models.cnn import Cnn, build_cnn
from percept.models.custom import Python, build_python
from percept.models.mlp import Mlp, build_mlp
from percept.models.perceptron import Perceptron, build_perceptron
from percept.models.wide_deep import WideDeep, build_wide_deep
from percept.objective import Objective
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras

Model = Annotated[Cnn | Mlp | Perceptron | Python | WideDeep, Field(discriminator="kind")]


FOR_TABLES, FOR_PICTURES = ("mlp", "perceptron", "python", "wide_deep"), ("mlp", "perceptron", "python", "cnn")


def check_serves(config: Model, features: str, task: str) -> None:
    """Refuse a model that cannot take the features of a task, table or image. Raises `UserError`."""
    known = FOR_PICTURES if features == "image" else FOR_TABLES
    if config.kind not in known:
        raise UserError(
            f"model.kind = {config.kind!r}",
            f"task {task} has {'pictures' if features == 'image' else 'a table'} (features.kind = {features!r})",
            f"a model that takes them: {', '.join(known)}",
            f"choose one, for example `-S model={known[-1]}`",
        )


def build(config: Model, spec: DatasetSpec, objective: Objective) -> "keras.Model":
    """Map (batch, *spec.shape) to probabilities or values, (batch, outputs); or to a dict with an auxiliary output.

    Raises `UserError` where the model cannot serve the task.
    """
    check_serves(config, "image" if spec.pixels else "table", spec.task)
    match config:
        case Cnn():
            return build_cnn(config, spec, objective)
        case Mlp():
            return build_mlp(config, spec, objective)
        case Perceptron():
            return build_perceptron(spec, objective)
        case Python():
            return build_python(config, spec, objective)
        case WideDeep():
            return build_wide_deep(config, spec, objective)
