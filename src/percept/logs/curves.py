"""The curves of a fit: which values of an epoch are shown, in which chart."""

from collections.abc import Mapping

from percept.logs.run import TRAIN, VALIDATION

RATE = "learning_rate"


def points(task: str, epoch: Mapping[str, float], learning_rate: float) -> dict[str, dict[str, float]]:
    """Return what the parts of a run show of an epoch: value by tag. Both parts of a value share a chart.

    epoch: values as Keras logs them; learning_rate: where they have none.
    """
    parts: dict[str, dict[str, float]] = {TRAIN: {f"{task}/learning rate": epoch.get(RATE, learning_rate)}}
    for name, value in epoch.items():
        if name in ("epoch", RATE):
            continue
        part = VALIDATION if name.startswith("val_") else TRAIN
        parts.setdefault(part, {})[f"{task}/{name.removeprefix('val_').replace('_', ' ')}"] = value
    if "val_loss" in epoch and epoch["loss"] > 0:
        parts[VALIDATION][f"{task}/validation loss : training loss"] = epoch["val_loss"] / epoch["loss"]
    return parts
