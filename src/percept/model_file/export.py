"""Export the fitted network: as a Keras file, and joined with its encoder as the one file to ship."""

import json
import re
import warnings
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import keras
import numpy as np
import onnx
from numpy.typing import NDArray

import percept
from percept import paths
from percept.dataset.arrays import ZIP_EPOCH
from percept.errors import UserError
from percept.model_file import session as shipped
from percept.model_file.environment import digest, environment
from percept.model_file.metadata import Decision, Metadata
from percept.model_file.operators import Given, put_operator, with_operator
from percept.objective import AUXILIARY, Objective
from percept.prepared.spec import DatasetSpec

T = TypeVar("T")

TOLERANCE = 1e-5  # between the shipped file and Keras; relative for values, absolute for probabilities
CHECKED_ROWS = 1000  # at most, on which the shipped file is compared with Keras
PACKAGES = ("keras", "tensorflow", "onnx", "scikit-learn")  # whose versions the shipped file carries


def named_outputs(outputs: T | dict[str, T]) -> dict[str, T]:
    """Name the outputs of a network as the shipped file does, the main output first."""
    if not isinstance(outputs, dict):
        return {shipped.OUTPUT: outputs}
    main = next(tensor for name, tensor in outputs.items() if name != AUXILIARY)
    return {shipped.OUTPUT: main, AUXILIARY: outputs[AUXILIARY]}


def save_keras(model: keras.Model, path: Path) -> None:
    """Save without the time of day and places in memory, so that equal networks are equal files."""
    with paths.scratch() as scratch:
        saved = scratch / path.name
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
    """Number shared objects 1, 2, ... instead of by their address in memory."""
    numbers: dict[bytes, int] = {}
    return re.sub(
        rb'("shared_object_id": )(\d+)',
        lambda match: match[1] + str(numbers.setdefault(match[2], len(numbers) + 1)).encode(),
        config,
    )


