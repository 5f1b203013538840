"""NumPy arrays in one file, as `numpy.savez` writes it, with bytes that do not depend on the version of Python."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
LARGE = 2**30  # bytes, from which a member of a zip file needs 64 bits


def save_arrays(path: Path, arrays: Mapping[str, NDArray]) -> None:
    """Write arrays by name, uncompressed, as `numpy.load` reads them. Raises `ValueError` for an array of objects."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", ZIP_EPOCH)
            with archive.open(member, "w", force_zip64=array.nbytes > LARGE) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


def without_objects(column: NDArray) -> NDArray:
    """Return texts that are objects as fixed-width text, and all else as it is."""
    return column.astype(np.str_) if column.dtype == object else column
