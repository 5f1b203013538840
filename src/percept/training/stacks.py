"""Examples for stacks of members: for each fold, its members learn from the other folds and are judged by it."""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np
from numpy.typing import NDArray

from percept.models.member_network import MemberNetwork
from percept.training.fit_data import FitData

BATCH = 4096  # rows

Rows = NDArray[np.int64]


def by_stack(train: FitData, validation: FitData, fold: Rows | None, seed: int) -> tuple[FitData, FitData]:
    """Return training and validation data of all stacks side by side: arrays (rows, stacks, ...).

    fold: of each training row; the validation data then come from the training rows too. None: one stack learns from
    all training rows.
    """
    if fold is None:
        return _as_one_stack(train), _as_one_stack(validation)
    random = np.random.default_rng(seed)
    numbers = range(int(fold.max()) + 1)
    learned = [random.permutation(np.flatnonzero(fold != number)) for number in numbers]
    return _side_by_side(train, learned), _side_by_side(train, rows_of_folds(fold))


def rows_of_folds(fold: Rows) -> list[Rows]:
    """Return the rows of each fold."""
    return [np.flatnonzero(fold == number) for number in range(int(fold.max()) + 1)]


def out_of_fold(network: MemberNetwork, validation: FitData, fold: Rows | None) -> NDArray[np.float32]:
    """Return what the members that did not learn from a row say of it: logits or values of their mean, (rows, units).

    validation, fold: of `by_stack`; the rows are those of all folds or, without folds, the validation rows.
    """
    if fold is None:
        fold = np.zeros(len(validation), np.int64)
    parts = [np.arange(start, min(start + BATCH, len(validation))) for start in range(0, len(validation), BATCH)]
    chunks = [np.zeros((network.stacks, 0, network.output.shape[-1]), np.float32)]
    chunks += [network.judged(validation.take(rows).x) for rows in parts]
    by_fold = np.concatenate(chunks, axis=1)  # (stacks, rows of a fold, units)
    found = np.empty((len(fold), by_fold.shape[-1]), np.float32)
    for stack, rows in enumerate(rows_of_folds(fold)):
        found[rows] = by_fold[stack, : len(rows)]
    return found


def _as_one_stack(data: FitData) -> FitData:
    def alone(rows: NDArray) -> NDArray:
        return rows.reshape(len(rows), 1, *rows.shape[1:])

    arrays = keras.tree.map_structure(alone, data.arrays)
    return replace(FitData(*arrays), places=None if data.places is None else alone(data.places))


def _side_by_side(data: FitData, rows: Sequence[Rows]) -> FitData:
    """Take other rows for each stack; where one has fewer than others, its first rows come again and do not count."""
    most = max(map(len, rows))
    index = np.stack([np.resize(chosen, most) for chosen in rows], axis=1) if most else np.zeros((0, len(rows)), int)
    taken = data.take(index)
    if all(len(chosen) == most for chosen in rows):
        return taken
    counts = np.arange(most)[:, np.newaxis] < np.array([len(chosen) for chosen in rows])
    weight = counts.astype(np.float32) / np.float32(counts.mean())  # so that a mean over all is one over what counts
    return replace(taken, weight=weight if taken.weight is None else weight * taken.weight)
