"""Columns and arrays that memory does not hold: they lie in files, and are read when they are asked for."""

import itertools
import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from percept import paths

END = "\0"  # between texts, which hold none
MOST_TEXTS = 2**16  # of a column that are held once for all rows
BLOCK_ROWS = 2**18  # of columns, in memory side by side
PART_BYTES = 2**24  # of an array, in memory at a time
COLUMNS_BYTES = 2**27  # of some columns of an array, in memory side by side


class Folder:
    """A temporary folder that goes with the last of the columns that lie in it."""

    def __init__(self, parent: Path) -> None:
        stack = ExitStack()
        self._path, self._numbers = stack.enter_context(paths.scratch(parent)), itertools.count()
        weakref.finalize(self, stack.close)

    def new_file(self) -> Path:
        return self._path / str(next(self._numbers))


class Texts:
    """Texts in a file, some added at a time."""

    def __init__(self, folder: Folder) -> None:
        self._folder, self._file = folder, folder.new_file()
        self._parts: list[tuple[int, int]] = []  # texts and bytes of each

    def add(self, texts: Sequence[str]) -> None:
        content = END.join(texts).encode("utf-8", "surrogatepass")
        with self._file.open("ab") as stream:
            stream.write(content)
        self._parts.append((len(texts), len(content)))

    def load(self) -> NDArray[np.object_]:
        """Read all texts, (rows,), equal ones as one object where they are few."""
        found = np.empty(sum(num_texts for num_texts, _ in self._parts), dtype=object)
        once: dict[str, str] = {}
        start = 0
        with self._file.open("rb") as stream:
            for num_texts, num_bytes in self._parts:
                texts = stream.read(num_bytes).decode("utf-8", "surrogatepass").split(END)
                found[start : start + num_texts] = list(map(once.setdefault, texts, texts))
                start += num_texts
                if len(once) > MOST_TEXTS:
                    once.clear()
        return found


