"""The network as it is saved: without augmentation, and giving values in their own unit."""

from typing import Any

import keras
import numpy as np

from percept.models.cnn import AUGMENTATION
from percept.models.member_network import MemberNetwork
from percept.prepared.spec import DatasetSpec


def as_kept(model: keras.Model, spec: DatasetSpec) -> keras.Model:
    """Return the network that is saved: the same layers without augmentation, giving values in their own unit."""
    model = model.averaged() if isinstance(model, MemberNetwork) else model
    return in_target_unit(without_augmentation(model), spec)


def without_augmentation(model: keras.Model) -> keras.Model:
    """Leave out the layers that change pictures at random: those of Keras do so unless they are told not to."""
    if all(layer.name != AUGMENTATION for layer in model.layers):
        return model

    def call(layer: keras.layers.Layer, x: keras.KerasTensor, **options: Any) -> keras.KerasTensor:
        return x if layer.name == AUGMENTATION else layer(x, **options)

    return keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)


def in_target_unit(model: keras.Model, spec: DatasetSpec) -> keras.Model:
    """Undo the scaling of the targets, so that the network gives values in their own unit, within their ends."""
    scales = spec.target_scales
    if not scales or all(scale == type(scale)() for scale in scales):
        return model
    factors, offsets = [scale.scale for scale in scales], [scale.offset for scale in scales]

    def unscaled(x: keras.KerasTensor) -> keras.KerasTensor:
        x = keras.layers.Rescaling(factors, offsets)(x)
        if scales[0].log:
            x = keras.layers.Activation("exponential")(x)
            x = keras.layers.Rescaling(1.0, -1.0)(x)
        ends = [scale.ends for scale in scales if scale.ends]  # of all targets, or of none
        if ends:
            lows, highs = np.array(ends, np.float32).T
            x = keras.ops.minimum(keras.ops.maximum(x, lows), highs)
        return x

    return keras.Model(model.input, keras.tree.map_structure(unscaled, model.output), name=model.name)
