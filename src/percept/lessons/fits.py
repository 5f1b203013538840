"""Fits of the lessons, in memory: a task with overrides, what it learned, and how good that is."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.composition import Config, load_config
from percept.evaluation.metrics import Scores, score
from percept.evaluation.outcome import decide
from percept.features.prepare import prepare
from percept.prepared.contents import Prepared
from percept.prepared.spec import Subset
from percept.training.startup import load_tensorflow
from percept.tuning.trial import read_source

if TYPE_CHECKING:
    import keras

    from percept.training.run import Trained

AT_ONCE = 1000  # rows that a network sees in a prediction
KEPT = Path("data/lessons")  # what was downloaded; each file is checked against its sha256 before it is used again


@dataclass(frozen=True)
class Fitted:
    """A task, and a network that learned it."""

    config: Config
    prepared: Prepared
    trained: "Trained"

    def history(self, name: str) -> NDArray[np.float64]:
        """Return a loss or metric of each epoch, (epochs,)."""
        return np.array([row[name] for row in self.trained.history.rows])

    def examples(self, subset: Subset) -> tuple[NDArray, NDArray]:
        """Return inputs and targets, as the network takes them, in memory."""
        found = self.prepared.examples[subset]
        return np.asarray(found.x), found.y

    def predicted(self, subset: Subset) -> NDArray[np.float32]:
        """Return probabilities or values, (rows, outputs), of the main output."""
        network = self.trained.as_shipped(self.prepared.spec)
        x, _ = self.examples(subset)
        parts = [network(x[start : start + AT_ONCE], training=False) for start in range(0, len(x), AT_ONCE)]
        return np.concatenate([next(iter(part.values())) if isinstance(part, dict) else part for part in parts])

    def scores(self, subset: Subset) -> Scores:
        """Return the metrics of a subset, as evaluate has them."""
        objective, predicted = self.config.objective, self.predicted(subset)
        decisions = None
        if objective.kind != "regression":
            decisions = decide(objective, predicted, self.trained.decision.thresholds)
        return score(objective, self.prepared.spec.names, self.examples(subset)[1], predicted, decisions)


def prepare_data(config: Config) -> Prepared:
    """Prepare the data of a task as `preprocess` does, downloading each file once. Raises `UserError`."""
    with paths.scratch() as folder:
        config.source.fetch(folder, KEPT)
        prepared = prepare(*read_source(config, folder))
        shutil.copytree(folder, KEPT, dirs_exist_ok=True)
    return prepared


def fitted(
    overrides: Sequence[str], prepared: Prepared | None = None, look: "keras.callbacks.Callback | None" = None
) -> Fitted:
    """Fit a task as `train` does. prepared: data of another fit of the same task; look: is called between epochs.

    Raises `UserError`.
    """
    config = load_config(list(overrides))
    prepared = prepare_data(config) if prepared is None else prepared
    load_tensorflow(config.fit.threads)
    from percept.training.run import Training, run

    options = Training(config.model, config.optimizer, config.fit, config.objective, config.seed)
    subsets = prepared.examples["train"], prepared.examples["validation"]
    callbacks = () if look is None else (look,)
    return Fitted(config, prepared, run(*subsets, prepared.spec, options, lambda *_: callbacks))


def of_truth(said: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Return the probability that was given to what is true, of each label."""
    return np.where(y == 1, said, 1 - said)