class OpenFile:
    """A file that stays the same one, whatever takes its place meanwhile."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self.number)


class ArrayFile:
    """An array in a file, of which rows are read when they are indexed: nothing of it is mapped or held."""

    def __init__(self, file: OpenFile, shape: tuple[int, ...], dtype: DTypeLike, offset: int = 0) -> None:
        """offset: bytes of the file before it."""
        self._file, self._offset = file, offset
        self.shape, self.dtype = shape, np.dtype(dtype)
        self.ndim, self.size = len(shape), int(np.prod(shape))
        self.nbytes = self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> NDArray:
        """Read rows by a slice or by their numbers, of any shape. Raises `IndexError`."""
        if isinstance(rows, slice):
            chosen = range(*rows.indices(len(self)))
            if chosen.step == 1:
                return self._filled(self._empty(len(chosen)), chosen.start)
            rows = np.array(chosen, np.int64)
        rows = np.asarray(rows)
        if rows.size and not 0 <= rows.min() <= rows.max() < len(self):
            raise IndexError(f"rows {rows.min()} to {rows.max()} of {len(self)}")
        found = self._empty(rows.size)
        for row, number in zip(found, rows.ravel().tolist(), strict=True):
            self._filled(row, number)
        return found.reshape(*rows.shape, *self.shape[1:])

    def _empty(self, num_rows: int) -> NDArray:
        return np.empty((num_rows, *self.shape[1:]), self.dtype)

    def _filled(self, rows: NDArray, start: int) -> NDArray:
        """Fill rows with those of the file from `start` on. Raises `EOFError`."""
        content = rows.reshape(-1).view(np.uint8).data
        place = self._offset + start * (self.nbytes // len(self)) if len(self) else 0
        while content:
            num_bytes = os.preadv(self._file.number, [content], place)
            if not num_bytes:
                raise EOFError("a file of rows ends too early")
            content, place = content[num_bytes:], place + num_bytes
        return rows

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray:
        return self[:].astype(dtype or self.dtype, copy=False)

    def astype(self, dtype: DTypeLike) -> NDArray:
        """Read all of it."""
        return self.__array__(dtype)

    def reshape(self, *shape: int) -> "ArrayFile":
        """Return the same values in another shape; one length may be -1."""
        others = int(np.prod([length for length in shape if length != -1]))
        shape = tuple(self.size // max(1, others) if length == -1 else length for length in shape)
        return ArrayFile(self._file, shape, self.dtype, self._offset)

    def parts(self) -> Iterator[NDArray]:
        """Give all rows, some at a time."""
        step = max(1, PART_BYTES * len(self) // max(1, self.nbytes))
        return (self[start : start + step] for start in range(0, len(self), step))


class StoredColumns(Mapping[str, NDArray]):
    """Columns by name, each read or made anew whenever it is asked for."""

    def __init__(self, folder: Folder, made: Mapping[str, Callable[[], NDArray]]) -> None:
        """made: what reads or makes each column."""
        self._folder, self._made = folder, dict(made)

    def __getitem__(self, name: str) -> NDArray:
        return self._made[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __or__(self, others: "StoredColumns") -> Self:
        return type(self)(self._folder, self._made | others._made)

    def each(self, change: Callable[[str, NDArray], NDArray]) -> Self:
        """Return columns that are changed whenever they are asked for."""
        made = {name: (lambda name=name: change(name, self[name])) for name in self}
        return type(self)(self._folder, made)

    def keep(self, columns: Iterable[tuple[str, NDArray]]) -> Self:
        """Write columns, one after the other."""
        return type(self)(self._folder, {name: self._written(values) for name, values in columns})

    def _written(self, values: NDArray) -> Callable[[], NDArray]:
        if values.dtype != object:
            return self._written_numbers(values)
        numbers: dict[str, int] = {}
        shape = values.shape
        flat = values.ravel().tolist()
        codes = np.fromiter((numbers.setdefault(text, len(numbers)) for text in flat), np.int32, len(flat))
        if len(numbers) <= MOST_TEXTS:
            read, once = self._written_numbers(codes), np.array(list(numbers), dtype=object)
            return lambda: once[read()].reshape(shape)
        texts = Texts(self._folder)
        for start in range(0, len(flat), BLOCK_ROWS):
            texts.add(flat[start : start + BLOCK_ROWS])
        return lambda: texts.load().reshape(shape)

    def _written_numbers(self, values: NDArray) -> Callable[[], NDArray]:
        file = self._folder.new_file()
        values.tofile(file)
        return partial(_read, self._folder, file, values.dtype, values.shape)

    def blocks(self, names: Sequence[str]) -> Iterator[dict[str, NDArray]]:
        """Give the rows of some columns side by side, some at a time."""
        for start in range(0, len(self[names[0]]), BLOCK_ROWS):
            yield {name: self[name][start : start + BLOCK_ROWS].copy() for name in names}

    def stack(self, parts: Iterable[NDArray], empty: NDArray) -> ArrayFile:
        """Write arrays below each other. empty: such an array without rows."""
        file, num_rows = self._folder.new_file(), 0
        with file.open("wb") as stream:
            for part in parts:
                part.astype(empty.dtype, copy=False).tofile(stream)
                num_rows += len(part)
        found = OpenFile(file)
        file.unlink()  # its bytes go with the last array that has them
        return ArrayFile(found, (num_rows, *empty.shape[1:]), empty.dtype)


def _read(folder: Folder, file: Path, dtype: np.dtype, shape: tuple[int, ...]) -> NDArray:
    """Read numbers; folder: where they lie, which stays as long as this is asked."""
    return np.fromfile(file, dtype).reshape(shape)


Columns = dict[str, NDArray] | StoredColumns
Array = NDArray | ArrayFile


def parts_of(rows: Array) -> Iterable[NDArray]:
    """Give the rows of an array, those of a file some at a time."""
    return rows.parts() if isinstance(rows, ArrayFile) else [rows]


def columns_of(rows: Array, chosen: NDArray[np.int64]) -> Iterator[NDArray]:
    """Give columns of an array (rows, columns), one after the other."""
    step = max(1, COLUMNS_BYTES // max(1, len(rows) * rows.dtype.itemsize))
    for start in range(0, len(chosen), step):
        yield from np.concatenate([part[:, chosen[start : start + step]] for part in parts_of(rows)]).T


def each(columns: Mapping[str, NDArray], change: Callable[[str, NDArray], NDArray]) -> Columns:
    """Return columns by name, changed: at once in memory, otherwise whenever they are asked for."""
    if isinstance(columns, StoredColumns):
        return columns.each(change)
    return {name: change(name, values) for name, values in columns.items()}


def taken(columns: Mapping[str, NDArray], rows: NDArray[np.int64]) -> Columns:
    """Return these rows of the columns."""
    return each(columns, lambda _, values: values[rows])


def kept(like: Mapping[str, NDArray], columns: Iterable[tuple[str, NDArray]]) -> Columns:
    """Keep columns, by name, where those of `like` are."""
    return like.keep(columns) if isinstance(like, StoredColumns) else dict(columns)
