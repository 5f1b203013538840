"""custom: a network of your own, made by a function in a file of src/custom/."""

import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field

from percept import paths
from percept.errors import UserError, listed, nearest
from percept.models.network import Network
from percept.objective import Objective
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras


def stays_below(entry: str) -> str:
    """Return an entry whose file, links followed, lies below src/custom/: no other runs. Raises `ValueError`."""
    folder = (paths.ROOT / paths.CUSTOM).resolve()
    if not (folder / entry.partition(":")[0]).resolve().is_relative_to(folder):
        raise ValueError(f"should be a file below {paths.CUSTOM}/: copy yours there, and name it from there")
    return entry


class Custom(Network):
    """Where the function is (a file below src/custom/, and its name), and what it is given besides the task."""

    kind: Literal["custom"]
    entry: Annotated[str, Field(pattern=r"^[\w/]+\.py:\w+$"), AfterValidator(stays_below)]
    options: dict[str, Any] = Field({})  # keyword arguments

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, *spec.shape) to (batch, outputs) by what `function(spec, objective, **options)` makes.

        That is any `keras.Model` or layer; it gets pixels brought to scale. Raises `UserError` where there is no such
        function, it cannot be called so, or what it makes does not give what the objective wants.
        """
        import keras

        from percept.models.layers import network_input, output_layer

        function = _entry(self.entry)
        try:
            network = function(spec, objective, **self.options)
        except TypeError as error:
            advice = "define it as `def build(spec, objective, ...)`, and name in model.options what it takes"
            raise UserError(f"model.entry = {self.entry!r}", str(error), "a call that fits", advice) from error
        if not isinstance(network, keras.layers.Layer):
            advice = "return a keras.Model that maps (batch, *spec.shape) to (batch, outputs)"
            raise UserError(f"model.entry = {self.entry!r}", type(network).__name__, "a keras.Model or a layer", advice)
        inputs, x = network_input(spec)
        outputs = network(x)
        wanted = output_layer(spec, objective)(keras.Input((1,))).shape
        if getattr(outputs, "shape", None) != wanted:
            found = getattr(outputs, "shape", type(outputs).__name__)
            advice = "end in `percept.models.layers.output_layer(spec, objective)`"
            raise UserError(f"model.entry = {self.entry!r}", f"it gives {found}", f"{wanted}", advice)
        return keras.Model(inputs, outputs, name="custom")


def _entry(entry: str) -> Callable[..., Any]:
    """Load the file of src/custom/ and return the function. Raises `UserError` where one is missing."""
    try:
        name, _, function = stays_below(entry).partition(":")
    except ValueError as error:
        advice = f"copy it into {paths.CUSTOM}/"
        raise UserError("model.entry", repr(entry), str(error), advice) from None
    file = paths.ROOT / paths.CUSTOM / name
    if not file.is_file():
        folder = paths.ROOT / paths.CUSTOM
        known = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.py"))]
        advice = f"put the file into {paths.CUSTOM}/"
        raise UserError("model.entry", f"no file {name!r}{nearest(name, known)}", f"one of {listed(known)}", advice)
    module = _load(file)
    if not callable(getattr(module, function, None)):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        found = f"no function {function!r} in {name}{nearest(function, known)}"
        raise UserError("model.entry", found, f"one of {listed(known)}", "correct the name after the colon")
    return getattr(module, function)


def _load(file: Path) -> ModuleType:
    loader = SourceFileLoader(file.stem, str(file))
    module = ModuleType(file.stem)
    module.__file__ = str(file)
    sys.modules[file.stem] = module  # where Keras looks for its classes
    loader.exec_module(module)
    return module
