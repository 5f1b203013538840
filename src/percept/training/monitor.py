"""What training shows after each epoch, and which value of it is better."""

from typing import TYPE_CHECKING, NamedTuple

from percept.errors import UserError, listed, nearest
from percept.objective import Objective

if TYPE_CHECKING:
    import keras

HIGHER_IS_BETTER = {"loss": False, "accuracy": True, "mae": False}  # of all that `compile_model` makes training show


class Monitor(NamedTuple):
    """A value of each epoch by which epochs are compared."""

    name: str  # as Keras logs it, on the validation rows with `val_` in front
    higher_is_better: bool

    @property
    def mode(self) -> str:
        """Return the word that Keras' callbacks have for the direction."""
        return "max" if self.higher_is_better else "min"


def metric_name(objective: Objective) -> str:
    """Name the metric that training shows beside the loss."""
    return "mae" if objective.kind == "regression" else "accuracy"


def monitor_of(name: str, network: "keras.Model", objective: Objective, has_validation: bool) -> Monitor:
    """Return what `fit.monitor` names. Raises `UserError` where training will not show it."""
    shown = {kind: HIGHER_IS_BETTER[kind] for kind in ("loss", metric_name(objective))}
    if isinstance(network.output, dict):  # the loss of all outputs together, and loss and metric of each
        of_each = {f"{output}_{kind}": higher for output in network.output for kind, higher in shown.items()}
        shown = {"loss": False} | of_each
    if name not in shown:
        found = f"{name!r}{nearest(name, shown)}"
        raise UserError("fit.monitor", found, f"one of {listed(shown)}", "choose one; training shows no other")
    return Monitor(f"val_{name}" if has_validation else name, shown[name])
