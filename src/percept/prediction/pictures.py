"""Predict picture files, and flag those that cannot be read."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.dataset.figures import SPREAD, figures
from percept.errors import UserError, listed
from percept.files.container import is_hidden, read_file
from percept.files.limits import Limits
from percept.files.picture import CHANNELS, UnreadableError, decoded, endings, read_picture
from percept.prediction.flags import Flags
from percept.prediction.model import ShippedModel
from percept.prediction.ranges import usual
from percept.prepared.spec import PictureInput

BROKEN = "cannot be read"
UNLIKE = "unlike the training pictures"
LEAST = 0.05  # margin of a figure: what compressing or enlarging a picture changes
LEAST_OF_SPREAD = 0.2  # the same, of what two pixels alone decide


def picture_files(inputs: Sequence[Path]) -> list[Path]:
    """List the files as given, and all pictures below folders, sorted. Raises `UserError`."""
    files = []
    for path in inputs:
        if path.is_dir():
            known = endings()
            below = [file for file in sorted(path.rglob("*")) if not is_hidden(file.relative_to(path).as_posix())]
            found = [file for file in below if file.suffix.lower() in known and file.is_file()]
            if not found:
                expected = f"files that end in {listed(sorted(known), 40)}"
                raise UserError(str(path), "no pictures in this folder", expected, "name another folder")
            files += found
        else:
            files.append(path)
    return files


def predict_pictures(model: ShippedModel, files: Sequence[Path], limits: Limits) -> tuple[dict[str, NDArray], Flags]:
    """Return the columns of `ShippedModel.outputs`, and what is unusual about the files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd metadata and large pictures, which are read all the same
        contents = (_content(file, limits) for file in files)
        found = list(decoded(contents, lambda content: _pixels(content, model.picture, limits)))
    flags = Flags()
    usable = np.array([not isinstance(one, str) for one in found])
    flags.add(BROKEN, np.flatnonzero(~usable), [one for one in found if isinstance(one, str)])
    pixels = np.zeros((len(files), *model.picture.size, CHANNELS[model.picture.color]), np.uint8)
    for index, one in enumerate(found):
        if not isinstance(one, str):
            pixels[index] = one
    unlike = {index: text for index, text in _unlike(model, pixels).items() if usable[index]}
    flags.add(UNLIKE, np.array([*unlike]), unlike.values())
    return model.predict({model.metadata.inputs[0].name: pixels}, usable), flags


def _unlike(model: ShippedModel, pixels: NDArray[np.uint8]) -> dict[int, str]:
    """Return the figures by which pictures are unlike all training pictures, in words, by the picture's number."""
    ranges = model.metadata.ranges
    if not ranges:
        return {}  # former files have none
    values = figures(pixels, model.picture.white)
    words: dict[int, list[str]] = {}
    for name in ranges:
        found = usual(ranges[name], LEAST_OF_SPREAD if name == SPREAD else LEAST)
        for index in np.flatnonzero(np.any([far for _, far in found.far(values[name])], axis=0)):
            text = f"{name} {values[name][index]:.3g} (theirs {found.lowest} to {found.highest})"
            words.setdefault(int(index), []).append(text)
    return {index: ", ".join(texts) for index, texts in sorted(words.items())}


def _content(file: Path, limits: Limits) -> bytes | str:
    """Return the bytes of a file, or why there are none."""
    try:
        return read_file(file, limits)
    except OSError as error:
        return error.strerror or type(error).__name__
    except UserError as error:
        return " ".join(str(error).split())


def _pixels(content: bytes | str, form: PictureInput, limits: Limits) -> NDArray[np.uint8] | str:
    """Return pixels, (height, width, channels), or why there are none."""
    if isinstance(content, str):
        return content
    try:
        pixels = read_picture(content, form.size, form.color, form.resize, limits)
    except UnreadableError as error:
        return str(error)
    if form.white == 255:
        return pixels
    return ((pixels.astype(np.uint32) * form.white + 127) // 255).astype(np.uint8)
