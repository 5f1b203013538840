"""Columns that the encoder adds beside scaled numbers and one-hot categories, as nodes of its ONNX form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import MONTHS, WEEKDAYS, DatePart
from percept.prepared.spec import RawInput

if TYPE_CHECKING:
    from onnx import GraphProto

INSIDE = "encoder/"  # before every name that is not a column's, so that a column may be called anything
CONTRIB = "com.microsoft"  # of the operators that ONNX Runtime has beside those of ONNX
CIRCLES: dict[DatePart | None, tuple[str, ...]] = {"month": MONTHS, "weekday": WEEKDAYS}


class Nodes:
    """Nodes and constants that are appended to a graph, named by their number."""

    def __init__(self, graph: "GraphProto") -> None:
        self._graph = graph
        self._count = 0

    def constant(self, values: NDArray) -> str:
        from onnx import numpy_helper

        name = self._name("constant")
        self._graph.initializer.append(numpy_helper.from_array(values, name))
        return name

    def step(self, kind: str, *inputs: str, output: str = "", domain: str = "", **attributes: Any) -> str:
        """Append a node and return the name of its output."""
        from onnx import helper

        made = output or self._name(kind)
        self._graph.node.append(helper.make_node(kind, list(inputs), [made], made, domain=domain, **attributes))
        return made

    def columns(self, names: Sequence[str], output: str = "") -> str:
        """Put arrays of the same rows beside each other."""
        return self.step("Concat", *names, output=output, axis=1)

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{INSIDE}added/{kind}_{self._count}"


class Added(Protocol):
    """Columns with their names, the column of the table that each comes from, and the nodes that make them."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def sources(self) -> tuple[str, ...]: ...

    def add_to(self, nodes: Nodes) -> str:
        """Append the nodes and return the name of the (rows, columns) float array."""
        ...


@dataclass(frozen=True)
class Gaps:
    """1 where a number is missing, else 0."""

    inputs: tuple[RawInput, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{column.name}.missing" for column in self.inputs)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(column.source for column in self.inputs)

    def add_to(self, nodes: Nodes) -> str:
        from onnx import TensorProto

        numbers = nodes.columns([column.name for column in self.inputs])
        return nodes.step("Cast", nodes.step("IsNaN", numbers), to=TensorProto.FLOAT)


@dataclass(frozen=True, eq=False)
class Lookup:
    """Numbers that stand for each text of a column."""

    column: RawInput
    names: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: NDArray[np.float32]  # (texts + 1, names): the last row is for all other texts

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.column.source,) * len(self.names)

    def add_to(self, nodes: Nodes) -> str:
        rows = nodes.step(
            "LabelEncoder",
            self.column.name,
            domain="ai.onnx.ml",
            keys_strings=self.texts,
            values_int64s=range(len(self.texts)),
            default_int64=len(self.texts),
        )
        flat = nodes.step("Squeeze", rows, nodes.constant(np.array([1])))
        return nodes.step("Gather", nodes.constant(self.numbers), flat)


@dataclass(frozen=True, eq=False)
class Cycles:
    """Sine and cosine of numbers that begin again after a period; both are 0 where a number is missing or infinite."""

    inputs: tuple[RawInput, ...]
    periods: NDArray[np.float64]  # of each input
    offsets: NDArray[np.float64]  # of each input: what was taken off before

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{column.name}.{part}" for part in ("sin", "cos") for column in self.inputs)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(column.source for column in self.inputs) * 2

    def add_to(self, nodes: Nodes) -> str:
        def constant(values: NDArray[np.float64]) -> str:
            return nodes.constant(values.astype(np.float32))

        numbers = nodes.columns([column.name for column in self.inputs])
        rest = nodes.step("Mod", numbers, constant(self.periods), fmod=1)  # a large angle would lose its digits
        turned = nodes.step("Mul", rest, constant(2 * np.pi / self.periods))
        angle = nodes.step("Add", turned, constant(2 * np.pi * (self.offsets % self.periods) / self.periods))
        both = nodes.columns([nodes.step("Sin", angle), nodes.step("Cos", angle)])
        return nodes.step("Where", nodes.step("IsNaN", both), constant(np.zeros(1)), both)


def gaps(inputs: Sequence[RawInput], train: Mapping[str, NDArray]) -> list[Added]:
    """Return the indicators of the numeric columns that have gaps in the training rows."""
    found = tuple(column for column in inputs if column.kind == "numeric" and np.isnan(train[column.name]).any())
    return [Gaps(found)] if found else []


def cycles(
    periods: Mapping[str, float], is_cyclic_date: bool, inputs: Sequence[RawInput], offsets: Mapping[str, float]
) -> list[Added]:
    """Return sines and cosines: of numeric columns with a period, and of the month, weekday and hour of dates."""
    periods = dict(periods) | {column.name: 24.0 for column in inputs if is_cyclic_date and column.part == "hour"}
    turning = tuple(column for column in inputs if column.name in periods)
    found: list[Added] = []
    if turning:
        found.append(
            Cycles(
                turning,
                np.array([periods[column.name] for column in turning]),
                np.array([offsets.get(column.name, 0.0) for column in turning]),
            )
        )
    if is_cyclic_date:
        found += [_circle(column, CIRCLES[column.part]) for column in inputs if column.part in CIRCLES]
    return found


def _circle(column: RawInput, texts: tuple[str, ...]) -> Lookup:
    """Place texts on a circle; its centre is where none of them stands."""
    angles = 2 * np.pi * np.arange(len(texts)) / len(texts)
    places = np.concatenate([np.column_stack([np.sin(angles), np.cos(angles)]), np.zeros((1, 2))])
    return Lookup(column, (f"{column.name}.sin", f"{column.name}.cos"), texts, places.astype(np.float32))
