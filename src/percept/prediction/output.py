"""Write predictions to the standard output, or to a CSV or Parquet file that takes its place once it is complete."""

import csv
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO, cast

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.errors import UserError
from percept.files.parquet import check_installed
from percept.prediction.model import Kind
from percept.prediction.parquet import PARQUET, parquet_writer

CSV = ".csv"
MAX_CELLS = 100_000  # of a CSV file that are texts at a time

Write = Callable[[Mapping[str, NDArray]], None]  # columns by name, (rows,)


def check_target(target: Path, inputs: list[Path]) -> None:
    """Check that predictions can be written to `target`. Raises `UserError`."""
    if target.suffix.lower() not in (CSV, PARQUET):
        found = f"the name ends in {target.suffix!r}" if target.suffix else "the name has no ending"
        raise UserError(str(target), found, f"{CSV} or {PARQUET}", "name the output so")
    if not target.parent.is_dir():
        raise UserError(str(target), f"there is no folder {target.parent}", "a folder that is there", "make it first")
    if target.is_dir():
        raise UserError(str(target), "a folder", "a file, or a name that is free", "name the output otherwise")
    if any(path.exists() and target.exists() and path.samefile(target) for path in inputs):
        raise UserError(str(target), "this is an input", "another file", "name the output otherwise")
    if target.suffix.lower() == PARQUET:
        check_installed(target)


@contextmanager
def opened(target: Path | None, columns: Mapping[str, Kind], whole: bool) -> Iterator[Write]:
    """Yield the function that writes the next rows. `target` is replaced at the end, if nothing was raised.

    target: None is the standard output; whole: write nothing to it before all rows are there.
    """
    if target is None:
        with _standard_output(whole) as stream:
            yield _csv_writer(stream, columns)
        return
    with paths.replaced(target) as draft:
        if target.suffix.lower() == PARQUET:
            with parquet_writer(draft, columns) as write:
                yield write
        else:
            with draft.open("w", newline="", encoding="utf-8") as stream:
                yield _csv_writer(stream, columns)


@contextmanager
def _standard_output(whole: bool) -> Iterator[TextIO]:
    """Yield the standard output; whole: a draft that is copied to it at the end."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), "the standard output")
    cast(TextIOWrapper, sys.stdout).reconfigure(encoding="utf-8", newline="")
    if not whole:
        yield sys.stdout
    else:
        with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as draft:
            yield draft
            draft.seek(0)
            shutil.copyfileobj(draft, sys.stdout)
    sys.stdout.flush()


def _csv_writer(stream: TextIO, columns: Mapping[str, Kind]) -> Write:
    writer = csv.writer(stream, lineterminator="\n")
    header = [list(columns)]  # waits for the first rows: an input that is refused leaves no output

    def write(values: Mapping[str, NDArray]) -> None:
        while header:
            writer.writerow(header.pop())
        num_rows = len(values[next(iter(columns))])
        step = max(1, MAX_CELLS // len(columns))
        for start in range(0, num_rows, step):
            cells = (_cells(values[name][start : start + step]) for name in columns)
            writer.writerows(zip(*cells, strict=True))

    return write


def _cells(values: NDArray) -> list:
    """Write numbers in the fewest digits that tell them apart, NaN as ""; csv itself writes None as ""."""
    if values.dtype.kind != "f":
        return values.tolist()
    texts = list(map(str, values))
    for row in np.flatnonzero(np.isnan(values)):
        texts[row] = ""
    return texts
