"""NumPy arrays in one file, as `numpy.savez` writes it, with bytes that do not depend on the version of Python."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Array, ArrayFile, OpenFile

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
LARGE = 2**30  # bytes, from which a member of a zip file needs 64 bits
HEADER, NAME_LENGTH = 30, 26  # bytes of a member's header before its name; where that header says how long both are


def save_arrays(path: Path, arrays: Mapping[str, Array] | Iterable[tuple[str, Array]]) -> None:
    """Write arrays by name, uncompressed, as `numpy.load` reads them. Raises `ValueError` for an array of objects."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items() if isinstance(arrays, Mapping) else arrays:
            member = zipfile.ZipInfo(_member(name), ZIP_EPOCH)
            with archive.open(member, "w", force_zip64=array.nbytes > LARGE) as stream:
                if isinstance(array, ArrayFile):
                    _write_parts(stream, array)
                else:
                    np.lib.format.write_array(stream, array, allow_pickle=False)


def _member(name: str) -> str:
    return f"{name}.npy"


def _write_parts(stream: IO[bytes], array: ArrayFile) -> None:
    descr = np.lib.format.dtype_to_descr(array.dtype)
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": array.shape})
    for part in array.parts():
        stream.write(part.tobytes())


def load_arrays(path: Path, most_held: Mapping[str, int]) -> dict[str, Any]:
    """Load what `save_arrays` wrote. most_held: bytes of some arrays; a larger one is left in the file."""
    with np.load(path) as archive:
        large = [name for name, size in most_held.items() if archive.zip.getinfo(_member(name)).file_size > size]
        return {
            name: _left_there(path, archive.zip, name) if name in large else archive[name] for name in archive.files
        }


def _left_there(path: Path, archive: zipfile.ZipFile, name: str) -> ArrayFile:
    member = archive.getinfo(_member(name))
    with archive.open(member) as stream:
        np.lib.format.read_magic(stream)
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        return ArrayFile(OpenFile(path), shape, dtype, _start(path, member) + stream.tell())


def _start(path: Path, member: zipfile.ZipInfo) -> int:
    """Return where the bytes of a member begin: behind its own header, with name and extra field."""
    with path.open("rb") as stream:
        stream.seek(member.header_offset + NAME_LENGTH)
        lengths = np.frombuffer(stream.read(4), "<u2")
    return member.header_offset + HEADER + int(lengths.sum())


def without_objects(column: NDArray) -> NDArray:
    """Return texts that are objects as fixed-width text, and all else as it is."""
    return column.astype(np.str_) if column.dtype == object else column