def to_onnx(
    model: keras.Model, encoder: bytes | None, spec: DatasetSpec, objective: Objective, decision: Decision
) -> bytes:
    """Join encoder (ONNX; None for pictures), network and decision into one ONNX file that takes raw inputs."""
    outputs = named_outputs(model.output)
    layer = with_operator(model)
    model = keras.Model(model.input, list(outputs.values()))  # a list keeps its order
    example: Any = np.zeros((1, *spec.shape), model.input.dtype)  # Keras exports only what has been called
    if layer:
        model = Given(model, layer)
        example = model.example()
    model(example)
    with paths.scratch() as scratch:
        exported = scratch / "network.onnx"
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning, module="keras")
            model.export(exported, format="onnx", verbose=False)
        network = onnx.load(exported)
    _put_erf_for_erfc(network.graph)
    if layer:
        put_operator(network, layer)
    _number(network.graph)
    if encoder:
        front = onnx.load_from_string(encoder)
        front.ir_version = network.ir_version = max(front.ir_version, network.ir_version)
        network = onnx.compose.add_prefix(network, "network/")
        joint = [(front.graph.output[0].name, network.graph.input[0].name)]
        network = onnx.compose.merge_models(front, network, io_map=joint)
    network.graph.doc_string = ""  # it has a number that counts what this process has traced
    _rename_outputs(network, list(outputs))
    if objective.kind != "regression":
        append_decision(network.graph, objective.kind, spec.classes, decision.thresholds)
    for value in [*network.graph.input, *network.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "rows"
    onnx.helper.set_model_props(network, metadata_of(spec, objective, decision).to_texts())
    onnx.checker.check_model(network)
    return network.SerializeToString(deterministic=True)


def metadata_of(spec: DatasetSpec, objective: Objective, decision: Decision) -> Metadata:
    """Return the metadata of the shipped file."""
    return Metadata(
        task=spec.task,
        kind=objective.kind,
        targets=spec.targets,
        classes=spec.classes,
        thresholds=decision.thresholds,
        temperature=decision.temperature,
        inputs=spec.raw_inputs,
        table=spec.table,
        picture=spec.picture,
        contract=spec.contract,
        ranges=spec.ranges,
        sha256=spec.sha256,
        versions={"percept": percept.__version__} | {name: version(name) for name in PACKAGES},
        environment=digest(environment()),
    )


def _rename_outputs(model: onnx.ModelProto, names: list[str]) -> None:
    renamed = {output.name: name for output, name in zip(model.graph.output, names, strict=True)}
    _rename(model.graph, renamed)
    for output in model.graph.output:
        output.name = renamed[output.name]


def _put_erf_for_erfc(graph: onnx.GraphProto) -> None:
    """Write 1 - erf(x) for the erfc(x) of gelu, which the converter leaves as it is and ONNX does not have."""
    nodes = []
    for node in graph.node:
        if node.op_type != "Erfc":
            nodes.append(node)
            continue
        one, erf = f"{node.output[0]}/one", f"{node.output[0]}/erf"
        graph.initializer.append(onnx.numpy_helper.from_array(np.float32(1), one))
        nodes.append(onnx.helper.make_node("Erf", node.input, [erf]))
        nodes.append(onnx.helper.make_node("Sub", [one, erf], node.output))
    del graph.node[:]
    graph.node.extend(nodes)


def _number(graph: onnx.GraphProto) -> None:
    """Name nodes and values by their place in the graph: the converter's names count what this process has made."""
    ends = {"", *(value.name for value in [*graph.input, *graph.output])}  # "": an optional one that is left out
    constants = {constant.name for constant in graph.initializer}
    names: dict[str, str] = {}
    for place, node in enumerate(graph.node, start=1):
        node.name = f"{node.op_type}_{place}"
        for used in constants.intersection(node.input) - names.keys():
            names[used] = f"{node.name}/constant_{list(node.input).index(used)}"
        names |= {made: f"{node.name}/{index}" for index, made in enumerate(node.output) if made not in ends}
    _rename(graph, names)
    initializers = sorted(graph.initializer, key=lambda constant: constant.name)
    del graph.initializer[:], graph.value_info[:]
    graph.initializer.extend(initializers)


def _rename(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Rename values wherever a node, or a graph inside one, makes or uses them."""
    for node in graph.node:
        node.input[:] = [names.get(used, used) for used in node.input]
        node.output[:] = [names.get(made, made) for made in node.output]
        for option in node.attribute:
            if option.type == onnx.AttributeProto.GRAPH:
                _rename(option.g, names)
    for constant in graph.initializer:
        constant.name = names.get(constant.name, constant.name)


def predictions(model: keras.Model, x: NDArray) -> dict[str, NDArray[np.float32]]:
    """Return the outputs of a network for `x`, named as in the shipped file."""
    return named_outputs(keras.tree.map_structure(np.asarray, model(x)))


def agreement(found: dict[str, NDArray], expected: dict[str, NDArray], spec: DatasetSpec, x: NDArray[Any]) -> float:
    """Return the largest difference between the shipped file and Keras on the same rows, `x`.

    Raises `UserError` where it is more than rounding.
    """
    largest = max(_difference(found[name], values, is_value=not spec.classes) for name, values in expected.items())
    # The rounding of float32 grows with the inputs; scaled ones, as pixels are, stay well below 100.
    allowed = TOLERANCE * (1.0 if spec.pixels else max(1.0, float(abs(x).max(initial=0)) / 100))
    if largest > allowed:
        raise UserError(
            paths.SHIPPED,
            f"its predictions differ from the Keras model's by up to {largest:.1e}",
            f"at most {allowed:.1e}",
            "inputs of very different sizes lose digits in float32: set features.scaling to standard",
        )
    return largest


def _difference(found: NDArray, expected: NDArray, is_value: bool) -> float:
    """Return the largest absolute difference; of values (rows, targets), relative to each target's largest value.

    A value near 0 among large ones is a difference of large ones, and no more of its digits are right than of theirs.
    """
    size = np.maximum(1, np.abs(expected).max(axis=0, initial=0)) if is_value else 1.0
    return float(np.max(np.abs(found - expected) / size, initial=0))


def append_decision(graph: onnx.GraphProto, kind: str, classes: tuple[str, ...], thresholds: tuple[float, ...]) -> None:
    """Add the decision as an output: 0 or 1 for each label (rows, labels), or the name of the class (rows,)."""
    if kind == "multilabel":
        _append_answers(graph, thresholds, shipped.DECISION)
        output = (onnx.TensorProto.INT64, ["rows", len(thresholds)])
    else:
        index, names = f"{shipped.DECISION}/index", f"{shipped.DECISION}/classes"
        if kind == "binary":
            _append_answers(graph, thresholds, f"{shipped.DECISION}/answers")
            axes = onnx.numpy_helper.from_array(np.array([1]), f"{shipped.DECISION}/axes")
            graph.initializer.append(axes)
            graph.node.append(onnx.helper.make_node("Squeeze", [f"{shipped.DECISION}/answers", axes.name], [index]))
        else:
            graph.node.append(onnx.helper.make_node("ArgMax", [shipped.OUTPUT], [index], axis=1, keepdims=0))
        texts = [name.encode() for name in classes]
        graph.initializer.append(onnx.helper.make_tensor(names, onnx.TensorProto.STRING, [len(texts)], texts))
        graph.node.append(onnx.helper.make_node("Gather", [names, index], [shipped.DECISION]))
        output = (onnx.TensorProto.STRING, ["rows"])
    graph.output.append(onnx.helper.make_tensor_value_info(shipped.DECISION, *output))


def _append_answers(graph: onnx.GraphProto, thresholds: tuple[float, ...], name: str) -> None:
    """Add whether each probability is above its threshold: 0 or 1, (rows, units)."""
    limits = onnx.numpy_helper.from_array(np.array([thresholds], np.float32), f"{shipped.DECISION}/thresholds")
    graph.initializer.append(limits)
    above = f"{shipped.DECISION}/above"
    graph.node.append(onnx.helper.make_node("Greater", [shipped.OUTPUT, limits.name], [above]))
    graph.node.append(onnx.helper.make_node("Cast", [above], [name], to=onnx.TensorProto.INT64))


def save_summary(model: keras.Model, path: Path) -> None:
    """Write the layers of a network and their sizes as a table."""
    lines: list[str] = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
