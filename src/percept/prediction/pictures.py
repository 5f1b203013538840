"""Predict picture files, and flag those that cannot be read."""

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError, listed
from percept.files.container import is_hidden
from percept.files.picture import CHANNELS, UnreadableError, endings, read_picture
from percept.prediction.flags import Flags
from percept.prediction.model import ShippedModel
from percept.prepared.spec import PictureInput

BROKEN = "cannot be read"


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


def predict_pictures(model: ShippedModel, files: Sequence[Path]) -> tuple[dict[str, NDArray], Flags]:
    """Return the columns of `ShippedModel.outputs`, and which files cannot be read."""
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:
        warnings.simplefilter("ignore")  # about odd metadata and large pictures, which are read all the same
        decoded = list(pool.map(lambda file: _decoded(file, model.picture), files))
    flags = Flags()
    usable = np.array([not isinstance(one, str) for one in decoded])
    flags.add(BROKEN, np.flatnonzero(~usable), [one for one in decoded if isinstance(one, str)])
    pixels = np.zeros((len(files), *model.picture.size, CHANNELS[model.picture.color]), np.uint8)
    for index, one in enumerate(decoded):
        if not isinstance(one, str):
            pixels[index] = one
    return model.predict({model.metadata.inputs[0].name: pixels}, usable), flags


def _decoded(file: Path, form: PictureInput) -> NDArray[np.uint8] | str:
    """Return pixels, (height, width, channels), or why there are none."""
    try:
        pixels = read_picture(file.read_bytes(), form.size, form.color, form.resize)
    except UnreadableError as error:
        return str(error)
    except OSError as error:
        return error.strerror or type(error).__name__
    if form.white == 255:
        return pixels
    return ((pixels.astype(np.uint32) * form.white + 127) // 255).astype(np.uint8)
