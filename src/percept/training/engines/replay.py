"""An epoch once more, step by step: at which step, in which layer and for which rows numbers stop being finite."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from percept.models.member_network import MemberNetwork, losses_of
from percept.training.answers import recorded
from percept.training.engines.dropout_masks import DropoutMasks
from percept.training.engines.variables import Moment, stores_of
from percept.training.engines.weight_averages import WeightAverages
from percept.training.numerical_faults import ANSWERS, GRADIENT, INPUTS, LOSS, TAKEN, TARGETS, UPDATE, WEIGHTS, Fault

MOST_ROWS = 1024  # of a batch whose losses are looked at row by row
OWN = ("keras.", "percept.")  # modules of layers that make finite answers of moderate numbers

ByLayer = dict[str, list[NDArray[Any]]]  # values that belong to the weights of a layer, by its path
Mask = NDArray[np.bool_]  # (batch, stacks): which rows of which stack; networks without stacks have one


class Batch(NamedTuple):
    """What one step learns from, or rows that judge."""

    rows: NDArray[Any]  # their numbers
    data: tuple[Any, ...]  # inputs, targets and, where there are some, weights
    masks: Sequence[tf.Tensor] = ()  # of dropout, where they are drawn ahead


def batches_of(
    data: tuple[Any, ...], order: NDArray[Any], size: int, masks: Sequence[tf.Tensor] = ()
) -> Iterator[Batch]:
    """Yield rows of tensors in some order. masks: (rows, ...), in that order already."""
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        taken = keras.tree.map_structure(lambda array, rows=rows: tf.gather(array, rows), data)
        yield Batch(rows, taken, [mask[start : start + size] for mask in masks])


def find_fault(
    model: keras.Model, batches: Iterable[Batch], judges: Iterable[Batch], masks: DropoutMasks | None = None
) -> Fault | None:
    """Train on these batches from now on until something is not finite; return where it begins.

    The model is as it is between epochs: with running means of its weights, where it has some. judges: of the
    validation rows, where these alone show it. None: all stays finite, as steps that are compiled in another way round
    in another way.
    """
    masks, averages = masks or DropoutMasks(), WeightAverages(model)
    step, built, stores = _step_of(model, masks), dict[int, Callable[..., tf.Tensor]](), stores_of(model)
    model.reset_metrics()
    averages.swap()
    for number, batch in enumerate(batches, 1):
        before, given, size = Moment(stores), (batch.data, list(batch.masks)), len(batch.rows)
        built[size] = built.get(size) or step.get_concrete_function(*given)
        if not built[size](*given):
            after = _by_layer(model.weights, [weight.value for weight in model.weights])
            before.restore()
            return _explained(model, batch, masks, number, after)
    averages.swap()
    faults = (_explained(model, batch, masks) for batch in judges)
    return next((fault for fault in faults if fault), None)


def _step_of(model: keras.Model, masks: DropoutMasks) -> Any:
    """Return a training step that says whether loss and weights are finite after it."""

    @tf.function(autograph=False)
    def step(data: tuple, drawn: list) -> tf.Tensor:
        with masks.given(drawn):
            loss = model.train_step(data)["loss"]
        values = [loss, *(weight.value for weight in model.weights if weight.dtype.startswith("float"))]
        return tf.reduce_all([tf.reduce_all(tf.math.is_finite(value)) for value in values])

    return step


def _explained(
    model: keras.Model, batch: Batch, masks: DropoutMasks, step: int = 0, after: ByLayer | None = None
) -> Fault | None:
    """Look for what is not finite, in the order in which a step computes: weights, rows, answers, loss, gradient.

    step: counted from 1; 0: these rows judge. after: the weights after the step, by layer.
    """
    x, y, *weight = batch.data
    members = model if isinstance(model, MemberNetwork) else None
    num_rows, training = len(batch.rows), step > 0

    def fault(what: str, rows: Mask | None = None, layer: str = "", **more: Any) -> Fault:
        if rows is None or not rows.any():
            rows = np.ones((num_rows, members.stacks if members else 1), np.bool_)
        rate = float(model.optimizer.learning_rate.numpy()) if training else 0.0
        sizes = _largest(x, rows), _largest(y, rows)
        return Fault(what, layer, step, batch.rows, rows, rate, *sizes, **more)

    weights = _by_layer(model.weights, [each.value for each in model.weights])
    if layer := _first(weights):
        return fault(WEIGHTS, _of_stacks(weights[layer], num_rows, members), layer)
    for what, arrays in ((INPUTS, x), (TARGETS, y)):
        for array in keras.tree.flatten(arrays):
            if (rows := _not_finite(array, num_rows, members)).any():
                return fault(what, rows)
    with recorded(model) as answers, masks.given(batch.masks), tf.GradientTape() as tape:
        predicted = model(x, training=training)
        loss = model.compute_loss(x, y, predicted, *weight, training=training)
    for answer in answers:
        for what, values in ((TAKEN, answer.taken), (ANSWERS, answer.given)):
            if (rows := _not_finite(values, num_rows, members)).any():
                own = what == TAKEN or not type(answer.layer).__module__.startswith(OWN)
                return fault(what, rows, answer.path, own=own, taken=_largest(answer.taken, rows))
    if not np.isfinite(loss):
        return fault(LOSS, _of_losses(model, batch, predicted))
    if not training:
        return None
    trained = model.trainable_weights
    gradients = tape.gradient(loss, [weight.value for weight in trained], unconnected_gradients="zero")
    order = [answer.path for answer in answers]
    for what, found in ((GRADIENT, _by_layer(trained, gradients)), (UPDATE, after or {})):
        if layer := _first(found, order):
            return fault(what, _of_stacks(found[layer], num_rows, members), layer)
    return None


def _by_layer(weights: Sequence[Any], values: Sequence[tf.Tensor]) -> ByLayer:
    """Return the values that belong to the weights of each layer, by its path."""
    found: ByLayer = {}
    for weight, value in zip(weights, values, strict=True):
        found.setdefault(weight.path.rpartition("/")[0], []).append(tf.convert_to_tensor(value).numpy())
    return found


def _first(values: ByLayer, order: Sequence[str] = ()) -> str:
    """Return the first layer with a value that is not finite, in some order where it is known; "": there is none."""
    broken = [path for path, arrays in values.items() if not all(np.isfinite(array).all() for array in arrays)]
    return min(broken, key=lambda path: order.index(path) if path in order else len(order), default="")


def _of_stacks(values: list[NDArray[Any]], num_rows: int, members: MemberNetwork | None) -> Mask | None:
    """Tell which rows belong to stacks with a value that is not finite; None: there are no stacks."""
    if not members:
        return None
    broken = [~np.isfinite(array).reshape(members.stacks, -1).all(axis=1) for array in values]
    return np.broadcast_to(np.any(broken, axis=0), (num_rows, members.stacks))


def _not_finite(values: Any, num_rows: int, members: MemberNetwork | None) -> Mask:
    """Tell which rows have a value that is not finite. values: arrays (rows, ...), or as members give them."""
    found = np.zeros((num_rows, members.stacks if members else 1), np.bool_)
    for value in keras.tree.flatten(values):
        array = np.asarray(value)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            found |= _by_row(~np.isfinite(array), num_rows, members)
    return found


def _by_row(broken: Mask, num_rows: int, members: MemberNetwork | None) -> Mask:
    if members and broken.ndim == 4:  # (stacks, members, rows, units)
        broken = np.moveaxis(broken, 2, 0)
    if broken.shape[:1] != (num_rows,):
        return np.ones((num_rows, 1), np.bool_)  # a layer of one's own, in which rows have another place
    return np.asarray(broken.reshape(num_rows, members.stacks if members else 1, -1).any(axis=2))


def _of_losses(model: keras.Model, batch: Batch, predicted: Any) -> Mask | None:
    """Tell which rows have a loss of their own that is not finite; None where their number is too large to look."""
    x, y, *weight = batch.data
    if isinstance(model, MemberNetwork):
        of_members = np.asarray(losses_of(y, predicted, model.objective))  # (stacks, members, batch)
        return ~np.isfinite(of_members).all(axis=1).T
    if len(batch.rows) > MOST_ROWS:
        return None

    def loss(row: int) -> float:
        only = keras.tree.map_structure(lambda array: array[row : row + 1], (x, y, predicted, *weight))
        return float(model.compute_loss(*only))

    losses = np.array([[loss(row)] for row in range(len(batch.rows))])
    return np.asarray(~np.isfinite(losses))


def _largest(arrays: Any, rows: Mask) -> float:
    """Return the largest size of a number in some rows, (rows, ...); infinite numbers aside."""
    found = [0.0]
    for array in keras.tree.flatten(arrays):
        values = np.asarray(array)
        values = values[rows.any(axis=1)] if values.shape[:1] == rows.shape[:1] else values
        if values.dtype.kind == "f" and np.isfinite(values).any():
            found.append(float(np.abs(values[np.isfinite(values)]).max()))
    return max(found)
