"""Write the fitted network: as a Keras file, and joined with its encoder as the one file to ship."""

import json
import re
import tempfile
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np
import onnx
from numpy.typing import NDArray

from percept import shipped
from percept.objective import Objective
from percept.spec import DatasetSpec

TOLERANCE = 1e-5  # between the shipped file and Keras; relative for values, absolute for probabilities
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def in_target_unit(model: keras.Model, spec: DatasetSpec) -> keras.Model:
    """The network with the target's scaling undone, so that it gives values in their own unit."""
    scale = spec.target_scale
    if scale is None or scale == type(scale)():
        return model
    x = keras.layers.Rescaling(scale.deviation, scale.mean)(model.output)
    if scale.log:
        x = keras.layers.Activation("exponential")(x)
        x = keras.layers.Rescaling(1.0, -1.0)(x)
    return keras.Model(model.input, x, name=model.name)


def save_keras(model: keras.Model, path: Path) -> None:
    """Save without the time of day and places in memory, so that equal networks are equal files."""
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch) / path.name
        model.save(saved)
        with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w") as target:
            for name in sorted(source.namelist()):
                content = source.read(name)
                if name == "metadata.json":
                    content = json.dumps({"keras_version": keras.__version__}).encode()
                elif name == "config.json":
                    content = _renumbered(content)
                target.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content)


def _renumbered(config: bytes) -> bytes:
    """Number shared objects 1, 2, ... instead of by their address."""
    numbers: dict[bytes, int] = {}
    return re.sub(
        rb'("shared_object_id": )(\d+)',
        lambda match: match[1] + str(numbers.setdefault(match[2], len(numbers) + 1)).encode(),
        config,
    )


def save_onnx(model: keras.Model, encoder: Path | None, spec: DatasetSpec, objective: Objective, path: Path) -> None:
    """Join encoder (None for pictures) and network into one file: raw inputs in, probabilities or values out."""
    model(np.zeros((1, *spec.shape), model.input.dtype))  # Keras exports only what has been called
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "network.onnx"
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning, module="keras")
            model.export(exported, format="onnx", verbose=False)
        network = onnx.load(exported)
    if encoder:
        front = onnx.load(encoder)
        front.ir_version = network.ir_version = max(front.ir_version, network.ir_version)
        network = onnx.compose.add_prefix(network, "network/")
        joint = [(front.graph.output[0].name, network.graph.input[0].name)]
        network = onnx.compose.merge_models(front, network, io_map=joint)
    _rename_output(network, shipped.OUTPUT)
    for value in [*network.graph.input, *network.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "rows"
    meaning = {"task": spec.task, "kind": objective.kind, "target": spec.target, "classes": json.dumps(spec.classes)}
    onnx.helper.set_model_props(network, meaning)
    onnx.checker.check_model(network)
    path.write_bytes(network.SerializeToString(deterministic=True))


def _rename_output(model: onnx.ModelProto, name: str) -> None:
    old = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = [name if output == old else output for output in node.output]
        node.input[:] = [name if used == old else used for used in node.input]
    model.graph.output[0].name = name


def disagreement(model: keras.Model, x: NDArray, path: Path, raw: dict[str, NDArray]) -> float:
    """Largest difference between the Keras model on `x` and the shipped file on the same rows in raw form."""
    expected = np.asarray(model(x))
    found = shipped.predict(path, raw)
    return float(np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)), initial=0))
