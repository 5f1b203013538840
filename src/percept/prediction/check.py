"""Whether what a shipped file says of itself agrees with itself and with the network in it: it may come from anyone."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from percept.dataset.figures import NAMES
from percept.dataset.formula import column_names
from percept.errors import listed
from percept.files.limits import Limits
from percept.files.picture import CHANNELS
from percept.model_file.metadata import Metadata
from percept.model_file.session import DECISION, OUTPUT
from percept.prepared.spec import RawInput, TableInput

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, NodeArg

TYPES = {  # of the inputs of a network, by their kind
    "numeric": ("tensor(float)", "tensor(double)"),
    "category": ("tensor(string)",),
    "text": ("tensor(string)",),
    "pixels": ("tensor(uint8)",),
}


def num_outputs(metadata: Metadata) -> int:
    """Return how many numbers the network gives for each row."""
    return len(metadata.classes) if metadata.kind == "multiclass" else len(metadata.targets)


def problems(metadata: Metadata, session: "InferenceSession", limits: Limits) -> Iterator[str]:
    """Say what does not fit, if anything."""
    names = [column.name for column in metadata.inputs]
    yield from _twice("inputs", names)
    yield from _twice("classes", metadata.classes)
    yield from _twice("targets", metadata.targets)
    texts = "".join([*names, *metadata.classes, *metadata.targets])
    if any("\ud800" <= letter <= "\udfff" for letter in texts):
        yield "a name has half of a character, which no file can hold"
    known = {given.name: given for given in session.get_inputs()}
    if not names or set(names) != set(known):
        yield f"inputs are {listed(names, 5) or 'none'}, and those of the network {listed(known, 5) or 'none'}"
        return
    if metadata.picture and not metadata.table:
        yield from _of_pictures(metadata, known, limits)
    elif metadata.table and not metadata.picture:
        yield from _of_columns(metadata, metadata.table)
        for column in metadata.inputs:
            yield from _of_input(column, known[column.name], [1])
    else:
        yield "one of table and picture should be given"
    yield from _of_outputs(metadata, session)


def _twice(where: str, names: tuple[str, ...] | list[str]) -> Iterator[str]:
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        yield f"{where} names {listed(twice, 5)} more than once"


def _of_pictures(metadata: Metadata, known: dict[str, "NodeArg"], limits: Limits) -> Iterator[str]:
    picture, first = metadata.picture, metadata.inputs[0]
    if not picture or [column.kind for column in metadata.inputs] != ["pixels"]:
        yield "a picture is one input, of kind pixels"
        return
    if picture.size[0] * picture.size[1] > limits.pixels:
        yield f"picture.size is {' x '.join(map(str, picture.size))}, more than {limits.pixels:,} pixels"
    yield from _of_input(first, known[first.name], [*picture.size, CHANNELS[picture.color]])
    if wrong := [name for name, found in metadata.ranges.items() if name not in NAMES or found.type != "number"]:
        yield f"ranges names {listed(wrong, 5)}, which is no figure of pictures"


def _of_input(column: RawInput, given: "NodeArg", shape: list[int]) -> Iterator[str]:
    """Compare an input with that of the network; shape: of one row."""
    if given.type not in TYPES[column.kind] or given.shape[1:] != shape:
        found = f"{given.type} of shape {given.shape}"
        yield f"the input {column.name} is {column.kind} of shape {['rows', *shape]}, and in the network {found}"


def _of_columns(metadata: Metadata, table: TableInput) -> Iterator[str]:
    """Find columns that are read in no way, or in two ways."""
    inputs = metadata.inputs
    numbers = [column.name for column in inputs if column.kind == "numeric" and not column.date]
    if any(bool(column.date) != bool(column.part) or (column.date or "") not in {"", *table.date} for column in inputs):
        yield "an input is part of a date that table.date does not have"
    if any(column.kind == "pixels" for column in inputs):
        yield "a table has no inputs of kind pixels"
    if unknown := [name for name in (*table.derive, *table.required) if name not in {column.name for column in inputs}]:
        yield f"table.derive and table.required name {listed(unknown, 5)}, which is no input"
    if texts := [name for name in table.derive if name not in numbers]:
        yield f"table.derive gives {listed(texts, 5)}, which is no number"
    if texts := [column.name for column in inputs if column.kind != "numeric" and column.name in table.required]:
        yield f"table.required names {listed(texts, 5)}, which is no number"
    operands = {name for formula in table.derive.values() for name in column_names(formula)}
    read_as = {
        "numbers": operands | {name for name in numbers if name not in table.derive},
        "texts": {column.name for column in inputs if column.kind in ("category", "text") and not column.date},
        "dates": {column.date for column in inputs if column.date},
    }
    counts = Counter(name for columns in read_as.values() for name in columns)
    if twice := [name for name, count in counts.items() if count > 1]:
        yield f"{listed(twice, 5)} would be read in two ways"
    kinds = {"number": read_as["numbers"], "date": read_as["dates"]}
    if wrong := [name for name, found in metadata.ranges.items() if name not in kinds[found.type]]:
        yield f"ranges names {listed(wrong, 5)}, which is not read so"


def _of_outputs(metadata: Metadata, session: "InferenceSession") -> Iterator[str]:
    given = {output.name: output for output in session.get_outputs()}
    wanted = {OUTPUT: ["tensor(float)", [num_outputs(metadata)]]}
    if metadata.kind == "multilabel":
        wanted[DECISION] = ["tensor(int64)", [num_outputs(metadata)]]
    elif metadata.kind != "regression":
        wanted[DECISION] = ["tensor(string)", []]
    num_classes = len(metadata.classes)
    is_right = {"binary": num_classes == 2, "multiclass": num_classes > 1}.get(metadata.kind, num_classes == 0)
    if not is_right or not num_outputs(metadata):
        yield f"{num_classes} classes and {len(metadata.targets)} targets for a model of kind {metadata.kind}"
    for name, (kind, shape) in wanted.items():
        found = given.get(name)
        if not found:
            yield f"the network gives no {name}"
        elif [found.type, found.shape[1:]] != [kind, shape]:
            yield f"{name} should be {kind} of shape {['rows', *shape]}, and is {found.type} of shape {found.shape}"
